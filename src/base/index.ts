export { RetrainError, systemCode, toFailure, wording, type ErrorParams, type Failure } from './errors';
export { isInside, isLink, readBounded, resolveInside, retryBusy, writeAtomic } from './files';
export { messages, type ErrorCode } from './messages';
export { isAbort, throwIfAborted, type Report } from './progress';
export { seededRandom, shuffled, type Random } from './random';
