import type { EvaluationView, PredictionView } from '../../protocol';
import { Capped } from '../capped';
import { percent } from '../numbers';
import { Picture } from '../picture';
import { Name, fileName, quoted, shown } from '../text';
import { plural, t } from '../words';
import { Band } from './band';
import { mistakes, type Choice } from './choice';
import type { Measured } from './measured';

interface GalleryProps {
  readonly evaluation: EvaluationView;
  readonly measured: Measured;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
  readonly open: (path: string) => void;
}

/** Which photos: the wrong answers, surest first, or those of the chosen cell or class. */
export function Gallery({ evaluation, measured, choice, choose, open }: GalleryProps) {
  const photos = photosOf(evaluation.predictions, choice);
  const others = choice.kind !== 'mistakes';
  return (
    <Band
      id="photos"
      title={titleOf(choice, measured)}
      verbatim={others}
      aside={
        <>
          {others && (
            <button type="button" class="word" onClick={() => choose(mistakes)}>
              {t('back to all wrong answers')}
            </button>
          )}
          <span class="digits" role="status">
            {others
              ? plural(photos.length, '{n} photo', '{n} photos')
              : t('{wrong} of {n}', { wrong: photos.length, n: evaluation.n })}
          </span>
        </>
      }
    >
      {photos.length === 0 ? (
        <p class="note">
          {others
            ? t('There is no such photo.')
            : measured === 'testing'
              ? t('Every testing photo was named rightly.')
              : t('Every photo was named rightly.')}
        </p>
      ) : (
        <Capped key={titleOf(choice, measured)} items={photos} first={16} step={48}>
          {(items) => (
            <ul class="photos">
              {items.map((photo) => (
                <li key={photo.path}>
                  <Photo photo={photo} open={open} />
                </li>
              ))}
            </ul>
          )}
        </Capped>
      )}
    </Band>
  );
}

function Photo({ photo, open }: { photo: PredictionView; open: (path: string) => void }) {
  const { path, label, predicted, probability } = photo;
  const params = {
    file: quoted(fileName(path)),
    label: quoted(label),
    predicted: quoted(predicted),
    percent: percent(probability),
  };
  const right = label === predicted;
  return (
    <button
      type="button"
      class="photo"
      title={shown(path)}
      aria-label={
        right
          ? t('{file}: {label}, named rightly, {percent} % sure', params)
          : t('{file}: {label}, taken for {predicted}, {percent} % sure', params)
      }
      onClick={() => open(path)}
    >
      <Picture path={path} />
      <span class="caption">
        <Name of={label} />
        <span class={right ? 'verdict right' : 'verdict wrong'}>
          <span class="mark">{right ? '✓' : '→'}</span>
          {!right && <Name of={predicted} />}
          <span class="digits">{percent(probability)} %</span>
        </span>
      </span>
    </button>
  );
}

function photosOf(predictions: readonly PredictionView[], choice: Choice): PredictionView[] {
  const wanted = predictions.filter((photo) => {
    switch (choice.kind) {
      case 'mistakes':
        return photo.label !== photo.predicted;
      case 'cell':
        return photo.label === choice.truth && photo.predicted === choice.predicted;
      case 'class':
        return photo.label === choice.truth;
    }
  });
  const wrong = (photo: PredictionView) => (photo.label === photo.predicted ? 1 : 0);
  return wanted.sort((a, b) => wrong(a) - wrong(b) || b.probability - a.probability);
}

function titleOf(choice: Choice, measured: Measured): string {
  switch (choice.kind) {
    case 'mistakes':
      return measured === 'testing'
        ? t('Wrong answers, surest first')
        : t('Wrong answers of leave-one-out, surest first');
    case 'class':
      return measured === 'testing'
        ? t('Testing photos of {label}', { label: quoted(choice.truth) })
        : t('Photos of {label}', { label: quoted(choice.truth) });
    case 'cell':
      return choice.truth === choice.predicted
        ? t('{truth} named rightly', { truth: quoted(choice.truth) })
        : t('{truth} taken for {predicted}', {
            truth: quoted(choice.truth),
            predicted: quoted(choice.predicted),
          });
  }
}
