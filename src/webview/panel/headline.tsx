import type { EvaluationView, RunView } from '../../protocol';
import { digitsFor, percent } from '../numbers';
import { quoted } from '../text';
import { plural, t } from '../words';
import { commonest, confusions, hits } from './confusions';
import { Figure } from './figure';

/** How good is it: one number, then what it means in words. */
export function Headline({ run, continueTraining }: { run: RunView; continueTraining: () => void }) {
  const { evaluation } = run;
  const { accuracy, n } = evaluation;
  if (accuracy === null && run.leaveOneOut?.kind === 'measured' && run.leaveOneOut.accuracy !== null) {
    const { leaveOneOut } = run;
    return (
      <Figure
        figure={percent(run.leaveOneOut.accuracy, digitsFor(leaveOneOut.n))}
        unit="%"
        lead={leaveOneOutSentence(leaveOneOut, run.training)}
      >
        <p>
          {t(
            'No photo was kept aside for testing, so this is the only measure: each photo was answered by a head fitted to all the others.',
          )}
        </p>
        <p>{mostConfused(leaveOneOut)}</p>
        <Ended run={run} continueTraining={continueTraining} />
      </Figure>
    );
  }
  if (accuracy === null) {
    return (
      <Figure figure={null} unit="" lead={t('Not tested: no photo was kept aside for testing.')}>
        <p>
          {t(
            'The model is trained and saved, but how good it is cannot be said. Set the testing percentage above 0, or add photos: a class needs three or more.',
          )}
        </p>
        <Ended run={run} continueTraining={continueTraining} />
        <Refit run={run} />
      </Figure>
    );
  }
  return (
    <Figure figure={percent(accuracy, digitsFor(n))} unit="%" lead={resultSentence(run)}>
      <p>{meaning(run)}</p>
      {run.leaveOneOut?.kind === 'measured' && <p>{leaveOneOutSentence(run.leaveOneOut, run.training)}</p>}
      <p>{mostConfused(evaluation)}</p>
      <Ended run={run} continueTraining={continueTraining} />
      <Refit run={run} />
    </Figure>
  );
}

/** That its training was ended before its limit, and that it went on from another's. */
function Ended({ run, continueTraining }: { run: RunView; continueTraining: () => void }) {
  const { training, continues } = run;
  if (training.kind !== 'iterative') return null;
  const stopped = training.ended === 'stopped';
  if (!stopped && !continues) return null;
  const at = { n: training.epochs };
  const inSteps = training.unit === 'step';
  return (
    <p>
      {continues &&
        (inSteps
          ? t('Continued from the run {run}, its step {n}.', {
              run: quoted(continues.run),
              n: continues.epochs,
            })
          : t('Continued from the run {run}, its epoch {n}.', {
              run: quoted(continues.run),
              n: continues.epochs,
            }))}{' '}
      {stopped &&
        (inSteps
          ? t('The training was stopped early, at step {n}.', at)
          : t('The training was stopped early, at epoch {n}.', at))}{' '}
      {stopped && run.continuable && (
        <button type="button" class="word link" onClick={continueTraining}>
          {t('Continue training')}
        </button>
      )}
    </p>
  );
}

/** Which run this one stands in for, and how good each of the two is. */
function Refit({ run: { refitOf, backbone, evaluation } }: { run: RunView }) {
  if (refitOf === null) return null;
  const digits = digitsFor(evaluation.n);
  const params = {
    run: quoted(refitOf.name),
    original: refitOf.backbone,
    backbone: backbone.id,
    before: refitOf.accuracy === null ? '' : percent(refitOf.accuracy, digits),
    after: evaluation.accuracy === null ? '' : percent(evaluation.accuracy, digits),
  };
  return (
    <p>
      {refitOf.accuracy === null || evaluation.accuracy === null
        ? t('Refitted from the run {run} on {backbone}, for {original} does not run here.', params)
        : t(
            'Refitted from the run {run}, for its network does not run here: {before} % right with {original}, {after} % with {backbone}.',
            params,
          )}
    </p>
  );
}

function resultSentence({ evaluation }: RunView): string {
  const { n, interval } = evaluation;
  const right = hits(evaluation.confusion);
  const digits = digitsFor(n);
  if (!interval)
    return plural(
      n,
      '{right} of {n} testing photo named rightly.',
      '{right} of {n} testing photos named rightly.',
      {
        right,
      },
    );
  return plural(
    n,
    '{right} of {n} testing photo named rightly (95 %: {low} to {high}).',
    '{right} of {n} testing photos named rightly (95 %: {low} to {high}).',
    { right, low: percent(interval.low, digits), high: percent(interval.high, digits) },
  );
}

/** Leave-one-out in a sentence: how many photos, each answered by a head that was fitted without it. */
function leaveOneOutSentence(
  { n, accuracy, interval, confusion }: EvaluationView,
  { kind }: RunView['training'],
): string {
  const digits = digitsFor(n);
  const params = {
    n,
    right: hits(confusion),
    share: percent(accuracy ?? 0, digits),
    low: percent(interval?.low ?? 0, digits),
    high: percent(interval?.high ?? 1, digits),
  };
  return kind === 'ridge'
    ? t(
        'Leave-one-out: {right} of all {n} photos named rightly, each without itself: {share} % (95 %: {low} to {high}).',
        params,
      )
    : t(
        'Leave-one-out, by ridge heads: {right} of all {n} photos named rightly, each without itself: {share} % (95 %: {low} to {high}).',
        params,
      );
}

function meaning({ evaluation }: RunView): string {
  const { interval, confusion, labels, n } = evaluation;
  if (!interval) return '';
  const { truth, share } = commonest(confusion);
  if (interval.low <= share) {
    return t('This is not clearly better than always answering {label}, which would be right in {share} %.', {
      label: quoted(labels[truth] ?? ''),
      share: percent(share),
    });
  }
  const expected = { low: percent(interval.low), high: percent(interval.high) };
  return n < 100
    ? t(
        'Of 100 new photos like these, expect {low} to {high} right; with more testing photos the range narrows.',
        expected,
      )
    : t('Of 100 new photos like these, expect {low} to {high} right.', expected);
}

function mostConfused(evaluation: EvaluationView): string {
  const [worst] = confusions(evaluation.confusion);
  if (!worst) return t('No photo was confused.');
  return plural(
    worst.images,
    'Most confused: {truth} taken for {predicted}, once.',
    'Most confused: {truth} taken for {predicted}, {n} times.',
    {
      truth: quoted(evaluation.labels[worst.truth] ?? ''),
      predicted: quoted(evaluation.labels[worst.predicted] ?? ''),
    },
  );
}
