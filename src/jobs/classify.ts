import path from 'node:path';
import { RetrainError, toFailure } from '../base';
import { computeValues, type AskedImage } from '../bottlenecks';
import { scanImages } from '../dataset';
import { sniff } from '../images';
import { predict, type RunRecord } from '../models';
import type { Product } from '../training';
import type { Job } from './context';
import { datasetOfRun } from './datasetFolder';
import { noveltyTo } from './knownImages';
import { openRun } from './openRun';
import type { Answer } from './results';
import { runFacts } from './runView';
import { nearestRun } from './runs';
import { chosenReject } from './settingsFile';

/**
 * Names images with a run. Nothing is written, for a person only asked, unless the run has to be refitted.
 * @throws NOTHING_TO_CLASSIFY, NO_RUN; where no run is there either, what is wrong with the first image; as `openRun` and reading retrain.json do; the signal's reason
 */
export const classify: Job<'classify'> = async (
  { base, paths, run: given, runtime: choice, reject: rejects },
  context,
) => {
  const { places, reader, signal, report } = context;
  const inputs = new Map(paths.map((shown, place) => [path.resolve(base, shown), { shown, place }]));
  const { images, skipped } = await scanImages([...inputs.keys()], { sniff, signal });
  const asked = images.map(({ path: file, size }) => ({ ...askedAs(file, inputs), size }));
  const refused = skipped.map(({ path: file, code, params }) => ({ ...askedAs(file, inputs), code, params }));
  const first = asked[0] ?? refused[0];
  if (first === undefined) throw new RetrainError('NOTHING_TO_CLASSIFY', { path: paths.join(', ') });
  const found = given === null ? await nearestRun(first.file, places) : { run: given, passedOver: null };
  if (found === undefined) {
    const [unread] = asked.length === 0 ? refused : [];
    if (unread) throw new RetrainError(unread.code, { ...unread.params, path: unread.path });
    throw new RetrainError('NO_RUN', { path: first.path });
  }
  const { run, folder, backbone, runtime } = await openRun(found.run, choice, context);
  const reject = rejects ? await chosenReject(await datasetOfRun(folder, places.cacheDirectory), rejects) : 0;
  const facts = runFacts(run, folder);
  const answered = answerer(run, reject, runtime.multiply);
  const placed: { readonly place: number; readonly answer: Answer }[] = [];
  const add = (more: typeof placed): void => {
    placed.push(...more);
    const answers = more.map(({ answer }) => answer);
    const [done, of] = [placed.length, asked.length + refused.length];
    report({ kind: 'classifying', done, of, run: facts, answers });
  };
  add(
    refused.map(({ place, path, code, params }) => {
      const failure = toFailure(new RetrainError(code, { ...params, path }));
      return { place, answer: { kind: 'failed', path, failure } };
    }),
  );
  await computeValues(
    asked,
    { backbone, runtime, reader },
    async (computed) => {
      const more: typeof placed = [];
      for (const now of computed) {
        const { place, path } = now.image;
        const answer: Answer =
          now.kind === 'failed'
            ? { kind: 'failed', path, failure: now.failure }
            : await answered(path, now.values);
        more.push({ place, answer });
      }
      add(more);
    },
    signal,
  );
  // In the order in which the inputs were given, below one input by path.
  placed.sort((a, b) => a.place - b.place || (a.answer.path < b.answer.path ? -1 : 1));
  return {
    run: facts,
    passedOver: found.passedOver,
    runtime: runtime.id,
    answers: placed.map(({ answer }) => answer),
  };
};

/** What a person named, as written, and its place among all of that. */
interface Input {
  readonly shown: string;
  readonly place: number;
}

/**
 * A file below one of the `inputs`, which are by absolute path: how the person would write it, and the place of its
 * input.
 */
function askedAs(
  file: string,
  inputs: ReadonlyMap<string, Input>,
): Pick<AskedImage, 'file' | 'path'> & Pick<Input, 'place'> {
  for (let above = file; ; above = path.dirname(above)) {
    const input = inputs.get(above);
    if (input !== undefined) {
      const { shown, place } = input;
      const below = path.relative(above, file).split(path.sep).join('/');
      return { file, place, path: below === '' ? shown : `${shown.replace(/[/\\]+$/, '')}/${below}` };
    }
    if (path.dirname(above) === above) return { file, place: inputs.size, path: file };
  }
}

/**
 * What `run` says of an image: its likeliest label first. Where the image is unlike anything trained that comes before
 * how sure the head is, which then means nothing.
 */
function answerer(
  run: RunRecord,
  reject: number,
  product: Product,
): (path: string, values: Float32Array) => Promise<Answer> {
  const { known } = run;
  const noveltyOf = known && noveltyTo(known);
  return async (path, values) => {
    const probabilities = await predict(run.head, values, 1, product);
    const scores = run.evaluation.labels
      .map((label, c) => ({ label, probability: probabilities[c] ?? 0 }))
      .sort((a, b) => b.probability - a.probability);
    const { label = '', probability: confidence = 0 } = scores[0] ?? {};
    const scored = { path, label, confidence, scores };
    const novelty = noveltyOf?.(values) ?? 0;
    if (known && novelty > known.threshold)
      return { kind: 'unknown', ...scored, novelty, threshold: known.threshold };
    return confidence < reject ? { kind: 'unsure', ...scored, reject } : { kind: 'answered', ...scored };
  };
}
