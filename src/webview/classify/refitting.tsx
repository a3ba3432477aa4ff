import type { ClassifyState, FromClassify } from '../../protocol';
import { Progress } from '../panel/progress';
import { stepName, stepsOfRunning } from '../panel/stepFacts';
import { Steps } from '../panel/steps';
import { quoted } from '../text';
import { t } from '../words';
import { classifying, Items } from './items';

interface RefittingProps {
  readonly state: Extract<ClassifyState, { kind: 'refitting' }>;
  readonly post: (message: FromClassify) => void;
}

/** The wait before the answers where the run has to be refitted first: why, and how far that is. */
export function Refitting({ state, post }: RefittingProps) {
  const { refit, running, cancelling, items } = state;
  return (
    <>
      <header class="top">
        <div>
          <h1>{classifying(items)}</h1>
          <p class="by">
            {t(
              'First the run {run} is refitted on {backbone}, for its network, {original}, does not run here. That is done once.',
              {
                run: quoted(refit.original.name),
                backbone: refit.backbone,
                original: refit.original.backbone,
              },
            )}
          </p>
        </div>
        <button
          type="button"
          class="button primary"
          disabled={cancelling}
          onClick={() => post({ kind: 'cancel' })}
        >
          {cancelling ? t('Cancelling…') : t('Cancel')}
        </button>
      </header>
      <Progress running={running} cancelling={cancelling} />
      <Steps steps={stepsOfRunning(running, false)} />
      <p class="sr" role="status">
        {t('{step} runs.', { step: stepName(running.step) })}
      </p>
      <Items items={items} waiting={t('Waits for the model.')} post={post} />
    </>
  );
}
