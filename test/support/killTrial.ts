import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadBackbone, type Backbone } from '../../src/backbones';
import { seededRandom, type Random } from '../../src/base';
import { openCache } from '../../src/bottlenecks';
import { decoderVersion } from '../../src/images';
import { documentOf, runCli } from './cli';
import { copySamples } from './sampleDataset';

const labels = {
  daisy: 'daisy',
  dandelion: 'dandelion',
  roses: 'roses',
  sunflowers: 'sunflowers',
  tulips: 'tulips',
};
/** A process that fills the cache of `photos`. */
export interface Target {
  /** False until it has ended. */
  readonly over: () => boolean;
  /** Kills it; false where it had ended just before. */
  kill(): boolean;
  /** Waits until it is gone with all that it had started. */
  gone(): Promise<void>;
}

/** What is started on a dataset and killed; `home` holds the dataset `photos` and what the processes keep of their own. */
export interface Victim {
  readonly name: string;
  start(home: string): Promise<Target>;
}

/**
 * The command line while it computes, or while it computes and trains; the engine; or the process that owns the engine,
 * which then has to end by itself.
 */
export const victims: readonly Victim[] = [
  { name: 'bottlenecks', start: (home) => startCommand(home, 'bottlenecks') },
  { name: 'train', start: (home) => startCommand(home, 'train') },
  { name: 'engine', start: (home) => startClient(home, 'engine') },
  { name: 'client', start: (home) => startClient(home, 'client') },
];

export interface KillOutcome {
  readonly victim: string;
  /** False: it had ended before its time came. */
  readonly killed: boolean;
  /** Images whose values were there, and right, before it was started and after it was gone. */
  readonly before: number;
  readonly after: number;
  /** What the next run computed; null where the next kill came first. */
  readonly computed: number | null;
}

/** A dataset of photos on which processes are killed, and what its values are. */
export class KillTrial {
  private renamed = 0;

  private constructor(
    private readonly home: string,
    private readonly backbone: Backbone,
    /** sha256 -> values, computed by one process that nobody killed */
    private readonly fresh: ReadonlyMap<string, Float32Array>,
    /** How many photos there are. */
    readonly images: number,
  ) {}

  /** @param each photos of each of five classes */
  static async create(home: string, each = 8): Promise<KillTrial> {
    const images = each * Object.keys(labels).length;
    copySamples(path.join(home, 'photos'), labels, each);
    const old = new Date('2020-01-02T03:04:05Z');
    for (const file of photosOf(home)) utimesSync(file, old, old);
    const backbone = await loadBackbone('media', 'efficientnet-lite2-int8', { decoderVersion });
    const fresh = new Map<string, Float32Array>();
    const trial = new KillTrial(home, backbone, fresh, images);
    assert.equal(await trial.complete(), images);
    for (const [sha256, values] of await trial.read()) fresh.set(sha256, values);
    assert.equal(fresh.size, images);
    trial.clear();
    return trial;
  }

  /**
   * Starts a process and kills it at a moment that `seed` chooses; then holds the cache to what it should be.
   * Whatever was there is still there, every value is that of an undisturbed run, and (three times of five) the next
   * run computes what is missing and no more.
   */
  async kill(seed: number, among: readonly Victim[] = victims): Promise<KillOutcome> {
    const random = seededRandom(seed);
    for (let i = 0; i < 8; i++) random();
    const victim = among[seed % among.length];
    assert.ok(victim);
    let before = await this.read();
    if (before.size === this.images) {
      this.clear();
      before = new Map();
    }
    if (random() < 0.3) this.renameOne(random);
    const killed = await this.killOne(victim, random);
    const after = await this.read();
    for (const sha256 of before.keys())
      assert.ok(after.has(sha256), `${sha256} was lost by ${victim.name} ${seed}`);
    const computed = random() < 0.6 ? await this.complete() : null;
    if (computed !== null) {
      assert.equal(computed, this.images - after.size, `computed again after ${victim.name} ${seed}`);
      assert.equal((await this.read()).size, this.images);
    }
    return { victim: victim.name, killed, before: before.size, after: after.size, computed };
  }

  private async killOne(victim: Victim, random: Random): Promise<boolean> {
    const place = random();
    const early = random() < 0.3;
    const known = this.matrices();
    const target = await victim.start(this.home);
    try {
      if (early) await sleep(place * 800);
      else {
        // somewhere from the first row on disk to the end
        while (!target.over() && this.matrices() <= known) await sleep(5);
        await sleep(place * 900);
      }
      return !target.over() && target.kill();
    } finally {
      await target.gone();
    }
  }

