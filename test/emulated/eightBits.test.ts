import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { defaultBackbones, loadBackbone, toOnnx, type Backbone } from '../../src/backbones';
import { decodeImage, decoderVersion } from '../../src/images';
import { skip } from '../support/skip';

/** QEMU's user mode runs this machine's Node and onnxruntime as another processor would (Debian: qemu-user). */
const emulator = 'qemu-x86_64';
/** Pictures; one takes some seconds there. */
const count = 8;

/**
 * A network with every 1x1 weight twice as large in units half as large, cut at eight bits: near the one it is made
 * from, and its neighbouring products saturate.
 */
function doubled(model: Uint8Array): Uint8Array {
  const decoded = onnx.ModelProto.decode(model);
  for (const tensor of decoded.graph?.initializer ?? []) {
    const bytes = Buffer.from(tensor.rawData ?? []);
    const name = tensor.name ?? '';
    if (/\/filter\/integers$/.test(name) && !name.includes('depthwise'))
      tensor.rawData = Uint8Array.from(
        Int8Array.from(bytes, (byte) => {
          const twice = 2 * ((byte << 24) >> 24);
          return Math.max(-127, Math.min(127, twice));
        }),
      );
    else if (/\/bias\/integers$/.test(name) && !name.includes('depthwise'))
      for (let i = 0; i < bytes.length; i += 4) bytes.writeInt32LE(2 * bytes.readInt32LE(i), i);
    else if (/\/(filter|bias)\/scales$/.test(name) && !name.includes('depthwise'))
      for (let i = 0; i < bytes.length; i += 4) bytes.writeFloatLE(bytes.readFloatLE(i) / 2, i);
    else continue;
    if (!/\/filter\/integers$/.test(name)) tensor.rawData = bytes;
  }
  return onnx.ModelProto.encode(decoded).finish();
}

describe('EfficientNet-Lite2 with eight bits on other processors', function () {
  this.timeout(0);
  const folder = mkdtempSync(path.join(tmpdir(), 'emulated-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let eightBits: Backbone;

  before(async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') skip(this, 'it is about Linux on x86-64');
    if (spawnSync(emulator, ['--version']).status !== 0)
      skip(this, `${emulator} is not installed (Debian: apt-get install qemu-user)`);
    eightBits = await loadBackbone('media', defaultBackbones.eightBits, { decoderVersion });
    const photos = path.join('media', 'samples', 'flowers');
    const files = readdirSync(photos, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jpg'))
      .sort();
    const size = eightBits.input.width * eightBits.input.height * 3;
    const pictures = new Uint8Array(count * size);
    for (let i = 0; i < count; i++) {
      const name = path.join(photos, files[Math.floor((i * files.length) / count)] ?? '');
      pictures.set(await decodeImage(readFileSync(name), eightBits.input, { path: name }), i * size);
    }
    writeFileSync(path.join(folder, 'pictures.bin'), pictures);
    const model = toOnnx(eightBits.graph, { ranges: eightBits.ranges, pixels: eightBits.normalisation });
    writeFileSync(path.join(folder, 'bounded.onnx'), model);
    writeFileSync(path.join(folder, 'unbounded.onnx'), doubled(model));
  });

  /** The values [count, D] of a model, on this machine's processor or on an emulated one. */
  function valuesOf(model: 'bounded' | 'unbounded', processor?: string): Float32Array {
    const output = path.join(folder, 'values.bin');
    const { width, height } = eightBits.input;
    const args = [
      path.resolve('test/support/runModel.cjs'),
      path.join(folder, `${model}.onnx`),
      path.join(folder, 'pictures.bin'),
      output,
      JSON.stringify([count, height, width, 3]),
    ];
    const [command, before] =
      processor === undefined ? [process.execPath, []] : [emulator, ['-cpu', processor, process.execPath]];
    execFileSync(command, [...before, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
    const bytes = readFileSync(output);
    assert.equal(bytes.length, 4 * count * eightBits.dimension);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  function cosine(a: Float32Array, b: Float32Array): number {
    const dot = (x: Float32Array, y: Float32Array): number =>
      x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }

  it('has the same values bit for bit with AVX2 alone (a Haswell)', () => {
    assert.deepEqual(valuesOf('bounded', 'Haswell'), valuesOf('bounded'));
  });

  it('would not have them with any weights of eight bits: this is the trap, and the emulation shows it', () => {
    const native = valuesOf('unbounded');
    const emulated = valuesOf('unbounded', 'Haswell');
    console.log(`      unbounded weights, Haswell: cosine ${cosine(native, emulated).toFixed(4)}`);
    assert.notDeepEqual(emulated, native);
  });

  it('comes near them without AVX (a Nehalem)', () => {
    const native = valuesOf('bounded');
    const emulated = valuesOf('bounded', 'Nehalem');
    const largest = native.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (emulated[i] ?? NaN))),
      0,
    );
    const top = native.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    console.log(
      `      Nehalem: cosine ${cosine(native, emulated).toFixed(6)}, largest difference ${largest.toFixed(4)} of ${top.toFixed(1)}`,
    );
    assert(cosine(native, emulated) > 0.999);
  });
});
