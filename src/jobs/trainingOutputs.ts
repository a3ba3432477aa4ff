import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../base';
import { curveOf, eventFile, labelsText, modelFiles, type RunRecord } from '../models';
import type { Head } from '../training';
import { junitReport, type JUnitOutput, type JUnitSubject } from './junit';
import { asOutput } from './outputs';
import type { TrainingOutputs } from './requests';
import type { Snapshots } from './trainedRun';

/**
 * Writes the head into `intermediate_<step>` as it comes, under retrain.py's names.
 * @throws OUTPUT_UNWRITABLE when one is taken
 */
export function snapshotsOf(
  { folder, every, outputName }: NonNullable<TrainingOutputs['snapshots']>,
  labels: readonly string[],
): Snapshots {
  const take = async (step: number, head: Head): Promise<void> => {
    for (const [name, data] of modelFiles({ kind: 'linear', head }, labels, outputName))
      await writeOutput(path.join(folder, `intermediate_${step}`, name), data);
  };
  return { every, take };
}

/**
 * Writes what was asked for besides the run, which is saved by then.
 * @throws OUTPUT_UNWRITABLE
 */
export async function writeOutputs(run: RunRecord, outputs: TrainingOutputs): Promise<void> {
  const { labelsFile, head, summaries, junit } = outputs;
  if (labelsFile !== undefined) await writeOutput(labelsFile, labelsText(run.evaluation.labels));
  // That there are no such files of neighbours was said before they were trained.
  if (head !== undefined && run.head.kind !== 'neighbours')
    for (const [name, data] of modelFiles(run.head, run.evaluation.labels, head.outputName))
      await writeOutput(path.join(head.folder, name), data);
  if (junit !== undefined) await writeRunReport(run, junit);
  const curve = curveOf(run.training);
  if (summaries === undefined || curve.length === 0) return;
  const time = Math.floor(Date.parse(run.created) / 1000);
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

function writeRunReport(run: RunRecord, { file, asserted }: JUnitOutput): Promise<void> {
  const { evaluation, backbone, runtime, settings, split } = run;
  const subject: JUnitSubject = {
    dataset: run.dataset.name,
    labels: evaluation.labels,
    accuracy: evaluation.accuracy,
    confusion: evaluation.confusion,
    created: run.created,
    seconds: run.scanSeconds + run.bottlenecks.seconds + run.training.seconds + evaluation.seconds,
    properties: {
      run: run.name,
      backbone: backbone.id,
      runtime: runtime.id,
      seed: settings.seed,
      head: settings.head.kind,
      ...(settings.head.kind === 'softmax' && { optimizer: settings.head.optimizer.kind }),
      training: split.training,
      validation: split.validation,
      testing: split.testing,
      ...(evaluation.unknown !== undefined && { unknown: evaluation.unknown }),
    },
  };
  return writeReport(subject, { file, asserted });
}

/** @throws OUTPUT_UNWRITABLE */
export function writeReport(subject: JUnitSubject, { file, asserted }: JUnitOutput): Promise<void> {
  return writeOutput(file, junitReport(subject, asserted));
}

function writeOutput(file: string, data: string | Uint8Array): Promise<void> {
  return asOutput(file, async () => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeAtomic(file, data);
  });
}
