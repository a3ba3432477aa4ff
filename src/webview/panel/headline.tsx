import type { RunView } from '../../protocol';
import { digitsFor, percent } from '../numbers';
import { quoted } from '../text';
import { plural, t } from '../words';
import { commonest, confusions, hits } from './confusions';
import { Figure } from './figure';

/** How good is it: one number, then what it means in words. */
export function Headline({ run }: { run: RunView }) {
  const { evaluation } = run;
  const { accuracy, n } = evaluation;
  if (accuracy === null) {
    return (
      <Figure figure={null} unit="" lead={t('Not tested: no photo was kept aside for testing.')}>
        <p>
          {t(
            'The model is trained and saved, but how good it is cannot be said. Set the testing percentage above 0, or add photos: a class needs three or more.',
          )}
        </p>
        <Refit run={run} />
      </Figure>
    );
  }
  return (
    <Figure figure={percent(accuracy, digitsFor(n))} unit="%" lead={resultSentence(run)}>
      <p>{meaning(run)}</p>
      <p>{mostConfused(run)}</p>
      <Refit run={run} />
    </Figure>
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

function mostConfused({ evaluation }: RunView): string {
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
