import { RetrainError } from '../base';
import type { CachedImage } from '../bottlenecks';
import { isFolder } from './cacheFolder';
import type { Job } from './context';
import { fillAndRead, secondsSince } from './fillCache';
import { labelFinder, labelledRows } from './labelledRows';
import { measureHead } from './measureHead';
import { openRun } from './openRun';
import { rejectedAt } from './rejected';
import { nearestRun } from './runs';
import { runFacts } from './runView';
import { writeReport } from './trainingOutputs';

/**
 * Measures a run, or else the newest one of the nearest dataset, on a labelled folder. Labels the run does not know are
 * named, their images are not counted.
 * @throws RUN_UNNAMED where there is none; as `openRun` and the scan do
 */
export const evaluate: Job<'evaluate'> = async ({ folder, run: chosen, runtime, reject, junit }, context) => {
  const started = performance.now();
  const asked = chosen ?? (await nearestRun(folder, context.places))?.run;
  if (asked === undefined)
    throw new RetrainError((await isFolder(folder)) ? 'RUN_UNNAMED' : 'FOLDER_NOT_FOUND', { path: folder });
  if (chosen === null) context.report({ kind: 'runFound', run: asked });
  const { run, folder: runFolder, backbone } = await openRun(asked, runtime, context);
  const { labels } = run.evaluation;
  const indexOf = labelFinder(labels);
  const known = (rows: readonly CachedImage[]) =>
    Promise.resolve(rows.filter(({ image }) => indexOf(image.label) !== undefined));
  const network = { backbone: backbone.id, runtime };
  const { filled, read } = await fillAndRead(folder, network, context, 1, known);
  const measuredRows = labelledRows(read, labels);
  const { answers, measured } = await measureHead(run.head, measuredRows, labels, filled.runtime.multiply);
  const given = answers.map(({ predicted, probability }, row) => ({
    probability,
    right: predicted === measuredRows.labels[row],
  }));
  if (junit !== undefined) {
    const { name } = filled.facts;
    const { accuracy, confusion } = measured;
    const properties = {
      run: run.name,
      head: run.settings.head.kind,
      backbone: backbone.id,
      runtime: filled.runtime.id,
    };
    const times = { created: new Date().toISOString(), seconds: secondsSince(started) };
    await writeReport({ dataset: name, labels, accuracy, confusion, properties, ...times }, junit);
  }
  const fitted = new Set(run.fittedOn);
  return {
    run: runFacts(run, runFolder),
    images: measured.n,
    accuracy: measured.accuracy,
    interval: measured.interval,
    labels,
    confusion: measured.confusion,
    classes: measured.perClass,
    sureness: measured.sureness,
    ...(reject !== undefined && { rejected: rejectedAt(reject, given) }),
    skipped: filled.facts.skipped,
    seenInTraining: measuredRows.rows.filter(({ sha256 }) => fitted.has(sha256)).length,
    unknownLabels: filled.facts.classes
      .map(({ label }) => label)
      .filter((label) => indexOf(label) === undefined),
  };
};
