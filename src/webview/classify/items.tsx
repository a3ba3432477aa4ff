import type { Answer, ClassifyItem, FromClassify } from '../../protocol';
import { percent } from '../numbers';
import { Picture } from '../picture';
import { Name, quoted, shown } from '../text';
import { plural, t } from '../words';

type Post = (message: FromClassify) => void;

/** Labels shown beside a picture: the likeliest. */
const most = 5;

/** What is being done, as a title. */
export function classifying(items: readonly ClassifyItem[]): string {
  return plural(items.length, 'Classifying {n} image', 'Classifying {n} images');
}

interface ItemsProps {
  readonly items: readonly ClassifyItem[];
  /** Stands beside a picture that has no answer yet. */
  readonly waiting: string;
  readonly post: Post;
}

/** The pictures, each with what the model says of it. */
export function Items({ items, waiting, post }: ItemsProps) {
  const busy = items.some(({ answer }) => answer === null);
  return (
    <main class={items.length === 1 ? 'answers single' : 'answers'} aria-busy={busy}>
      {items.map((item) => (
        <Item key={item.path} item={item} waiting={waiting} post={post} />
      ))}
    </main>
  );
}

function Item({ item, waiting, post }: { item: ClassifyItem; waiting: string; post: Post }) {
  const { path, name, folder, answer } = item;
  return (
    <article class="item" aria-label={shown(name)} aria-busy={answer === null}>
      <button
        type="button"
        class="open"
        aria-label={t('Open {name}', { name: quoted(name) })}
        onClick={() => post({ kind: 'openImage', path })}
      >
        <Picture path={path} whole />
      </button>
      <div class="answer">
        <p class="file">
          <Name of={name} class="file-name" />
          {folder !== '' && <Name of={folder} class="folder" />}
        </p>
        {answer === null && <p class="note">{waiting}</p>}
        {answer?.kind === 'failed' && (
          <p class="failure">
            <span aria-hidden="true">✗ </span>
            {answer.failure.message}
          </p>
        )}
        {answer && <Withheld answer={answer} />}
        {answer && answer.kind !== 'failed' && (
          <ol
            class={answer.kind === 'answered' ? 'scores' : 'scores withheld'}
            aria-label={t('Labels of {name}, the likeliest first', { name: quoted(name) })}
          >
            {answer.scores.slice(0, most).map(({ label, probability }) => (
              <li key={label}>
                <Name of={label} />
                <span class="bar" style={`--share: ${probability.toFixed(4)}`} />
                <span class="digits">{percentOf(probability)}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </article>
  );
}

/** Why no label is the answer, where that is so: the likeliest ones stand below all the same. */
function Withheld({ answer }: { answer: Answer }) {
  if (answer.kind === 'unknown')
    return (
      <div class="verdict">
        <p class="said">{t('Unknown: unlike anything trained')}</p>
        <p class="note">{t('The nearest labels are')}</p>
      </div>
    );
  if (answer.kind !== 'unsure') return null;
  return (
    <div class="verdict">
      <p class="said">{t('Unsure: no label reaches {percent} %', { percent: percent(answer.reject) })}</p>
      <p class="note">{t('The nearest labels are')}</p>
    </div>
  );
}

/** A probability in percent that never rounds to a certainty it is not. */
function percentOf(probability: number): string {
  if (probability > 0 && probability < 0.005) return t('under {percent} %', { percent: 1 });
  if (probability < 1 && probability >= 0.995) return t('over {percent} %', { percent: 99 });
  return `${percent(probability)} %`;
}
