import path from 'node:path';
import { isAbort, RetrainError, toFailure, type Failure } from '../base';
import { normalise, type Backbone } from '../backbones';
import { scanImages } from '../dataset';
import { decodeImage, readImage, sniff } from '../images';
import { predict, type RunRecord } from '../models';
import type { Runtime } from '../runtimes';
import type { Job } from './context';
import { openRun } from './openRun';
import type { Answer } from './results';
import { runFacts } from './runView';
import { nearestRun } from './runs';

/** Images that go through the network at once. */
const batchSize = 8;

/** Names images with a run. Nothing is written: a person only asked. */
export const classify: Job<'classify'> = async ({ base, paths, run: given, runtime: choice }, context) => {
  const { networks, places, signal, report } = context;
  const inputs = new Map(paths.map((shown) => [path.resolve(base, shown), shown]));
  const { images, skipped } = await scanImages([...inputs.keys()], { sniff, signal });
  const shown = (file: string) => asGiven(file, inputs);
  const first = images[0] ?? skipped[0]?.path;
  if (first === undefined) throw new RetrainError('NOTHING_TO_CLASSIFY', { path: paths.join(', ') });
  const folder = given ?? (await nearestRun(first, places));
  if (folder === undefined) throw new RetrainError('NO_RUN', { path: shown(first) });
  const { run, backbone } = await openRun(folder, networks);
  const answers: Answer[] = skipped.map((file) => ({
    kind: 'failed',
    path: shown(file.path),
    failure: toFailure(new RetrainError(file.code, { ...file.params, path: shown(file.path) })),
  }));
  const runtime = await networks.runtime(backbone.id, choice);
  for (let start = 0; start < images.length; start += batchSize) {
    signal.throwIfAborted();
    const batch = images.slice(start, start + batchSize).map((file) => ({ file, shown: shown(file) }));
    answers.push(...(await answerBatch(batch, { run, backbone, runtime, signal })));
    report({ kind: 'classifying', done: Math.min(start + batchSize, images.length), of: images.length });
  }
  return { run: runFacts(run, folder), runtime: runtime.id, answers: inOrder(answers, paths) };
};

/** Answers in the order in which the inputs were given, below one input by path. */
function inOrder(answers: readonly Answer[], paths: readonly string[]): Answer[] {
  const place = ({ path: shown }: Answer) => {
    const found = paths.findIndex((given) => shown === given || shown.startsWith(withSlash(given)));
    return found === -1 ? paths.length : found;
  };
  return [...answers].sort((a, b) => place(a) - place(b) || (a.path < b.path ? -1 : 1));
}

/** A folder as given, with one `/` behind it. */
function withSlash(folder: string): string {
  return `${folder.replace(/[/\\]+$/, '')}/`;
}

interface Asked {
  readonly file: string;
  readonly shown: string;
}

type Pixels =
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: Failure };

async function answerBatch(
  batch: readonly Asked[],
  network: { run: RunRecord; backbone: Backbone; runtime: Runtime; signal: AbortSignal },
): Promise<Answer[]> {
  const { run, backbone, runtime, signal } = network;
  const pictures = await Promise.all(batch.map((asked) => pixelsOf(asked, backbone, signal)));
  const decoded = pictures.flatMap((picture) => (picture.kind === 'pixels' ? [picture.pixels] : []));
  const size = backbone.input.width * backbone.input.height * 3;
  const input = new Float32Array(decoded.length * size);
  decoded.forEach((pixels, i) => normalise(pixels, backbone, input.subarray(i * size, (i + 1) * size)));
  const { labels } = run.evaluation;
  const probabilities =
    decoded.length === 0
      ? new Float32Array()
      : predict(run.head, await runtime.run(input, decoded.length), decoded.length);
  let next = 0;
  return pictures.map((picture, i): Answer => {
    const path = batch[i]?.shown ?? '';
    if (picture.kind === 'failed') return { kind: 'failed', path, failure: picture.failure };
    const row = probabilities.subarray(next * labels.length, ++next * labels.length);
    const scores = labels
      .map((label, c) => ({ label, probability: row[c] ?? 0 }))
      .sort((a, b) => b.probability - a.probability);
    const [best] = scores;
    return { kind: 'answered', path, label: best?.label ?? '', confidence: best?.probability ?? 0, scores };
  });
}

async function pixelsOf({ file, shown }: Asked, { input }: Backbone, signal: AbortSignal): Promise<Pixels> {
  try {
    const bytes = await readImage(file, shown);
    return { kind: 'pixels', pixels: await decodeImage(bytes, input, { path: shown, signal }) };
  } catch (error) {
    if (isAbort(error)) throw error;
    return { kind: 'failed', failure: toFailure(error) };
  }
}

/** A path as the person would write it: the input it came from as given, and what follows below that. */
function asGiven(file: string, inputs: ReadonlyMap<string, string>): string {
  for (let above = file; ; above = path.dirname(above)) {
    const given = inputs.get(above);
    if (given !== undefined) {
      const below = path.relative(above, file).split(path.sep).join('/');
      return below === '' ? given : `${withSlash(given)}${below}`;
    }
    if (path.dirname(above) === above) return file;
  }
}
