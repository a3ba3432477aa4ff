import type { ClassifyItem, ClassifyState, FromClassify, RunFacts } from '../../protocol';
import { digitsFor, percent } from '../numbers';
import { Picture } from '../picture';
import { Name, quoted, shown } from '../text';
import { plural, t } from '../words';

type Post = (message: FromClassify) => void;

/** Labels shown beside a picture: the likeliest. */
const most = 5;

/** What the model says of each picture. */
export function Answers({ state, post }: { state: ClassifyState; post: Post }) {
  if (state.kind === 'failed') {
    return (
      <main class="failed">
        <h1>{t('The pictures could not be classified.')}</h1>
        <p class="failure" role="alert">
          {state.message}
        </p>
        <button type="button" class="button" onClick={() => post({ kind: 'classify' })}>
          {t('Classify Other Images…')}
        </button>
      </main>
    );
  }
  const { items, run } = state;
  const busy = items.filter((item) => item.answer === null).length;
  return (
    <>
      <header class="top">
        <div>
          <h1>
            {busy > 0
              ? plural(items.length, 'Classifying {n} image', 'Classifying {n} images')
              : outcome(items)}
          </h1>
          <p class="by">{run ? <AnsweredBy run={run} post={post} /> : t('Asking the model…')}</p>
        </div>
        <button type="button" class="button" onClick={() => post({ kind: 'classify' })}>
          {t('Classify Other Images…')}
        </button>
      </header>
      <p class="sr" role="status">
        {busy > 0 ? plural(busy, '{n} image to go', '{n} images to go') : t('All images are answered.')}
      </p>
      <main class={items.length === 1 ? 'answers single' : 'answers'} aria-busy={busy > 0}>
        {items.map((item) => (
          <Item key={item.path} item={item} post={post} />
        ))}
      </main>
    </>
  );
}

function outcome(items: readonly ClassifyItem[]): string {
  const n = items.length;
  const failed = items.filter(({ answer }) => answer?.kind === 'failed').length;
  if (failed === 0) return plural(n, '{n} image classified', '{n} images classified');
  if (failed === n)
    return plural(n, '{n} image could not be classified', '{n} images could not be classified');
  return t('{answered} of {n} images classified', { answered: n - failed, n });
}

function AnsweredBy({ run, post }: { run: RunFacts; post: Post }) {
  const params = { dataset: quoted(run.datasetName) };
  const worth =
    run.accuracy === null
      ? t('trained on {dataset}, not tested', params)
      : plural(
          run.testingImages,
          'trained on {dataset}, {accuracy} % right on {n} testing photo',
          'trained on {dataset}, {accuracy} % right on {n} testing photos',
          { ...params, accuracy: percent(run.accuracy, digitsFor(run.testingImages)) },
        );
  return (
    <>
      {t('Answered by run')}{' '}
      <button type="button" class="word link" onClick={() => post({ kind: 'openRun' })}>
        <Name of={run.name} />
      </button>
      {', '}
      {worth}
      {run.refitOf && (
        <>
          {'; '}
          {t('refitted from {run} for {backbone}, for {original} does not run here', {
            run: quoted(run.refitOf.name),
            backbone: run.backbone,
            original: run.refitOf.backbone,
          })}
          {run.refitOf.accuracy !== null &&
            t(', where {accuracy} % were right', {
              accuracy: percent(run.refitOf.accuracy, digitsFor(run.testingImages)),
            })}
        </>
      )}
    </>
  );
}

function Item({ item, post }: { item: ClassifyItem; post: Post }) {
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
        {answer === null && <p class="note">{t('Looking at it…')}</p>}
        {answer?.kind === 'failed' && (
          <p class="failure">
            <span aria-hidden="true">✗ </span>
            {answer.failure.message}
          </p>
        )}
        {answer?.kind === 'answered' && (
          <ol class="scores" aria-label={t('Labels of {name}, the likeliest first', { name: quoted(name) })}>
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

/** A probability in percent that never rounds to a certainty it is not. */
function percentOf(probability: number): string {
  if (probability > 0 && probability < 0.005) return t('under {percent} %', { percent: 1 });
  if (probability < 1 && probability >= 0.995) return t('over {percent} %', { percent: 99 });
  return `${percent(probability)} %`;
}
