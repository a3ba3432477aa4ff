import assert from 'node:assert/strict';
import { neighbours } from '../../../src/jobs/closedForm';
import type { FilledDataset } from '../../../src/jobs/fillCache';
import { checkHeadSize } from '../../../src/jobs/headTrainers';
import type { LabelledRows } from '../../../src/jobs/labelledRows';
import { plainProduct64 } from '../../../src/runtimes';
import { plainProduct } from '../../../src/training';
import { sha256 } from '../../support/runRecords';

describe('a head of neighbours', () => {
  it('alone has a limit, which is told before a learning curve or a comparison trains it', () => {
    assert.throws(() => checkHeadSize('neighbours', 24_000, 2912), { code: 'NEIGHBOURS_TOO_LARGE' });
    assert.doesNotThrow(() => checkHeadSize('neighbours', 23_000, 2912));
    assert.doesNotThrow(() => checkHeadSize('ridge', 24_000, 2912));
  });

  it('is refused in a sentence where its values would be too large, before they are touched', async () => {
    const dimension = 2 ** 20;
    const filled: FilledDataset = {
      backbone: { id: 'tiny', name: 'Tiny', dimension, fingerprint: sha256('tiny'), scaling: undefined },
      runtime: {
        id: 'onnx',
        version: '1',
        multiply: plainProduct,
        multiply64: plainProduct64,
        doubles: 'plain',
      },
      location: { bottlenecks: '', retrain: '' },
      rows: [],
      facts: { root: '', name: '', classes: [], images: 0, skipped: [], duplicates: [], warnings: [] },
      scanSeconds: 0,
      counts: { cached: 0, computed: 0, seconds: 0 },
    };
    const row = { image: { path: 'a.jpg', label: 'a', size: 1, mtimeNs: 0n }, sha256: sha256('a') };
    const side: LabelledRows = {
      rows: Array.from({ length: 64 }, () => row),
      values: new Float32Array(0),
      labels: new Int32Array(64),
    };
    const empty = { mean: new Float32Array(0), deviation: new Float32Array(0) };
    const { signal } = new AbortController();
    await assert.rejects(
      neighbours(
        filled,
        2,
        {
          training: side,
          originals: side,
          validation: { ...side, rows: [] },
          scaling: empty,
          candidates: [1],
          settings: {
            seed: 1,
            validationPercentage: 10,
            testingPercentage: 10,
            splitRule: { kind: 'content' },
            head: { kind: 'neighbours', candidates: [1] },
          },
        },
        { signal, report: () => undefined } as unknown as Parameters<typeof neighbours>[3],
      ),
      {
        code: 'NEIGHBOURS_TOO_LARGE',
        message: /64 take 265 MB, and 256 MB is the most; choose another head, such as ridge/,
      },
    );
  });
});
