import type { Untrusted } from '../base';
import { count } from './numbers';

/** How much the probabilities of a run's answers are worth, and what withholding the unsure ones would do. */
export interface RunSureness {
  /** The share of images whose true class is among the `k` likeliest; empty where only the likeliest is known. */
  readonly topK: readonly { readonly k: number; readonly accuracy: number }[];
  readonly calibration: {
    /** The answers whose probability is above `from` and at most `to`: their mean, and the share of right ones; null without any. */
    readonly bins: readonly {
      readonly from: number;
      readonly to: number;
      readonly images: number;
      readonly confidence: number | null;
      readonly accuracy: number | null;
    }[];
    /** Expected calibration error; null of no image. */
    readonly expectedError: number | null;
  };
  /** Of the answers of at least a probability: how many, and how many right ones. By rising threshold. */
  readonly reject: readonly {
    readonly threshold: number;
    readonly answered: number;
    readonly right: number;
  }[];
}

/** More of each than was ever written. */
const most = 1000;

/** Of `n` images. @throws what the value's `fail` makes of it, also where its numbers contradict each other */
export function readSureness(sureness: Untrusted, n: number): RunSureness {
  const calibration = sureness.field('calibration');
  const bins = calibration.field('bins');
  const read: RunSureness['calibration']['bins'] = bins.items(most).map((bin) => ({
    from: share(bin.field('from')),
    to: share(bin.field('to')),
    images: count(bin.field('images')),
    confidence: bin.field('confidence').nullable(share),
    accuracy: bin.field('accuracy').nullable(share),
  }));
  if (read.reduce((sum, { images }) => sum + images, 0) !== n) throw bins.fail('they do not add up to n');
  let [before, answered] = [-1, n];
  return {
    topK: sureness
      .field('topK')
      .items(most)
      .map((top) => ({ k: top.field('k').integer(1, most), accuracy: share(top.field('accuracy')) })),
    calibration: { bins: read, expectedError: calibration.field('expectedError').nullable(share) },
    reject: sureness
      .field('reject')
      .items(most)
      .map((point) => {
        const threshold = point.field('threshold');
        if (share(threshold) <= before) throw threshold.fail('it does not rise');
        before = share(threshold);
        answered = point.field('answered').integer(0, answered);
        return { threshold: before, answered, right: point.field('right').integer(0, answered) };
      }),
  };
}

function share(value: Untrusted): number {
  return value.number(0, 1);
}
