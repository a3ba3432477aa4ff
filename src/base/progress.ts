/** Receives what a job has to say while it runs. Crosses thread and process boundaries, so plain data only. */
export type Report<P> = (progress: P) => void;

/** Throws the signal's reason (an AbortError) once `signal` has been aborted. For the innermost loops. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

/** True for what an aborted signal throws, here or in Node's own functions. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
