import { messages, type ErrorCode } from './messages';

export type ErrorParams = Readonly<Record<string, string | number>>;

/** A failure as plain data: what crosses threads and processes, and what `--json` prints. */
export interface Failure {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  /** The English wording; the editor words `code` and `params` itself. */
  readonly message: string;
}

/** An error a person can meet: a code, its parameters, and one clear English sentence made of them. */
export class RetrainError extends Error {
  override readonly name = 'RetrainError';
  constructor(
    readonly code: ErrorCode,
    readonly params: ErrorParams = {},
    options?: ErrorOptions,
  ) {
    super(wording(code, params), options);
  }

  static fromFailure(failure: Failure): RetrainError {
    return new RetrainError(failure.code, failure.params);
  }
}

/** The English sentence of `code`, its `{placeholders}` filled from `params`. */
function wording(code: ErrorCode, params: ErrorParams): string {
  return messages[code].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}

/** Any thrown value as plain data; what is not ours becomes INTERNAL with the original text. */
export function toFailure(error: unknown): Failure {
  const known =
    error instanceof RetrainError
      ? error
      : new RetrainError('INTERNAL', { reason: error instanceof Error ? error.message : String(error) });
  return { code: known.code, params: known.params, message: known.message };
}

/** Node's error code (`ENOENT`, ...) of a thrown value, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
