import path from 'node:path';
import { RetrainError, seededRandom, throwIfAborted } from '../base';
import {
  installedBackbones,
  installQuantised,
  normalise,
  openBackbone,
  quantisationRule,
  removeBackbone,
  whyNotQuantised,
  writeRanges,
  type Backbone,
} from '../backbones';
import { computeValues } from '../bottlenecks';
import type { ImageFile } from '../dataset';
import { decoderVersion } from '../images';
import { observeRanges, openRuntime } from '../runtimes';
import { cosines, unitRows } from '../training';
import type { Job, JobContext } from './context';
import { realFolder, scanFolder } from './datasetFolder';
import { keptBackbones } from './places';

/** Pictures that ranges are found on, and others that the networks are compared on. */
const calibrationPictures = 60;
const comparedPictures = 40;
/** Of the cosine between the float32 values of a picture and those of eight bits; the embedded network has 0.996 and 0.957. */
const leastMedian = 0.98;
const leastCosine = 0.9;

/**
 * Gives a backbone of this machine eight bits: activation ranges from pictures of `folder`, then both networks on other
 * pictures of it. It is kept as `<id>-int8` where they agree, and otherwise not at all.
 * @throws BACKBONE_NOT_QUANTISED, QUANTISED_DISAGREES, BACKBONE_TAKEN; as the scan does
 */
export const quantiseBackbone: Job<'quantiseBackbone'> = async ({ id, folder }, context) => {
  const { places, networks } = context;
  const backbone = await networks.backbone(id);
  const refuse = (reason: string): RetrainError => new RetrainError('BACKBONE_NOT_QUANTISED', { id, reason });
  const root = keptBackbones(places);
  if (backbone.ranges !== undefined) throw refuse('it has them already');
  if (path.dirname(backbone.folder) !== root) throw refuse('it comes with the extension');
  const reason = backbone.kind === 'onnx' ? whyNotQuantised(backbone.model) : undefined;
  if (reason !== undefined) throw refuse(reason);
  if ((await installedBackbones(root)).some((kept) => kept.id === `${id}-int8`))
    throw new RetrainError('BACKBONE_TAKEN', { id: `${id}-int8` });
  const dataset = await realFolder(folder);
  const { images } = await scanFolder(dataset, 1, context);
  const chosen = shuffled(images).slice(0, calibrationPictures + comparedPictures);
  // Two thirds find the ranges where there are few; what is compared was never seen.
  const split = Math.min(calibrationPictures, Math.floor((chosen.length * 2) / 3));
  if (split < 8 || chosen.length - split < 4)
    throw refuse(`${folder} has only ${chosen.length} pictures; 12 are needed`);
  const pictures = normalised(dataset, chosen.slice(0, split), backbone, context);
  const ranges = await observeRanges(backbone, pictures);
  const made = await installQuantised(root, {
    id: `${id}-int8`,
    name: `${backbone.name}, 8 bits`,
    from: id,
    rule: quantisationRule,
    ranges: writeRanges(ranges),
  });
  try {
    const quantised = await openBackbone(made, { decoderVersion });
    const compared = chosen.slice(split);
    const { dimension } = backbone;
    const float = await valuesOf(dataset, compared, backbone, context);
    const eight = await valuesOf(dataset, compared, quantised, context);
    const nearness = compared
      .flatMap(({ path: name }) => {
        const [a, b] = [float.get(name), eight.get(name)];
        return a && b ? [...cosines(unitRows(a, dimension), unitRows(b, dimension), dimension)] : [];
      })
      .sort((a, b) => a - b);
    const least = nearness[0] ?? NaN;
    const median = nearness[Math.floor(nearness.length / 2)] ?? NaN;
    if (!(median >= leastMedian))
      throw new RetrainError('QUANTISED_DISAGREES', { id, cosine: median.toFixed(3), least: leastMedian });
    if (!(least >= leastCosine))
      throw new RetrainError('QUANTISED_DISAGREES', { id, cosine: least.toFixed(3), least: leastCosine });
    return { id: quantised.id, from: id, calibrated: split, compared: nearness.length, median, least };
  } catch (error) {
    await removeBackbone(root, `${id}-int8`);
    throw error;
  }
};

async function* normalised(
  root: string,
  images: readonly ImageFile[],
  { input, normalisation }: Backbone,
  { signal, report, reader }: JobContext<{ kind: 'recomputing'; done: number; of: number }>,
): AsyncGenerator<Float32Array> {
  for (const [i, image] of images.entries()) {
    throwIfAborted(signal);
    const file = await reader.read(path.join(root, image.path), { path: image.path, signal });
    yield normalise(await file.decode(input), normalisation);
    report({ kind: 'recomputing', done: i + 1, of: images.length });
  }
}

/** The values of each image that can be read, by its path. */
async function valuesOf(
  root: string,
  images: readonly ImageFile[],
  backbone: Backbone,
  { reader, signal }: JobContext<never>,
): Promise<Map<string, Float32Array>> {
  const runtime = await openRuntime('onnx', backbone);
  const found = new Map<string, Float32Array>();
  try {
    const asked = images.map((image) => ({ ...image, file: path.join(root, image.path) }));
    await computeValues(
      asked,
      { backbone, runtime, reader },
      (computed) => {
        for (const now of computed) if (now.kind === 'values') found.set(now.image.path, now.values.slice());
      },
      signal,
    );
  } finally {
    await runtime.dispose();
  }
  return found;
}

/** In an order that is the same every time. */
function shuffled<T>(items: readonly T[]): T[] {
  const random = seededRandom(0);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
