import { availableParallelism } from 'node:os';
import { RetrainError } from '../base';
import { defaultBackbones, type Backbone } from '../backbones';
import { onnxVersion, openOnnx } from './onnx';
import { eightBitRuntimes, onnxRuntimes, runtimeIds, type Runtime, type RuntimeId } from './runtime';
import { openTensorflow, tensorflowVersion } from './tensorflow';
import { openWasm, wasmVersion } from './wasm';

/** `auto` takes the first of `runtimeIds` that can be loaded and that executes the network. */
export type RuntimeChoice = RuntimeId | 'auto';

export interface RuntimeAvailability {
  readonly id: RuntimeId;
  /** Of a runtime that can be loaded. */
  readonly version?: string;
  /** Why one cannot. */
  readonly reason?: string;
}

export interface RuntimeOptions {
  /** Whose `node_modules` hold the tfjs-node that the person had installed; absent: what lies beside the program. */
  readonly tensorflowFolder?: string | undefined;
  /** Hears of every runtime that `auto` passes over. */
  readonly passedOver?: (runtime: RuntimeAvailability) => void;
}

interface Loader {
  /** Loads the library; rejects where this machine has none. */
  version(options: RuntimeOptions): Promise<string>;
  open(backbone: Backbone, options: RuntimeOptions & { readonly threads: number }): Promise<Runtime>;
}

const loaders: Readonly<Record<RuntimeId, Loader>> = {
  onnx: { version: onnxVersion, open: openOnnx },
  tensorflow: { version: tensorflowVersion, open: openTensorflow },
  wasm: { version: wasmVersion, open: openWasm },
};

/**
 * Opens `backbone` in the runtime asked for, or in the fastest one that can be loaded here. `threads` are those of
 * one product inside onnxruntime, or of the wasm runtime; by default as many as there are cores.
 * @throws as `chooseRuntime` does, and GRAPH_UNSUPPORTED, which onnx throws with the first pictures
 */
export async function openRuntime(
  choice: RuntimeChoice,
  backbone: Backbone,
  { threads = availableParallelism(), ...options }: RuntimeOptions & { readonly threads?: number } = {},
): Promise<Runtime> {
  const { id } = await chooseRuntime(choice, backbone, options);
  return await loaders[id].open(backbone, { ...options, threads });
}

/** What of a backbone decides where it can be executed. */
export type Network = Pick<Backbone, 'id' | 'kind' | 'quantisedFrom'>;

/**
 * The runtime that `openRuntime` takes for `choice`, and its version: loads the library, but no network. Without a
 * `network` any runtime will do.
 * @throws RUNTIME_MISSING, NO_RUNTIME, RUNTIME_UNKNOWN; RUNTIME_UNFIT, EIGHT_BITS_MISSING where the network has eight bits or is an ONNX model
 */
export async function chooseRuntime(
  choice: RuntimeChoice,
  network?: Network,
  options: RuntimeOptions = {},
): Promise<{ id: RuntimeId; version: string }> {
  // What comes from settings or a command line is checked nowhere else.
  if (choice !== 'auto' && !runtimeIds.includes(choice))
    throw new RetrainError('RUNTIME_UNKNOWN', { id: choice, known: runtimeIds.join(', ') });
  const { id: backbone = '', quantisedFrom } = network ?? {};
  const other = network?.kind === 'onnx' ? defaultBackbones.float : quantisedFrom;
  const able = network?.kind === 'onnx' ? onnxRuntimes : other === undefined ? runtimeIds : eightBitRuntimes;
  if (other !== undefined && choice !== 'auto' && !able.includes(choice))
    throw new RetrainError('RUNTIME_UNFIT', { backbone, id: choice, able: able.join(', '), other });
  const missing: RuntimeAvailability[] = [];
  for (const id of choice === 'auto' ? able : [choice]) {
    const { version, reason = '' } = await availabilityOf(id, options);
    if (version !== undefined) {
      for (const runtime of missing) options.passedOver?.(runtime);
      return { id, version };
    }
    if (choice !== 'auto') throw new RetrainError('RUNTIME_MISSING', { id, reason });
    missing.push({ id, reason });
  }
  const params = { reasons: missing.map(({ id, reason = '' }) => `${id}: ${reason}`).join('; ') };
  throw other === undefined
    ? new RetrainError('NO_RUNTIME', params)
    : new RetrainError('EIGHT_BITS_MISSING', { ...params, backbone, other });
}

/** Which runtimes can be loaded on this machine; loads each of them to know. */
export async function runtimeAvailability(options: RuntimeOptions = {}): Promise<RuntimeAvailability[]> {
  return await Promise.all(runtimeIds.map((id) => availabilityOf(id, options)));
}

async function availabilityOf(id: RuntimeId, options: RuntimeOptions): Promise<RuntimeAvailability> {
  try {
    return { id, version: await loaders[id].version(options) };
  } catch (error) {
    return { id, reason: shortReason(error) };
  }
}

/** The first line of what a loader says, without the places it has looked in. */
function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line = text] = text.split(/\n| imported from | at path: /, 1);
  return line.slice(0, 200);
}
