import type { Job } from './context';
import { backboneFacts, fillCache } from './fillCache';
import { chosenNetwork } from './settingsFile';

/** Computes what is missing in the cache of a dataset, or of one shard of it, and no more. */
export const bottlenecks: Job<'bottlenecks'> = async ({ folder, shard, ...choice }, context) => {
  const network = await chosenNetwork(folder, choice, context.report);
  const { facts, scanSeconds, backbone, runtime, counts } = await fillCache(folder, network, context, shard);
  return {
    dataset: facts,
    scanSeconds,
    backbone: backboneFacts(backbone),
    runtime: runtime.id,
    bottlenecks: counts,
    shard: shard ?? null,
  };
};
