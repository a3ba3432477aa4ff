import { RetrainError } from '../base';
import { curveOf, readRun } from '../models';
import type { Job } from './context';
import { writeOutputs } from './trainingOutputs';

/**
 * Writes of a run that is there what its training could have written beside it.
 * @throws HEAD_WITHOUT_MODEL, RUN_WITHOUT_CURVE, OUTPUT_UNWRITABLE; as reading the run does
 */
export const exportRun: Job<'exportRun'> = async ({ run: folder, outputs }) => {
  const run = await readRun(folder);
  if (outputs.head !== undefined && run.head.kind === 'neighbours')
    throw new RetrainError('HEAD_WITHOUT_MODEL');
  if (outputs.summaries !== undefined && curveOf(run.training).length === 0)
    throw new RetrainError('RUN_WITHOUT_CURVE', { path: folder });
  await writeOutputs(run, outputs);
  return {};
};
