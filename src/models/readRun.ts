import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import { readHead } from './headFiles';
import { readKnown } from './knownFile';
import { readLabels } from './labelsFile';
import { readMetricsJson, type Metrics } from './metricsJson';
import { readPredictions } from './predictionsFile';
import { damaged, readRunFile, runFiles } from './runFiles';
import { readRunJson, type RunFacts } from './runJson';
import type { RunPrediction, RunRecord } from './runRecord';

const megabyte = 2 ** 20;

/**
 * Reads a run's folder. Its files are taken for hostile: sizes are bounded before anything is allocated,
 * every number is checked, nothing outside the folder is read, and what contradicts itself is refused.
 * @throws NOT_A_RUN; RUN_DAMAGED, which names the file and the reason; FILE_UNREADABLE
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const facts = await readRunFacts(folder);
  const text = async (name: string, limit: number): Promise<string> =>
    (await readRunFile(folder, name, limit)).toString('utf8');
  const inFolder = (name: string): string => path.join(folder, name);

  const labels = readLabels(await text(runFiles.labels, 256 * megabyte));
  const { dimension } = facts.backbone;
  const head = await readHead(folder, facts.head, { dimension, labels });
  const metrics = await readRunMetrics(folder);
  const { training, evaluation, leaveOneOut: measured } = metrics;
  if (facts.head.kind === 'neighbours' && (training.kind !== 'neighbours' || training.k !== facts.head.k))
    throw damaged(inFolder(runFiles.metrics), `its training is not that of the head in ${runFiles.run}`);
  for (const measuredLabels of labelsIn(metrics))
    if (measuredLabels.length !== labels.length || measuredLabels.some((label, i) => label !== labels[i]))
      throw damaged(inFolder(runFiles.metrics), `its labels are not those of ${runFiles.labels}`);
  const answers = async (name: string): Promise<RunPrediction[]> =>
    readPredictions(await text(name, 512 * megabyte), new Set(labels), (reason) =>
      damaged(inFolder(name), reason),
    );
  const predictions = await answers(runFiles.predictions);
  const answered = predictions.filter(({ side }) => side === 'testing').length;
  if (answered !== evaluation.n)
    throw damaged(
      inFolder(runFiles.predictions),
      `it answers ${answered} testing images, ${runFiles.metrics} counts ${evaluation.n}`,
    );
  const unknown = predictions.filter((prediction) => prediction.unknown).length;
  if (unknown !== (evaluation.unknown ?? 0))
    throw damaged(
      inFolder(runFiles.predictions),
      `it calls ${unknown} images unknown, ${runFiles.metrics} counts ${evaluation.unknown ?? 0}`,
    );
  const leaveOneOut =
    measured?.kind === 'measured'
      ? { ...measured, predictions: await answers(runFiles.leaveOneOut) }
      : measured;
  if (leaveOneOut?.kind === 'measured' && leaveOneOut.predictions.length !== leaveOneOut.n)
    throw damaged(
      inFolder(runFiles.leaveOneOut),
      `it answers ${leaveOneOut.predictions.length} images, ${runFiles.metrics} counts ${leaveOneOut.n}`,
    );
  const known = facts.known && (await readKnown(folder, facts.known, { dimension, classes: labels.length }));
  return {
    name: path.basename(folder),
    ...facts,
    known,
    training,
    evaluation,
    predictions,
    leaveOneOut,
    head,
  };
}

function labelsIn({ evaluation, leaveOneOut }: Metrics): (readonly string[])[] {
  return leaveOneOut?.kind === 'measured' ? [evaluation.labels, leaveOneOut.labels] : [evaluation.labels];
}

/** Reads run.json alone. @throws NOT_A_RUN, RUN_DAMAGED, FILE_UNREADABLE */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const bytes = await readRunFile(folder, runFiles.run, 512 * megabyte).catch(async (error: unknown) => {
    throw (await mayBeRun(folder)) ? error : new RetrainError('NOT_A_RUN', { path: folder });
  });
  return readRunJson(bytes.toString('utf8'), path.join(folder, runFiles.run));
}

/** Whether it stands among runs or holds a file of one; what does neither was named by mistake. */
async function mayBeRun(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) return false;
  const own: readonly string[] = [runFiles.run, runFiles.metrics, runFiles.labels];
  return path.basename(path.dirname(folder)) === 'runs' || names.some((name) => own.includes(name));
}

/** Reads metrics.json alone. @throws RUN_DAMAGED, FILE_UNREADABLE */
export async function readRunMetrics(folder: string): Promise<Metrics> {
  const bytes = await readRunFile(folder, runFiles.metrics, 256 * megabyte);
  return readMetricsJson(bytes.toString('utf8'), path.join(folder, runFiles.metrics));
}
