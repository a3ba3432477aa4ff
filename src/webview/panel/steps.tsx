import type { RunningView } from '../../protocol';
import { t } from '../words';
import type { StepFacts } from './stepFacts';

interface StepsProps {
  readonly steps: readonly StepFacts[];
  /** Opens what is behind a step that is done, where there is something to open. */
  readonly open?: (step: RunningView['step']) => void;
}

/** What was done: four steps, which fill one after the other. */
export function Steps({ steps, open }: StepsProps) {
  return (
    <ol class="steps" aria-label={t('Steps')}>
      {steps.map((step) => (
        <li
          key={step.key}
          data-state={step.state}
          {...(step.state === 'runs' ? { 'aria-current': 'step' as const } : {})}
        >
          {open && step.state === 'done' ? (
            <button type="button" onClick={() => open(step.key)}>
              <StepText {...step} />
            </button>
          ) : (
            <div>
              <StepText {...step} />
            </div>
          )}
          <span class="fill" style={`--share: ${step.share}`} />
        </li>
      ))}
    </ol>
  );
}

function StepText({ name, facts }: StepFacts) {
  return (
    <>
      <span class="step-name">{name}</span>
      <span class="step-facts" title={facts}>
        {facts}
      </span>
    </>
  );
}