  /** How many matrices there are. */
  private matrices(): number {
    try {
      const names = readdirSync(path.join(this.home, 'photos/.bottlenecks'), {
        recursive: true,
        encoding: 'utf8',
      });
      return names.filter((name) => name.endsWith('.npy')).length;
    } catch {
      return 0;
    }
  }

  private renameOne(random: Random): void {
    const photos = photosOf(this.home);
    const file = photos[Math.floor(random() * photos.length)] ?? '';
    renameSync(file, path.join(path.dirname(file), `renamed ${++this.renamed}.jpg`));
  }

  private clear(): void {
    rmSync(path.join(this.home, 'photos/.bottlenecks'), { recursive: true, force: true });
  }

  /** The values that the cache gives, by sha256; fails where any is not that of an undisturbed run. */
  private async read(): Promise<Map<string, Float32Array>> {
    const cache = await openCache(path.join(this.home, 'photos/.bottlenecks'), this.backbone);
    const known =
      this.fresh.size > 0 ? [...this.fresh.keys()] : [...cache.fileMap.all()].map(({ sha256 }) => sha256);
    const there = known.filter((sha256) => cache.has(sha256));
    const { values, missing } = await cache.readMany(there.map((sha256) => ({ sha256 })));
    const { dimension } = this.backbone;
    const read = new Map<string, Float32Array>();
    for (const [i, sha256] of there.entries()) {
      if (missing.includes(i)) continue;
      const row = values.slice(i * dimension, (i + 1) * dimension);
      const expected = this.fresh.get(sha256);
      if (expected) assert.deepEqual(row, expected, `wrong values for ${sha256}`);
      read.set(sha256, row);
    }
    return read;
  }

  /** A run that nobody kills. @returns how many images it computed */
  private async complete(): Promise<number> {
    const outcome = await runCli(['bottlenecks', 'photos', '--json'], { cwd: this.home, data: this.home });
    assert.equal(outcome.status, 0, outcome.stderr);
    const { bottlenecks } = documentOf(outcome) as { bottlenecks?: { cached: number; computed: number } };
    assert.equal((bottlenecks?.cached ?? 0) + (bottlenecks?.computed ?? 0), this.images);
    return bottlenecks?.computed ?? 0;
  }
}

function photosOf(home: string): string[] {
  return Object.values(labels).flatMap((label) => {
    const folder = path.join(home, 'photos', label);
    return readdirSync(folder)
      .sort()
      .map((name) => path.join(folder, name));
  });
}

function start(home: string, args: readonly string[], stdio: 'ignore' | 'pipe'): ChildProcess {
  const env = { ...process.env, XDG_DATA_HOME: home, LOCALAPPDATA: home, NODE_OPTIONS: '' };
  return spawn(process.execPath, args, { cwd: home, env, stdio: ['ignore', stdio, 'ignore'] });
}

function startCommand(home: string, command: 'bottlenecks' | 'train'): Promise<Target> {
  const child = start(home, [path.resolve('dist/cli.js'), command, 'photos'], 'ignore');
  return Promise.resolve(targetOf(child, () => child.pid, []));
}

async function startClient(home: string, killed: 'engine' | 'client'): Promise<Target> {
  const script = [
    'node_modules/tsx/dist/loader.mjs',
    'test/support/editorProcess.ts',
    'dist/engine.js',
    'media',
  ];
  const args = [
    ...script.map((file) => path.resolve(file)),
    path.join(home, 'user'),
    path.join(home, 'photos'),
  ];
  const child = start(home, ['--import', ...args], 'pipe');
  const exited = once(child, 'exit');
  const engine = await enginePid(child);
  return targetOf(child, () => (killed === 'engine' ? engine : child.pid), [engine], exited);
}

function targetOf(
  child: ChildProcess,
  victim: () => number | undefined,
  owned: readonly number[],
  exited: Promise<unknown> = once(child, 'exit'),
): Target {
  return {
    over: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => killProcess(victim()),
    gone: async () => {
      await exited;
      for (const pid of owned) await ended(pid);
    },
  };
}

async function enginePid({ stdout }: ChildProcess): Promise<number> {
  let said = '';
  assert.ok(stdout);
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    said += chunk.toString();
    const pid = /^engine (\d+)$/m.exec(said)?.[1];
    if (pid !== undefined) {
      stdout.resume();
      return Number(pid);
    }
  }
  throw new Error(`the editor's process ended before it had an engine: ${said}`);
}

/** False where it had ended just before. */
export function killProcess(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Waits until a process is gone, which an engine without its editor must be after the batch in flight. */
export async function ended(pid: number): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
  throw new Error(`the engine ${pid} outlives its editor`);
}
