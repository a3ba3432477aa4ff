import path from 'node:path';
import type { Answer, Rejected, RunView, SurenessView, UnknownLabel } from '../jobs';
import { percent, printable } from './words';

/** What a person reads of how sure the answers are. */

/** Thresholds that are shown, of those that were measured. */
const shown = [0.5, 0.7, 0.9];

/** Of `n` images. */
export function surenessLines(sureness: SurenessView | null, n: number): string[] {
  if (sureness === null) return [];
  const { topK, calibration, reject } = sureness;
  const lines: string[] = [];
  const among = topK.filter(({ k }) => k > 1).map(({ k, accuracy }) => `${k} likeliest ${percent(accuracy)}`);
  if (among.length > 0) lines.push(`Right label among the ${among.join(', the ')}`);
  if (calibration.expectedError !== null)
    lines.push(
      `Probabilities: ${(calibration.expectedError * 100).toFixed(1)} points off the share of right answers on average (expected calibration error)`,
    );
  const left = reject.filter(({ threshold }) => shown.includes(threshold));
  if (left.length > 0) lines.push(`With --reject: ${left.map((point) => rejectText(point, n)).join(' · ')}`);
  return lines;
}

function rejectText({ threshold, answered, right }: SurenessView['reject'][number], n: number): string {
  const accuracy = answered === 0 ? '' : `, ${percent(right / answered)} right`;
  return `${threshold}: ${percent(answered / n)} answered${accuracy}`;
}

/** How many of `n` images are called unknown, and how good the answers to the others are. */
export function unknownLines({
  n,
  unknown,
  sureness,
}: {
  readonly n: number;
  readonly unknown?: number | null;
  readonly sureness: SurenessView | null;
}): string[] {
  if (n === 0 || unknown === null || unknown === undefined) return [];
  const right = sureness?.reject[0]?.right ?? 0;
  const others =
    unknown > 0 && unknown < n
      ? `; of the ${n - unknown} others ${percent(right / (n - unknown))} right`
      : '';
  return [
    `Unlike anything trained, called unknown: ${unknown} of ${n} images (${percent(unknown / n)})${others}`,
  ];
}

export function unknownLabelText({ label, images, unknown }: UnknownLabel): string {
  const share = images > 0 ? `, ${percent((unknown ?? 0) / images)}` : '';
  return unknown === null
    ? `${printable(label)} (${images} images)`
    : `${printable(label)} (${unknown} of ${images} images called unknown${share})`;
}

/** Of `n` images, at the threshold that was asked about. */
export function rejectedLines({ threshold, answered, right }: Rejected, n: number): string[] {
  if (n === 0) return [];
  const accuracy = answered === 0 ? '' : `, ${percent(right / answered)} of these right`;
  return [
    `Unsure below ${threshold}, or unknown: ${n - answered} of ${n} images; ${answered} answered (${percent(answered / n)})${accuracy}`,
  ];
}

/** How the probabilities of a run were calibrated, and what it calls unknown. */
export function trustLines({ calibration, known, split, training }: RunView): string[] {
  const lines: string[] = [];
  if (calibration?.on === 'validation')
    lines.push(
      `Calibrated: temperature ${calibration.temperature.toPrecision(3)}, fitted to ${calibration.images} validation images`,
    );
  else if (calibration === null && isCalibrated(training))
    lines.push(`Not calibrated: ${split.validation} validation images are too few to fit a temperature to`);
  if (known !== null)
    lines.push(
      `Unknown: what is less like the classes than 99 % of ${known.images} known images (novelty above ${known.threshold.toFixed(3)})`,
    );
  return lines;
}

/** Whether its probabilities are calibrated where there are enough validation images. */
function isCalibrated({ head }: RunView['training']): boolean {
  return head.kind === 'hidden' || (head.kind === 'softmax' && head.optimizer.kind === 'l-bfgs');
}

/** An answer in a line, its three likeliest labels. */
export function answerText(answer: Answer): string {
  const image = printable(answer.path);
  if (answer.kind === 'failed') {
    // The path stands in front already.
    const message = answer.failure.message.replace(answer.path, () => path.basename(answer.path));
    return `${image}: ${printable(message)}`;
  }
  const likeliest = answer.scores
    .slice(0, 3)
    .map(({ label, probability }) => `${printable(label)} ${percent(probability)}`)
    .join(', ');
  switch (answer.kind) {
    case 'answered':
      return `${image}: ${likeliest}`;
    case 'unknown':
      return `${image}: unknown: unlike anything trained (nearest: ${likeliest})`;
    case 'unsure':
      return `${image}: unsure: below ${percent(answer.reject)} (nearest: ${likeliest})`;
  }
}
