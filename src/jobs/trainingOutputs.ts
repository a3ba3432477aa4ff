import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../base';
import { eventFile, headFiles, labelsText, type RunRecord } from '../models';
import { asOutput } from './outputs';
import type { TrainingOutputs } from './requests';

/**
 * Writes what was asked for besides the run, which is saved by then.
 * @throws OUTPUT_UNWRITABLE
 */
export async function writeOutputs(run: RunRecord, outputs: TrainingOutputs): Promise<void> {
  const { labelsFile, head, summaries } = outputs;
  if (labelsFile !== undefined) await writeOutput(labelsFile, labelsText(run.evaluation.labels));
  if (head !== undefined)
    for (const [name, data] of headFiles(run, head.outputName))
      await writeOutput(path.join(head.folder, name), data);
  if (summaries === undefined || run.training.kind !== 'iterative') return;
  const time = Math.floor(Date.parse(run.created) / 1000);
  const { curve } = run.training;
  for (const [folder, side] of [
    ['train', 'training'],
    ['validation', 'validation'],
  ] as const)
    if (curve.some((epoch) => epoch[side] !== null))
      await writeOutput(
        path.join(summaries, run.name, folder, `events.out.tfevents.${time}.retrain`),
        eventFile(curve, side, time),
      );
}

function writeOutput(file: string, data: string | Uint8Array): Promise<void> {
  return asOutput(file, async () => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeAtomic(file, data);
  });
}
