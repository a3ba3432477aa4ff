import { RetrainError } from '../base';

/** The error for a backbone file that is not what it should be. */
export function damaged(file: string, reason: string): RetrainError {
  return new RetrainError('BACKBONE_DAMAGED', { path: file, reason });
}
