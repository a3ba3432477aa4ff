import type { CachedImage } from '../bottlenecks';
import type { Job } from './context';
import { fillAndRead, secondsSince } from './fillCache';
import { labelFinder, labelledRows } from './labelledRows';
import { measureHead } from './measureHead';
import { openRun } from './openRun';
import { rejectedAt } from './rejected';
import { runFacts } from './runView';
import { writeReport } from './trainingOutputs';

/** Measures a run on a labelled folder. Labels the run does not know are named, their images are not counted. */
export const evaluate: Job<'evaluate'> = async ({ folder, run: asked, runtime, reject, junit }, context) => {
  const started = performance.now();
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
