import type { PanelState, RunningView } from '../../protocol';
import { plural, t } from '../words';
import { Figure } from './figure';
import { reachedBy, standing } from './standing';

type Stopped = Extract<PanelState, { kind: 'stopped' }>;

/** Failures that another backbone mends. */
const ofTheBackbone: ReadonlySet<string> = new Set([
  'BACKBONE_UNKNOWN',
  'BACKBONE_NOT_DOWNLOADED',
  'RUNTIME_UNFIT',
  'EIGHT_BITS_MISSING',
]);

/** The first band after a cancel or a failure: what happened, how far it came, what stays. */
export function StoppedBand(props: { state: Stopped; showLog: () => void; chooseBackbone: () => void }) {
  const { state, showLog, chooseBackbone } = props;
  const { reason, running } = state;
  // The number stays where it stopped.
  const { figure, unit } = standing(running);
  const failed = reason.kind === 'failed';
  return (
    <Figure
      figure={figure}
      unit={unit}
      lead={failed ? t('The retraining stopped before its end.') : t('Cancelled.')}
    >
      {failed && (
        <p class="failure" role="alert">
          {reason.failure.message}
        </p>
      )}
      <p>
        {howFar(running)} {whatStays(running)}
      </p>
      {failed && (
        <p>
          <button type="button" class="word link" onClick={showLog}>
            {t('Show the log')}
          </button>
          {ofTheBackbone.has(reason.failure.code) && (
            <>
              {' · '}
              <button type="button" class="word link" onClick={chooseBackbone}>
                {t('Choose another backbone…')}
              </button>
            </>
          )}
        </p>
      )}
    </Figure>
  );
}

function howFar({ step, scan, bottlenecks, training }: RunningView): string {
  switch (step) {
    case 'scan':
      return plural(
        scan.files,
        'It came as far as looking through the folder: {n} file was seen.',
        'It came as far as looking through the folder: {n} files were seen.',
      );
    case 'bottlenecks':
      return plural(
        bottlenecks?.of ?? 0,
        'It came as far as the bottlenecks: {done} of {n} image.',
        'It came as far as the bottlenecks: {done} of {n} images.',
        { done: bottlenecks?.done ?? 0 },
      );
    case 'training':
      if (training !== null && training.kind !== 'iterative') return t('It came as far as training.');
      return training?.unit === 'step'
        ? plural(
            reachedBy(training),
            'It came as far as training: {n} step.',
            'It came as far as training: {n} steps.',
          )
        : plural(
            training?.curve.length ?? 0,
            'It came as far as training: {n} epoch.',
            'It came as far as training: {n} epochs.',
          );
    case 'evaluation':
      return t('It came as far as testing; the run was not saved.');
  }
}

function whatStays({ bottlenecks }: RunningView): string {
  return bottlenecks && bottlenecks.done > 0
    ? t('What was computed stays: the next retraining takes it from the cache.')
    : t('Nothing was changed in the folder.');
}
