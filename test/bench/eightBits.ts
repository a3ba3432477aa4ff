import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { defaultBackbones, loadBackbone, type EmbeddedBackbone } from '../../src/backbones';
import { decodeImage, decoderVersion } from '../../src/images';
import { openRuntime, type Runtime } from '../../src/runtimes';
import { median } from './median';

/**
 * The embedded network in float32 and with eight bits, in turn on the same photos, by batch and threads: milliseconds of
 * processor time and of the clock an image, and how many times as fast eight bits are (median of the pairs).
 *
 *     npx tsx test/bench/eightBits.ts [pairs]
 */
async function main(): Promise<void> {
  const pairs = Number(process.argv[2] ?? 12);
  const float = await loadBackbone('media', defaultBackbones.float, { decoderVersion });
  const eightBits = await loadBackbone('media', defaultBackbones.eightBits, { decoderVersion });
  const pictures = await photos(float, 32);
  const size = pictures.length / 32;
  console.log('| threads | batch | float32: CPU, clock | eight bits: CPU, clock | CPU ratio | clock ratio |');
  console.log('|---|---|---|---|---|---|');
  for (const threads of [1, 2]) {
    const runtimes = [
      await openRuntime('onnx', float, { threads }),
      await openRuntime('onnx', eightBits, { threads }),
    ] as const;
    for (const batch of [1, 2, 4, 8, 16, 32]) {
      const input = pictures.subarray(0, batch * size);
      for (const runtime of runtimes) await runtime.run(input, batch);
      const timed: (readonly [Time, Time])[] = [];
      for (let i = 0; i < pairs; i++)
        timed.push([await timeOf(runtimes[0], input, batch), await timeOf(runtimes[1], input, batch)]);
      const columns = [0, 1].map((side) => {
        const of = (key: keyof Time): string =>
          median(timed.map((pair) => pair[side]?.[key] ?? NaN)).toFixed(1);
        return `${of('processor')}, ${of('clock')}`;
      });
      const ratio = (key: keyof Time): string => median(timed.map(([a, b]) => a[key] / b[key])).toFixed(2);
      console.log(
        `| ${threads} | ${batch} | ${columns.join(' | ')} | ${ratio('processor')} | ${ratio('clock')} |`,
      );
    }
    for (const runtime of runtimes) await runtime.dispose();
  }
}

/** Milliseconds an image. */
interface Time {
  readonly processor: number;
  readonly clock: number;
}

async function timeOf(runtime: Runtime, input: Uint8Array, batch: number): Promise<Time> {
  const before = process.cpuUsage();
  const started = performance.now();
  await runtime.run(input, batch);
  const clock = (performance.now() - started) / batch;
  const { user, system } = process.cpuUsage(before);
  return { processor: (user + system) / 1000 / batch, clock };
}

async function photos(backbone: EmbeddedBackbone, count: number): Promise<Uint8Array> {
  const folder = path.join('media', 'samples', 'flowers');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  );
  const size = backbone.input.width * backbone.input.height * 3;
  const input = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const name = path.join(folder, files[i * 5] ?? '');
    input.set(await decodeImage(readFileSync(name), backbone.input, { path: name }), i * size);
  }
  return input;
}

void main();
