import path from 'node:path';
import { readBounded, resolveInside, RetrainError, type ErrorCode } from '../base';

/** The files of a run's folder. */
export const runFiles = {
  /** These two of a head that is a network. */
  model: 'model.json',
  weights: 'weights.bin',
  /** These two of a head of neighbours. */
  neighbours: 'neighbours.npy',
  neighbourLabels: 'neighbours.txt',
  labels: 'labels.txt',
  run: 'run.json',
  metrics: 'metrics.json',
  predictions: 'predictions.csv',
  leaveOneOut: 'leave-one-out.csv',
  /** Absent where nothing tells what is unknown. */
  known: 'known.bin',
  /** One of these where a training can be continued. */
  last: 'last.bin',
  state: 'state.bin',
  /** Absent in runs of older versions. */
  images: 'images.csv',
  /** Written when the person names or pins the run. */
  title: 'title.json',
} as const;

/** More classes than any last layer known; it bounds every table by class. */
export const mostClasses = 50_000;

/** What reading says of a file that is not as it was written. */
const damage = new Map<ErrorCode, string>([
  ['FILE_EMPTY', 'it is empty'],
  ['FILE_MISSING', 'it is missing'],
  ['FILE_TOO_LARGE', 'it is too large'],
  ['NOT_A_FILE', 'it is not a regular file'],
  ['PATH_OUTSIDE', 'it links to a place outside the run'],
]);

/** The error for a file of a run that is not what it should be. */
export function damaged(file: string, reason: string, cause?: unknown): RetrainError {
  return new RetrainError('RUN_DAMAGED', { path: file, reason }, { cause });
}

/**
 * Reads a file of a run's folder, of at most `limit` bytes.
 * @throws RUN_DAMAGED where it is missing, too large, no file or outside the folder; FILE_UNREADABLE
 */
export async function readRunFile(folder: string, name: string, limit: number): Promise<Buffer> {
  const file = path.join(folder, name);
  try {
    return await readBounded(await resolveInside(folder, name), limit, { shown: file });
  } catch (error) {
    const reason = error instanceof RetrainError ? damage.get(error.code) : undefined;
    throw reason === undefined ? error : damaged(file, reason, error);
  }
}
