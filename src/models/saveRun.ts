import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isLink, readBounded, RetrainError, retryBusy, systemCode, writeAtomic, writeNew } from '../base';
import { writeHead } from './headFiles';
import { writeImages } from './imagesFile';
import { writeLast, type Resumption } from './lastFile';
import { writeKnown } from './knownFile';
import { writeLabels } from './labelsFile';
import { writeMetricsJson, type Metrics } from './metricsJson';
import { writePredictions } from './predictionsFile';
import { runFiles } from './runFiles';
import { writeRunJson } from './runJson';
import type { NewRun, RunImage } from './runRecord';
import { writeState } from './stateFile';

/** Names the last run that was given a name, for it may have been deleted since. */
const lastNameFile = 'last-run';

/** Runs of one day under one folder; reached only where something is wrong. */
const mostRuns = 100_000;

/**
 * Writes a run to `<retrainFolder>/runs/<YYYY-MM-DD-n>` and returns that folder: under a temporary name first,
 * then renamed, so that a run is there whole or not at all and two processes never share one.
 * @param images those of the dataset, from which a comparison tells what has changed
 * @param resumption from which its training can be continued
 * @throws PATH_OUTSIDE where `.retrain` or `runs` is a symbolic link; RUN_UNWRITABLE
 */
export async function saveRun(
  retrainFolder: string,
  run: NewRun,
  images?: readonly RunImage[],
  resumption?: Resumption,
): Promise<string> {
  try {
    const runs = path.join(retrainFolder, 'runs');
    await ownFolder(retrainFolder);
    await ownFolder(runs);
    await keepOutOfGit(retrainFolder);
    return await writeRun(retrainFolder, run, images, resumption);
  } catch (error) {
    const reason = systemCode(error);
    if (error instanceof RetrainError || reason === undefined) throw error;
    throw new RetrainError('RUN_UNWRITABLE', { path: retrainFolder, reason }, { cause: error });
  }
}

async function writeRun(
  retrainFolder: string,
  run: NewRun,
  images: readonly RunImage[] | undefined,
  resumption: Resumption | undefined,
): Promise<string> {
  const temporary = path.join(retrainFolder, 'runs', `.${randomBytes(6).toString('hex')}.tmp`);
  await mkdir(temporary);
  try {
    const head = writeHead(run.head, run.evaluation.labels);
    for (const [name, data] of head.files) await writeNew(path.join(temporary, name), data);
    await writeNew(path.join(temporary, runFiles.labels), writeLabels(run.evaluation.labels));
    await writeNew(path.join(temporary, runFiles.run), writeRunJson({ ...run, head: head.facts }));
    await writeNew(path.join(temporary, runFiles.metrics), writeMetricsJson(metricsOf(run)));
    await writeNew(path.join(temporary, runFiles.predictions), writePredictions(run.predictions));
    if (run.leaveOneOut?.kind === 'measured')
      await writeNew(
        path.join(temporary, runFiles.leaveOneOut),
        writePredictions(run.leaveOneOut.predictions),
      );
    if (run.known) await writeNew(path.join(temporary, runFiles.known), writeKnown(run.known));
    if (images) await writeNew(path.join(temporary, runFiles.images), writeImages(images));
    if (resumption?.kind === 'head')
      await writeNew(path.join(temporary, runFiles.last), writeLast(resumption.head));
    if (resumption?.kind === 'state')
      await writeNew(path.join(temporary, runFiles.state), writeState(resumption));
    return await renameToNext(temporary, retrainFolder, day(new Date(run.created)));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** The measures without the answers, which have files of their own. */
function metricsOf({ training, evaluation, leaveOneOut }: NewRun): Metrics {
  if (leaveOneOut?.kind !== 'measured') return { training, evaluation, leaveOneOut };
  const { predictions, ...measured } = leaveOneOut;
  return { training, evaluation, leaveOneOut: measured };
}

/** Nothing is written through a link, which could lead anywhere. */
async function ownFolder(folder: string): Promise<void> {
  if (await isLink(folder))
    throw new RetrainError('PATH_OUTSIDE', { path: folder, root: path.dirname(folder) });
  await mkdir(folder, { recursive: true });
}

/** Split and settings belong to the project; runs are large and can be made again. */
async function keepOutOfGit(retrainFolder: string): Promise<void> {
  try {
    await writeFile(path.join(retrainFolder, '.gitignore'), `runs/\n${lastNameFile}\n`, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * After the last run of the day, and of those that were deleted: their names may stand in others that go on with them,
 * and on pages that compare them. A folder that holds files is never renamed over, so a name that another process takes
 * meanwhile is left to it.
 */
async function renameToNext(temporary: string, retrainFolder: string, stem: string): Promise<string> {
  const runs = path.dirname(temporary);
  const others = [...(await readdir(runs)), await readLastName(retrainFolder)];
  const numbers = others.map((other) => Number(new RegExp(`^${stem}-(\\d{1,5})$`).exec(other)?.[1] ?? 0));
  for (let n = Math.max(...numbers) + 1; n < mostRuns; n++) {
    const name = `${stem}-${n}`;
    const target = path.join(runs, name);
    if (await exists(target)) continue;
    await writeAtomic(path.join(retrainFolder, lastNameFile), `${name}\n`);
    try {
      await retryBusy(() => rename(temporary, target));
      return target;
    } catch (error) {
      if (!(await exists(target))) throw error;
    }
  }
  throw new RangeError(`More than ${mostRuns} runs of ${stem} in ${runs}`);
}

/** Empty where nothing tells it. */
async function readLastName(retrainFolder: string): Promise<string> {
  try {
    return (await readBounded(path.join(retrainFolder, lastNameFile), 100)).toString('utf8').trim();
  } catch (error) {
    if (error instanceof RetrainError) return '';
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The person's own day, as their calendar has it. */
function day(date: Date): string {
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
}
