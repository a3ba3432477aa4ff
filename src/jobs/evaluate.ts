import type { CachedImage } from '../bottlenecks';
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
import { runFacts } from './runView';
import { chosenReject } from './settingsFile';
import { writeReport } from './trainingOutputs';

/**
 * Measures a run on a labelled folder. Labels the run does not know are named, and how many of their images it calls
 * unknown, as it should; the measures are of the others.
 */
export const evaluate: Job<'evaluate'> = async ({ folder, run: asked, runtime, reject, junit }, context) => {
  const started = performance.now();
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
