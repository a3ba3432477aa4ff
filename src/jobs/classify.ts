import path from 'node:path';
import { isAbort, RetrainError, toFailure, type Failure } from '../base';
import type { Backbone } from '../backbones';
import { scanImages } from '../dataset';
import { decodeImage, failsEveryImage, readImage, sniff } from '../images';
import { predict, type RunRecord } from '../models';
import type { Runtime } from '../runtimes';
import type { Job } from './context';
import { openRun } from './openRun';
import type { Answer } from './results';
import { runFacts } from './runView';
import { nearestRun } from './runs';

/** Images that go through the network at once. */
const batchSize = 8;

/**
 * Names images with a run. Nothing is written, for a person only asked, unless the run has to be refitted.
 * @throws NOTHING_TO_CLASSIFY, NO_RUN; as `openRun` does; the signal's reason
 */
export const classify: Job<'classify'> = async ({ base, paths, run: given, runtime: choice }, context) => {
  const { places, signal, report } = context;
  const inputs = new Map(paths.map((shown, place) => [path.resolve(base, shown), { shown, place }]));
  const { images, skipped } = await scanImages([...inputs.keys()], { sniff, signal });
  const asked = images.map((file) => askedAs(file, inputs));
  const refused = skipped.map((file) => ({
    ...askedAs(file.path, inputs),
    code: file.code,
    params: file.params,
  }));
  const first = asked[0] ?? refused[0];
  if (first === undefined) throw new RetrainError('NOTHING_TO_CLASSIFY', { path: paths.join(', ') });
  const asking = given ?? (await nearestRun(first.file, places));
  if (asking === undefined) throw new RetrainError('NO_RUN', { path: first.shown });
  const { run, folder, backbone, runtime } = await openRun(asking, choice, context);
  const answers: Placed[] = refused.map(({ place, shown, code, params }) => ({
    place,
    answer: {
      kind: 'failed',
      path: shown,
      failure: toFailure(new RetrainError(code, { ...params, path: shown })),
    },
  }));
  for (let start = 0; start < asked.length; start += batchSize) {
    signal.throwIfAborted();
    const batch = asked.slice(start, start + batchSize);
    answers.push(...(await answerBatch(batch, { run, backbone, runtime, signal })));
    report({ kind: 'classifying', done: start + batch.length, of: asked.length });
  }
  // In the order in which the inputs were given, below one input by path.
  answers.sort((a, b) => a.place - b.place || (a.answer.path < b.answer.path ? -1 : 1));
  return { run: runFacts(run, folder), runtime: runtime.id, answers: answers.map(({ answer }) => answer) };
};

/** An image to classify: its file, how the person would write that, and which of the inputs it came from. */
interface Asked {
  readonly file: string;
  readonly shown: string;
  readonly place: number;
}

interface Placed {
  readonly place: number;
  readonly answer: Answer;
}

/** What was asked about a file below one of the `inputs`, which are by absolute path. */
function askedAs(file: string, inputs: ReadonlyMap<string, Omit<Asked, 'file'>>): Asked {
  for (let above = file; ; above = path.dirname(above)) {
    const input = inputs.get(above);
    if (input !== undefined) {
      const { shown, place } = input;
      const below = path.relative(above, file).split(path.sep).join('/');
      return { file, place, shown: below === '' ? shown : `${shown.replace(/[/\\]+$/, '')}/${below}` };
    }
    if (path.dirname(above) === above) return { file, place: inputs.size, shown: file };
  }
}

type Picture = Asked &
  (
    | { readonly kind: 'decoded'; readonly pixels: Uint8Array }
    | { readonly kind: 'failed'; readonly failure: Failure }
  );

async function answerBatch(
  batch: readonly Asked[],
  network: { run: RunRecord; backbone: Backbone; runtime: Runtime; signal: AbortSignal },
): Promise<Placed[]> {
  const { run, backbone, runtime, signal } = network;
  const pictures = await Promise.all(batch.map((asked) => decoded(asked, backbone, signal)));
  const inputs = pictures.flatMap((picture) => (picture.kind === 'decoded' ? [picture.pixels] : []));
  const n = inputs.length;
  const size = backbone.input.width * backbone.input.height * 3;
  const input = new Uint8Array(n * size);
  inputs.forEach((pixels, i) => input.set(pixels, i * size));
  const { labels } = run.evaluation;
  const probabilities = n === 0 ? new Float32Array() : predict(run.head, await runtime.run(input, n), n);
  let next = 0;
  return pictures.map((picture): Placed => {
    const { place, shown: path } = picture;
    if (picture.kind === 'failed')
      return { place, answer: { kind: 'failed', path, failure: picture.failure } };
    const row = probabilities.subarray(next * labels.length, ++next * labels.length);
    const scores = labels
      .map((label, c) => ({ label, probability: row[c] ?? 0 }))
      .sort((a, b) => b.probability - a.probability);
    const { label = '', probability: confidence = 0 } = scores[0] ?? {};
    return { place, answer: { kind: 'answered', path, label, confidence, scores } };
  });
}

async function decoded(asked: Asked, { input }: Backbone, signal: AbortSignal): Promise<Picture> {
  const { file, shown } = asked;
  try {
    const bytes = await readImage(file, shown);
    return { ...asked, kind: 'decoded', pixels: await decodeImage(bytes, input, { path: shown, signal }) };
  } catch (error) {
    if (isAbort(error) || failsEveryImage(error)) throw error;
    return { ...asked, kind: 'failed', failure: toFailure(error) };
  }
}
