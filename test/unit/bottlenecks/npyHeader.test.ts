import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { npyHeader, parseNpyHeader } from '../../../src/bottlenecks/npyHeader';
import { inFolder, store, valuesOf } from '../../support/bottleneckCache';
import { skip } from '../../support/skip';

const python = ['python3', 'python'].find(
  (command) => spawnSync(command, ['-c', 'import numpy']).status === 0,
);

describe('the .npy header', () => {
  it('is 128 bytes long whatever the count, so that it grows in place', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), fc.integer({ min: 1, max: 2 ** 20 }), (rows, dimension) => {
        const header = npyHeader(rows, dimension);
        assert.equal(header.length, 128);
        assert.deepEqual(parseNpyHeader(header), { rows, dimension });
      }),
    );
  });

  it('of any bytes is a shape or nothing, never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), fc.nat({ max: 127 }), (bytes, at) => {
        assert.equal(parseNpyHeader(Buffer.from(bytes)), undefined);
        const header = npyHeader(7, 5);
        Buffer.from(bytes).copy(header, at);
        const shape = parseNpyHeader(header);
        assert.ok(shape === undefined || shape.dimension >= 1);
      }),
    );
  });

  it('lets numpy.load open a part, memory-mapped', function () {
    if (python === undefined) skip(this, 'no Python with NumPy here');
    return inFolder(async (folder) => {
      await store(folder, ['a', 'b', 'c']);
      const labels = path.join(folder, 'v1', 'tiny', 'roses');
      const file = readdirSync(labels).find((name) => name.endsWith('.npy')) ?? '';
      const script =
        'import json, sys, numpy\n' +
        'm = numpy.load(sys.argv[1], mmap_mode="r")\n' +
        'print(json.dumps([str(m.dtype), m.shape, m.tolist(), m.flags["C_CONTIGUOUS"]]))';
      const read: unknown = JSON.parse(
        execFileSync(python, ['-c', script, path.join(labels, file)]).toString(),
      );
      assert.deepEqual(read, ['float32', [3, 5], ['a', 'b', 'c'].map(valuesOf), true]);
    });
  });
});
