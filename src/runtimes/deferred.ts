import type { Backbone } from '../backbones';
import { chooseRuntime, openRuntime, type RuntimeChoice, type RuntimeOptions } from './open';
import { doublesOf, type Runtime } from './runtime';
import { Turns } from './turns';

/**
 * Like `openRuntime`, but the network is opened when it is first used: where all values are cached it never is. The
 * library is loaded at once, so what it is called is known, and whether it is there. A failure to open is not kept.
 * @throws as `chooseRuntime` does; the first use as `openRuntime` does
 */
export async function deferredRuntime(
  choice: RuntimeChoice,
  backbone: Backbone,
  options: RuntimeOptions = {},
): Promise<Runtime> {
  const { id, version } = await chooseRuntime(choice, backbone, options);
  const turns = new Turns();
  let opened: Runtime | undefined;
  const open = async (): Promise<Runtime> => (opened ??= await openRuntime(id, backbone, options));
  return {
    id,
    version,
    run: (pixels, n) => turns.take(async () => (await open()).run(pixels, n)),
    multiply: (a, b, options) => turns.take(async () => (await open()).multiply(a, b, options)),
    multiply64: (a, b, options) => turns.take(async () => (await open()).multiply64(a, b, options)),
    doubles: doublesOf[id],
    dispose: () => turns.close(async () => opened?.dispose()),
  };
}
