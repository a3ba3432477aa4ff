import type { CachedImage } from '../bottlenecks';
import type { Job } from './context';
import { fillAndRead } from './fillCache';
import { labelFinder, labelledRows } from './labelledRows';
import { measureHead } from './measureHead';
import { openRun } from './openRun';
import { runFacts } from './runView';

/** Measures a run on a labelled folder. Labels the run does not know are named, their images are not counted. */
export const evaluate: Job<'evaluate'> = async ({ folder, run: asked, runtime }, context) => {
  const { run, folder: runFolder, backbone } = await openRun(asked, runtime, context);
  const { labels } = run.evaluation;
  const indexOf = labelFinder(labels);
  const known = (rows: readonly CachedImage[]) =>
    Promise.resolve(rows.filter(({ image }) => indexOf(image.label) !== undefined));
  const network = { backbone: backbone.id, runtime };
  const { filled, read } = await fillAndRead(folder, network, context, 1, known);
  const measuredRows = labelledRows(read, labels);
  const { measured } = measureHead(run.head, measuredRows, labels);
  const fitted = new Set(run.fittedOn);
  return {
    run: runFacts(run, runFolder),
    images: measured.n,
    accuracy: measured.accuracy,
    interval: measured.interval,
    labels,
    confusion: measured.confusion,
    sureness: measured.sureness,
    skipped: filled.facts.skipped,
    seenInTraining: measuredRows.rows.filter(({ sha256 }) => fitted.has(sha256)).length,
    unknownLabels: filled.facts.classes
      .map(({ label }) => label)
      .filter((label) => indexOf(label) === undefined),
  };
};
