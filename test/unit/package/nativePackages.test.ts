import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { belongsTo, copyNativePackages, ownTarget, targets } from '../../../scripts/nativePackages.mjs';

const onnxruntime = path.resolve('node_modules', 'onnxruntime-node');

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

const isNative = (file: string) => /\.(node|dll|dylib|so(\.\d+)*)$/.test(file);

describe('the native files of a package', () => {
  for (const [target, libraries] of [
    ['linux-x64', ['libonnxruntime.so.1', 'onnxruntime_binding.node']],
    ['linux-arm64', ['libonnxruntime.so.1', 'onnxruntime_binding.node']],
    ['darwin-arm64', ['libonnxruntime.1.dylib', 'onnxruntime_binding.node']],
    ['win32-x64', ['onnxruntime.dll', 'onnxruntime_binding.node']],
    ['win32-arm64', ['onnxruntime.dll', 'onnxruntime_binding.node']],
    ['darwin-x64', []],
    ['alpine-x64', []],
    ['alpine-arm64', []],
  ] as const)
    it(`are onnxruntime's for ${target} and no others`, () => {
      const { system, cpu } = targets[target];
      const kept = filesBelow(onnxruntime).filter((file) => isNative(file) && belongsTo(target, file));
      assert.deepEqual(kept.map((file) => path.posix.basename(file)).sort(), libraries);
      for (const file of kept) assert.ok(file.includes(`/${system}/${cpu}/`), file);
    });

  it('are what this machine loads, with no second copy of a library', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'retrain-native-'));
    try {
      await copyNativePackages(ownTarget(), folder);
      const natives = filesBelow(folder).filter(isNative);
      const names = natives.map((file) => path.posix.basename(file));
      assert.deepEqual([...new Set(names)].sort(), [...names].sort());
      assert.ok(
        natives.some((file) => file.startsWith('@img/sharp-')),
        natives.join(', '),
      );
      assert.ok(!natives.some((file) => /cuda|tensorrt|DirectML|dxcompiler/i.test(file)), natives.join(', '));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
