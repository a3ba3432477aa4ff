import { RetrainError, systemCode } from '../base';

/** Runs `write`, which makes what a person asked for at `file`. @throws OUTPUT_UNWRITABLE, and what else `write` throws */
export async function asOutput(file: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const reason = systemCode(error);
    if (error instanceof RetrainError || reason === undefined) throw error;
    throw new RetrainError('OUTPUT_UNWRITABLE', { path: file, reason }, { cause: error });
  }
}
