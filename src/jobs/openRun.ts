import { RetrainError } from '../base';
import type { Backbone } from '../backbones';
import { readRun, type RunRecord } from '../models';
import type { Networks } from './networks';

/**
 * A saved run with the network it was trained on.
 * @throws RUN_DAMAGED; FINGERPRINT_CHANGED where that very network is no longer to be had
 */
export async function openRun(
  folder: string,
  networks: Networks,
): Promise<{ run: RunRecord; backbone: Backbone }> {
  const run = await readRun(folder);
  const { id, fingerprint } = run.backbone;
  const backbone = await networks.backbone(id);
  if (backbone.fingerprint !== fingerprint)
    throw new RetrainError('FINGERPRINT_CHANGED', { path: folder, id });
  return { run, backbone };
}
