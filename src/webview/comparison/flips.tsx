import type { RunComparison, TestedImage } from '../../protocol';
import { Capped } from '../capped';
import { percent } from '../numbers';
import { Band } from '../panel/band';
import { Picture } from '../picture';
import { fileName, Name, quoted, shown } from '../text';
import { plural, t } from '../words';

type Pairs = RunComparison['flips']['toWrong'];

interface FlipGalleryProps {
  readonly id: string;
  readonly pairs: Pairs;
  readonly kind: 'toWrong' | 'toRight';
  readonly open: (path: string) => void;
}

/** The photos that both were measured on and whose answer became wrong, or right. */
export function FlipGallery({ id, pairs, kind, open }: FlipGalleryProps) {
  const title = kind === 'toWrong' ? t('Right before, wrong after') : t('Wrong before, right after');
  return (
    <Band
      id={id}
      title={title}
      aside={<span class="digits">{plural(pairs.length, '{n} photo', '{n} photos')}</span>}
    >
      {pairs.length === 0 ? (
        <p class="note">{t('There is no such photo.')}</p>
      ) : (
        <Capped items={pairs} first={16} step={48}>
          {(items) => (
            <ul class="photos">
              {items.map(({ before, after }, i) => (
                <li key={`${after.path} ${i}`}>
                  <Photo image={after} said={kind === 'toWrong' ? after : before} kind={kind} open={open} />
                </li>
              ))}
            </ul>
          )}
        </Capped>
      )}
    </Band>
  );
}

function Photo(props: {
  image: TestedImage;
  /** The wrong answer. */
  said: TestedImage;
  kind: 'toWrong' | 'toRight';
  open: (path: string) => void;
}) {
  const { image, said, kind, open } = props;
  const path = `after/${image.path}`;
  const params = {
    file: quoted(fileName(image.path)),
    label: quoted(image.label),
    predicted: quoted(said.predicted),
    percent: percent(said.probability),
  };
  return (
    <button
      type="button"
      class="photo"
      title={shown(image.path)}
      aria-label={
        kind === 'toWrong'
          ? t('{file}: {label}, now taken for {predicted}, {percent} % sure', params)
          : t('{file}: {label}, was taken for {predicted}, {percent} % sure', params)
      }
      onClick={() => open(path)}
    >
      <Picture path={path} />
      <span class="caption">
        <Name of={image.label} />
        <span class={kind === 'toWrong' ? 'verdict wrong' : 'verdict right'}>
          <span class="mark">{kind === 'toWrong' ? '→' : '✓'}</span>
          <Name of={said.predicted} class={kind === 'toWrong' ? '' : 'was'} />
          <span class="digits">{percent(said.probability)} %</span>
        </span>
      </span>
    </button>
  );
}
