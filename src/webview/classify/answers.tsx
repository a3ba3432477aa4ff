import type { ClassifyItem, ClassifyState, FromClassify, RunFacts } from '../../protocol';
import { digitsFor, percent } from '../numbers';
import { Name, quoted } from '../text';
import { plural, t } from '../words';
import { classifying, Items } from './items';
import { Refitting } from './refitting';

type Post = (message: FromClassify) => void;

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
  if (state.kind === 'refitting') return <Refitting state={state} post={post} />;
  const { items, run } = state;
  const busy = items.filter((item) => item.answer === null).length;
  return (
    <>
      <header class="top">
        <div>
          <h1>{busy > 0 ? classifying(items) : outcome(items)}</h1>
          <p class="by">{run ? <AnsweredBy run={run} post={post} /> : t('Asking the model…')}</p>
        </div>
        <button type="button" class="button" onClick={() => post({ kind: 'classify' })}>
          {t('Classify Other Images…')}
        </button>
      </header>
      <p class="sr" role="status">
        {busy > 0 ? plural(busy, '{n} image to go', '{n} images to go') : t('All images are answered.')}
      </p>
      <Items items={items} waiting={t('Looking at it…')} post={post} />
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
