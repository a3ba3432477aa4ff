import type { BackbonesState, FromBackbones } from '../../protocol';
import { fixed, percent } from '../numbers';
import { Band } from '../panel/band';
import { headTitle } from '../panel/headNames';
import { Name, quoted } from '../text';
import { plural, t } from '../words';
import { leaders } from './leaders';
import { Scatter } from './scatter';
import { BackboneTable } from './table';

interface PageProps {
  readonly state: BackbonesState;
  readonly post: (message: FromBackbones) => void;
}

/** Backbones on a dataset: how many of its photos each answers rightly, and what that costs in time. */
export function BackbonesPage({ state, post }: PageProps) {
  const { subject, head, compared, failed, work, chosen } = state;
  const running = work.kind === 'running';
  return (
    <>
      <header class="top">
        <h1>{t('Compare Backbones')}</h1>
        <p class="about">
          <Name of={subject.shownPath} />
        </p>
        <div class="actions">
          {running ? (
            <button
              type="button"
              class="button primary"
              disabled={work.cancelling}
              onClick={() => post({ kind: 'cancel' })}
            >
              {work.cancelling ? t('Cancelling…') : t('Cancel')}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => post({ kind: 'again' })}>
              {t('Compare Again')}
            </button>
          )}
        </div>
      </header>
      <main>
        <Standing state={state} />
        {compared.length > 0 && (
          <Band id="scatter" title={t('Accuracy against time')}>
            <Scatter compared={compared} />
          </Band>
        )}
        {compared.length + failed.length > 0 && (
          <Band id="backbones" title={t('Backbones')}>
            <BackboneTable
              compared={compared}
              failed={failed}
              chosen={chosen}
              use={(id) => post({ kind: 'use', id })}
            />
            <p class="note">
              {head && t('Accuracy: cross-validated; head: {head}.', { head: headTitle(head) })}{' '}
              {t(
                'Time: of the network alone, in batches, without reading and decoding; it is of this moment, and other work on this machine slows it.',
              )}
            </p>
          </Band>
        )}
      </main>
    </>
  );
}

/** What can be said so far, in a sentence or two. */
function Standing({ state: { work, compared } }: { state: BackbonesState }) {
  switch (work.kind) {
    case 'running': {
      const share = (work.index + (work.images > 0 ? work.done / work.images : 0)) / Math.max(1, work.of);
      return (
        <div class="answer" role="status">
          <p class="lead">
            {work.id === null
              ? t('Begins…')
              : t('{id}: {i} of {n}', { id: work.id, i: work.index + 1, n: work.of })}
          </p>
          <p class="note">
            {work.images > 0 &&
              t('Bottleneck values: {done} of {images} images', { done: work.done, images: work.images })}
          </p>
          <span
            class="bar"
            role="progressbar"
            aria-label={t('Comparison')}
            aria-valuenow={Math.round(100 * share)}
            aria-valuemin={0}
            aria-valuemax={100}
            style={`--share: ${share.toFixed(3)}`}
          />
        </div>
      );
    }
    case 'failed':
      return (
        <p class="failure answer" role="alert">
          {work.message}
        </p>
      );
    case 'cancelled':
      return <p class="answer note">{t('Cancelled. What was computed stays in the cache.')}</p>;
    case 'done':
      return (
        <div class="answer">
          <p class="lead">{verdict(compared)}</p>
          <p class="note">
            {compared[0] &&
              plural(
                compared[0].images,
                '{n} photo, {folds} parts: each answered by a head that was trained on the others.',
                '{n} photos in {folds} parts, each answered by a head that was trained on the others; identical photos stay together.',
                { folds: work.folds },
              )}
          </p>
        </div>
      );
  }
}

function verdict(compared: BackbonesState['compared']): string {
  const { best, fastest } = leaders(compared);
  if (!best || !fastest) return t('Nothing was compared.');
  const params = {
    best: quoted(best.backbone.name),
    accuracy: percent(best.accuracy, 1),
    time: fixed(best.millisecondsAnImage, 1),
    fastest: quoted(fastest.backbone.name),
    fastAccuracy: percent(fastest.accuracy, 1),
    fastTime: fixed(fastest.millisecondsAnImage, 1),
  };
  return best === fastest
    ? t('{best} is the most accurate and the fastest: {accuracy} % right, {time} ms an image.', params)
    : t(
        '{best} is the most accurate: {accuracy} % right, {time} ms an image. {fastest} is the fastest: {fastAccuracy} %, {fastTime} ms.',
        params,
      );
}
