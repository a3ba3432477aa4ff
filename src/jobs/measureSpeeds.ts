import { isAbort } from '../base';
import { noteSpeed } from './backboneSpeeds';
import type { Job } from './context';
import { listBackbones } from './listBackbones';
import { Networks } from './networks';
import { networkSpeed } from './networkSpeed';

/**
 * Notes how fast the backbones of this machine are that nobody has measured yet. One that does not run here has no speed.
 * @throws the signal's reason once aborted
 */
export const measureSpeeds: Job<'measureSpeeds'> = async (_params, context) => {
  const { places, signal, report } = context;
  const { backbones } = await listBackbones({}, context);
  const unknown = backbones.filter(({ origin, speed }) => origin !== 'catalogue' && speed === null);
  // Closed at the end, for nobody may need these networks again.
  const networks = new Networks(places, () => undefined);
  try {
    for (const [index, { id }] of unknown.entries()) {
      report({ kind: 'measuring', id, index, of: unknown.length });
      try {
        const network = {
          backbone: await networks.backbone(id),
          runtime: await networks.runtime(id, 'auto'),
        };
        const millisecondsAnImage = await networkSpeed(network, signal);
        await noteSpeed(places, id, { runtime: network.runtime.id, millisecondsAnImage });
      } catch (error) {
        if (isAbort(error)) throw error;
      }
    }
  } finally {
    await networks.dispose();
  }
  return {};
};
