import { throwIfAborted } from '../base';
import type { Network } from './networks';

/** Pictures of one call, how many calls are measured, and after how many milliseconds no other one is begun. */
const batch = 8;
const rounds = 5;
const patience = 2000;

/** Milliseconds an image: the median of a few calls, after one that is not counted. @throws the signal's reason once aborted */
export async function networkSpeed({ backbone, runtime }: Network, signal: AbortSignal): Promise<number> {
  const { width, height } = backbone.input;
  const pictures = new Uint8Array(batch * width * height * 3).fill(128);
  const times: number[] = [];
  const began = performance.now();
  for (let round = 0; round <= rounds; round++) {
    throwIfAborted(signal);
    if (times.length > 0 && performance.now() - began > patience) break;
    const started = performance.now();
    await runtime.run(pictures, batch);
    if (round > 0) times.push((performance.now() - started) / batch);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? NaN;
}
