import { parentPort, workerData } from 'node:worker_threads';
import { loadBackbone } from '../../src/backbones';
import { openRuntime, type RuntimeId } from '../../src/runtimes';

/** What the test hands over, and gets back as bottleneck values. */
export interface RuntimeWorkerData {
  assets: string;
  backbone: string;
  runtime: RuntimeId;
  pixels: Uint8Array;
  n: number;
}

async function main({ assets, backbone, runtime, pixels, n }: RuntimeWorkerData): Promise<void> {
  const opened = await openRuntime(runtime, await loadBackbone(assets, backbone, { decoderVersion: 1 }));
  const result = await opened.run(pixels, n);
  await opened.dispose();
  parentPort?.postMessage(result);
}

void main(workerData as RuntimeWorkerData);
