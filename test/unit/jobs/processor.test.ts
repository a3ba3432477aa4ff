import assert from 'node:assert/strict';
import { instructionSets, listedSets } from '../../../src/jobs/processor';

describe('the instruction sets of a processor', () => {
  it('are read from what Linux lists, on x86 and on ARM', () => {
    const x86 =
      'processor\t: 0\nflags\t\t: fpu sse4_1 avx avx2 fma avx512f avx512_vnni\nbugs\t\t: avx_vnni\n';
    assert.deepEqual(listedSets(x86), ['SSE4.1', 'AVX', 'AVX2', 'FMA', 'AVX512F', 'AVX512-VNNI']);
    assert.deepEqual(listedSets('Features\t: fp asimd asimddp\nCPU part\t: 0xd0c\n'), ['NEON', 'DotProd']);
    assert.deepEqual(listedSets('flags\t: fpu sse\n'), []);
    assert.deepEqual(listedSets(''), []);
  });

  it('are some, or unknown, on this machine', async () => {
    const sets = await instructionSets();
    assert.ok(sets === null || sets.length > 0);
    if (process.platform === 'linux' && process.arch === 'x64') assert.ok(sets?.includes('SSE4.1'));
  });
});
