import { stat } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import {
  backboneId,
  catalogue,
  defaultBackbones,
  embeddedBackbones,
  installedBackbones,
  loadBackbone,
  openBackbone,
  type Backbone,
  type BackboneDescription,
} from '../backbones';
import { decoderVersion } from '../images';
import {
  chooseRuntime,
  deferredRuntime,
  eightBitRuntimes,
  type Runtime,
  type RuntimeChoice,
  type RuntimeOptions,
} from '../runtimes';
import { keptBackbones, type Places } from './places';
import type { RetrainSettings } from './retrainSettings';

/** A backbone and what executes it. */
export interface Network {
  readonly backbone: Backbone;
  readonly runtime: Runtime;
}

/** The backbones and runtimes of the thread: each is opened at its first use and kept. */
export class Networks {
  private readonly backbones = new Map<string, Promise<Backbone>>();
  private readonly runtimes = new Map<string, Promise<Runtime>>();
  private readonly descriptions = new Map<string, Promise<BackboneDescription[]>>();

  /** @param log hears why `auto` takes another runtime than the fastest */
  constructor(
    private readonly places: Places,
    private readonly log: (text: string) => void,
  ) {}

  /** True for the id of a backbone that comes with the extension. @throws BACKBONE_DAMAGED */
  async knows(id: string): Promise<boolean> {
    return (await this.#embedded()).some((backbone) => backbone.id === id);
  }

  /** @throws BACKBONE_UNKNOWN, BACKBONE_DAMAGED */
  backbone(id: string): Promise<Backbone> {
    return kept(this.backbones, id, async () => {
      const own = path.join(keptBackbones(this.places), id);
      const isOwn = backboneId.test(id) && (await stat(own).catch(() => undefined))?.isDirectory() === true;
      if (isOwn) return await openBackbone(own, { decoderVersion });
      if (await this.knows(id)) return await loadBackbone(this.places.assets, id, { decoderVersion });
      if (catalogue.some((entry) => entry.id === id))
        throw new RetrainError('BACKBONE_NOT_DOWNLOADED', { id });
      const known = [
        ...(await this.#embedded()),
        ...(await installedBackbones(keptBackbones(this.places))),
        ...catalogue,
      ].map((backbone) => backbone.id);
      throw new RetrainError('BACKBONE_UNKNOWN', { id, known: [...new Set(known)].join(', ') });
    });
  }

  /** Closes what was opened of a backbone that is no more. */
  async forget(id: string): Promise<void> {
    this.backbones.delete(id);
    for (const [key, opening] of [...this.runtimes]) {
      const [backbone] = JSON.parse(key) as unknown[];
      if (backbone !== id) continue;
      this.runtimes.delete(key);
      await (await opening.catch(() => undefined))?.dispose();
    }
  }

  /**
   * The id of the backbone that a person's choice comes to, `auto` being one: that of eight bits where the runtime
   * executes it, else the same network in float32.
   * @throws as `chooseRuntime` does
   */
  async choose({ backbone, runtime }: Pick<RetrainSettings, 'backbone' | 'runtime'>): Promise<string> {
    if (backbone !== 'auto') return backbone;
    const { id } = await chooseRuntime(runtime as RuntimeChoice, undefined, this.#options());
    return eightBitRuntimes.includes(id) ? defaultBackbones.eightBits : defaultBackbones.float;
  }

  /** What a person's choice of both comes to. @throws as `choose`, `backbone` and `runtime` do */
  async open(choice: Pick<RetrainSettings, 'backbone' | 'runtime'>): Promise<Network> {
    const id = await this.choose(choice);
    return { backbone: await this.backbone(id), runtime: await this.runtime(id, choice.runtime) };
  }

  /** @throws RUNTIME_UNKNOWN, RUNTIME_MISSING, NO_RUNTIME, RUNTIME_UNFIT, EIGHT_BITS_MISSING, and as `backbone` does */
  runtime(backboneId: string, choice: string): Promise<Runtime> {
    return kept(this.runtimes, JSON.stringify([backboneId, choice]), async () =>
      deferredRuntime(choice as RuntimeChoice, await this.backbone(backboneId), this.#options()),
    );
  }

  /** They come with the program and stay as they are while it runs. @throws BACKBONE_DAMAGED */
  #embedded(): Promise<BackboneDescription[]> {
    const { assets } = this.places;
    return kept(this.descriptions, assets, () => embeddedBackbones(assets));
  }

  #options(): RuntimeOptions {
    return {
      tensorflowFolder: this.places.tensorflowFolder,
      passedOver: ({ id, reason = '' }) =>
        this.log(`The runtime ${id} is passed over: it cannot be loaded here (${reason}).\n`),
    };
  }

  async dispose(): Promise<void> {
    const opened = await Promise.allSettled([...this.runtimes.values()]);
    for (const outcome of opened) if (outcome.status === 'fulfilled') await outcome.value.dispose();
    this.runtimes.clear();
  }
}

/** What was opened under `key`, or what `open` gives; a failure is not kept, so that a later try may succeed. */
function kept<T>(opened: Map<string, Promise<T>>, key: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(key);
  if (known) return known;
  const opening = open();
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  return opening;
}
