import { RetrainError, type ErrorCode } from '../base';
import { isImportedId } from '../bottlenecks';
import { readRun, type RunRecord } from '../models';
import type { JobContext } from './context';
import type { Network } from './networks';
import { refit } from './refit';
import type { RefitProgress } from './results';

/** A saved run with the network it was trained on. */
export interface OpenRun extends Network {
  readonly run: RunRecord;
  readonly folder: string;
}

/**
 * Opens a run in the runtime that `choice` comes to. Where that cannot execute its network of eight bits, the run that
 * stands in for it on the float32 network answers: its `refitOf` says so.
 * @throws RUN_DAMAGED, RUNTIME_..., IMPORTED_NETWORK; FINGERPRINT_CHANGED where that very network is no longer to be had; as `refit` does
 */
export async function openRun(
  folder: string,
  choice: string,
  context: JobContext<RefitProgress>,
): Promise<OpenRun> {
  const { networks } = context;
  const run = await readRun(folder);
  const { id, name, fingerprint } = run.backbone;
  if (isImportedId(id)) throw new RetrainError('IMPORTED_NETWORK', { path: folder, module: name });
  const backbone = await networks.backbone(id);
  if (backbone.fingerprint !== fingerprint)
    throw new RetrainError('FINGERPRINT_CHANGED', { path: folder, id });
  try {
    return { run, folder, backbone, runtime: await networks.runtime(id, choice) };
  } catch (error) {
    if (
      !(error instanceof RetrainError) ||
      !cannotRun.has(error.code) ||
      backbone.quantisedFrom === undefined ||
      // In float32 an ONNX model runs nowhere else either.
      backbone.kind === 'onnx'
    )
      throw error;
    const network = await networks.open({ backbone: backbone.quantisedFrom, runtime: choice });
    return { ...(await refit({ run, folder }, network, choice, context)), ...network };
  }
}

/** The runtime is there, or another one is: it is the network that does not fit. */
const cannotRun: ReadonlySet<ErrorCode> = new Set(['RUNTIME_UNFIT', 'EIGHT_BITS_MISSING']);
