/** What every room needs: errors with codes, files that are written whole or not at all, unchecked JSON, seeded numbers. */
export { RetrainError, systemCode, toFailure, type ErrorParams, type Failure } from './errors';
export { isInside, isLink, readBounded, resolveInside, retryBusy, writeAtomic, writeNew } from './files';
export { jsonPosition } from './jsonPosition';
export { messages, type ErrorCode } from './messages';
export { isAbort, throwIfAborted, type Report } from './progress';
export { seededRandom, type Random } from './random';
export { Untrusted } from './untrusted';
