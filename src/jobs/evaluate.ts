import { RetrainError } from '../base';
import type { CachedImage } from '../bottlenecks';
import { isFolder } from './cacheFolder';
import type { RunRecord } from '../models';
import type { Job } from './context';
import { datasetOfRun } from './datasetFolder';
import { fillAndRead, secondsSince } from './fillCache';
import { unknownAmong } from './knownImages';
import { labelFinder, labelledRows, type LabelledRows } from './labelledRows';
import { measureHead } from './measureHead';
import { openRun } from './openRun';
import { rejectedAt } from './rejected';
import type { DatasetFacts, UnknownLabel } from './results';
import { nearestRun } from './runs';
import { runFacts } from './runView';
import { chosenReject } from './settingsFile';
import { writeReport } from './trainingOutputs';

/**
 * Measures a run, or else the newest one of the nearest dataset, on a labelled folder. Labels the run does not know are
 * named, and how many of their images it calls unknown, as it should; the measures are of the others.
 * @throws RUN_UNNAMED where there is none; as `openRun` and the scan do
 */
export const evaluate: Job<'evaluate'> = async ({ folder, run: chosen, runtime, reject, junit }, context) => {
  const started = performance.now();
  const asked = chosen ?? (await nearestRun(folder, context.places))?.run;
  if (asked === undefined)
    throw new RetrainError((await isFolder(folder)) ? 'RUN_UNNAMED' : 'FOLDER_NOT_FOUND', { path: folder });
  if (chosen === null) context.report({ kind: 'runFound', run: asked });
  const { run, folder: runFolder, backbone } = await openRun(asked, runtime, context);
  const dataset = await datasetOfRun(runFolder, context.places.cacheDirectory);
  const threshold = reject ? await chosenReject(dataset, reject) : 0;
  const { labels } = run.evaluation;
  const indexOf = labelFinder(labels);
  const isKnown = ({ image }: CachedImage) => indexOf(image.label) !== undefined;
  const knownFirst = (rows: readonly CachedImage[]) =>
    Promise.resolve([...rows.filter(isKnown), ...rows.filter((row) => !isKnown(row))]);
  const network = { backbone: backbone.id, runtime };
  const { filled, read } = await fillAndRead(folder, network, context, 1, knownFirst);
  const of = read.rows.filter(isKnown).length;
  const measuredRows = labelledRows(read, labels, 0, of);
  const { answers, measured } = await measureHead(run, measuredRows, labels, filled.runtime.multiply);
  const given = answers.map(({ predicted, ...answer }, row) => ({
    ...answer,
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
      ...(measured.unknown !== undefined && { unknown: measured.unknown }),
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
    ...(threshold > 0 && { rejected: rejectedAt(threshold, given) }),
    skipped: filled.facts.skipped,
    unknown: measured.unknown ?? null,
    seenInTraining: measuredRows.rows.filter(({ sha256 }) => fitted.has(sha256)).length,
    unknownLabels: unknownLabels(filled.facts.classes, labelledRows(read, labels, of), run),
  };
};

/** How many of the `strangers`, whose labels the run does not know, it calls unknown: by the classes they are in. */
function unknownLabels(
  classes: DatasetFacts['classes'],
  strangers: LabelledRows,
  { known, evaluation: { labels } }: RunRecord,
): UnknownLabel[] {
  const indexOf = labelFinder(labels);
  const unknown = known && unknownAmong(known, strangers.values);
  return classes
    .filter(({ label }) => indexOf(label) === undefined)
    .map(({ label }) => {
      const rows = [...strangers.rows.keys()].filter((row) => strangers.rows[row]?.image.label === label);
      return {
        label,
        images: rows.length,
        unknown: unknown && rows.filter((row) => unknown[row]).length,
      };
    });
}
