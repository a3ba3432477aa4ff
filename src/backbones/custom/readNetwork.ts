import path from 'node:path';
import { RetrainError } from '../../base';
import { cutCandidates, cutNetwork, defaultCut, type CutCandidate } from './cut';
import { cutOnnx, exposeOnnx, onnxCandidates, type SeenValue } from './cutOnnx';
import { foldConvolutions } from './fold';
import type { InputSize } from './input';
import type { NewBackbone } from './install';
import { normalisationOf, type NormalisationKind } from './normalisation';
import { readOnnx } from './onnxFile';
import { readModelJson } from './readModelJson';
import { writeGraph } from './writeGraph';

/** A network that somebody names as a backbone. */
export interface ReadNetwork {
  readonly path: string;
  readonly input: InputSize;
  /** What its files say of the numbers it takes. */
  readonly normalisation: NormalisationKind | undefined;
  /** From the input to the output. */
  readonly candidates: readonly CutCandidate[];
  /** @throws BACKBONE_CUT_UNKNOWN, GRAPH_UNSUPPORTED, BACKBONE_NORMALISATION_OPEN */
  readonly cutAt: (
    cut: readonly string[] | undefined,
    normalisation: NormalisationKind | undefined,
  ) => Pick<NewBackbone, 'dimension' | 'input' | 'normalisation' | 'cut'> & {
    readonly network:
      | { readonly kind: 'graph'; readonly files: ReturnType<typeof writeGraph> }
      | { readonly kind: 'onnx'; readonly model: Uint8Array };
  };
}

/** Runs an ONNX model whose every value is an output on one picture: this room runs none. */
export type Probe = (
  model: Uint8Array,
  picture: InputSize & { readonly path: string },
) => Promise<ReadonlyMap<string, SeenValue>>;

/**
 * Reads a TF.js `model.json`, or an ONNX file, which is told by its name.
 * @param asked the picture's size, where the person says it
 * @throws as `readModelJson` and `readOnnx` do, and `probe`
 */
export async function readNetwork(
  file: string,
  asked: InputSize | undefined,
  probe: Probe,
): Promise<ReadNetwork> {
  return path.extname(file).toLowerCase() === '.onnx'
    ? await readOnnxNetwork(file, asked, probe)
    : await readGraphNetwork(file, asked);
}

async function readGraphNetwork(file: string, asked: InputSize | undefined): Promise<ReadNetwork> {
  const { network: raw, normalisation } = await readModelJson(file, asked);
  const network = foldConvolutions(raw);
  const candidates = cutCandidates(network);
  const [, height = 0, width = 0] = network.nodes.find(({ name }) => name === network.input)?.shape ?? [];
  const input = { height, width };
  return {
    path: file,
    input,
    normalisation,
    candidates,
    cutAt: (cut = chosen(file, candidates), asked) => {
      const { pixels, channels } = normalisationOf(said(file, asked ?? normalisation));
      const done = cutNetwork(network, cut, channels);
      const files = writeGraph(done);
      return {
        dimension: done.dimension,
        input,
        normalisation: pixels,
        cut,
        network: { kind: 'graph', files },
      };
    },
  };
}

async function readOnnxNetwork(
  file: string,
  asked: InputSize | undefined,
  probe: Probe,
): Promise<ReadNetwork> {
  const read = await readOnnx(file, asked);
  const input = read.size;
  const seen = await probe(exposeOnnx(read), { ...input, path: file });
  const candidates = onnxCandidates(read, seen);
  return {
    path: file,
    input,
    normalisation: undefined,
    candidates,
    cutAt: (cut = chosen(file, candidates), asked) => {
      const { pixels, channels } = normalisationOf(said(file, asked));
      const model = cutOnnx(read, cut, seen, channels);
      const dimensions = new Map(candidates.map(({ name, dimension }) => [name, dimension]));
      const dimension = cut.reduce((sum, name) => sum + (dimensions.get(name) ?? 0), 0);
      return { dimension, input, normalisation: pixels, cut, network: { kind: 'onnx', model } };
    },
  };
}

function chosen(file: string, candidates: readonly CutCandidate[]): string[] {
  const cut = defaultCut(candidates);
  if (cut === undefined)
    throw new RetrainError('BACKBONE_INPUT', { path: file, reason: 'it can be cut nowhere' });
  return [cut];
}

function said(file: string, kind: NormalisationKind | undefined): NormalisationKind {
  if (kind === undefined) throw new RetrainError('BACKBONE_NORMALISATION_OPEN', { path: file });
  return kind;
}
