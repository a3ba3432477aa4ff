import type { TrainingUnderway, TrainingView } from '../../protocol';
import { count } from '../numbers';
import { plural, t } from '../words';
import { Band } from './band';
import { Curves } from './curves';
import { RidgeTrials } from './trials';

type Ridge = Extract<TrainingUnderway | TrainingView, { kind: 'ridge' }>;

/** How a ridge classifier was trained: the curve of its descent, and how its penalty was chosen. */
export function RidgeTraining({ training }: { training: Ridge }) {
  const { trials, curve, penalty } = training;
  const tried = (
    <>
      <p class="note">{howChosen(training)}</p>
      <RidgeTrials trials={trials} penalty={penalty} />
    </>
  );
  if (curve.length === 0)
    return (
      <Band
        id="training"
        title={t('Training')}
        aside={plural(trials.length, '{n} penalty tried', '{n} penalties tried')}
      >
        {tried}
      </Band>
    );
  return (
    <Curves unit="epoch" curve={curve} bestEpoch={null} more={{ text: t('penalties'), body: tried }}>
      {penalty !== null && (
        <p class="note">
          {t('A ridge classifier of penalty {penalty}: the last epoch is the head, for there is one best.', {
            penalty: String(penalty),
          })}
        </p>
      )}
    </Curves>
  );
}

function howChosen(training: Ridge): string {
  const chosenOn = 'chosenOn' in training ? training.chosenOn : null;
  return chosenOn === null
    ? t(
        'The penalty is the one under which photos are answered best by a head fitted to all the others; validation photos have no part in it.',
      )
    : t(
        'The penalty is the one under which {n} of the training photos are answered best by a head fitted to all the others of them; validation photos have no part in it.',
        { n: count(chosenOn) },
      );
}
