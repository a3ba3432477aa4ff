import type { Untrusted } from '../base';
import { count } from './numbers';

/** The temperature by which the probabilities of a head were calibrated: it is part of the saved head. */
export interface RunCalibration {
  /** What the logits were divided by. */
  readonly temperature: number;
  /** The answers it was fitted to: those to validation images, or those of leave-one-out over the training images. */
  readonly on: 'validation' | 'leave-one-out';
  readonly images: number;
}

export function readCalibration(calibration: Untrusted): RunCalibration {
  const on = calibration
    .field('on')
    .matching(/^(?:validation|leave-one-out)$/, 'validation or leave-one-out');
  return {
    temperature: calibration.field('temperature').number(Number.MIN_VALUE, Number.MAX_VALUE),
    on: on === 'validation' ? on : 'leave-one-out',
    images: count(calibration.field('images')),
  };
}
