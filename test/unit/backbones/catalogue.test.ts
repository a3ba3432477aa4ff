import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { catalogue, fetchCatalogued, readNetwork } from '../../../src/backbones';
import { probeOnnx } from '../../../src/runtimes';
import { withAssets } from '../../support/backboneFiles';
import { nsfwModels } from '../../support/foreignNetworks';

describe('the catalogue', () => {
  it('is fetched, held against its checksums, unwrapped, and cut as it says', async () => {
    // The same files as the network's that the catalogue names: those of the npm package.
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.end(readFileSync(path.join(nsfwModels, request.url ?? '')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      for (const entry of catalogue)
        await withAssets(async (folder) => {
          const { port } = server.address() as AddressInfo;
          const from = `http://127.0.0.1:${port}/${path.posix.basename(entry.folder)}`;
          const said: number[] = [];
          const file = await fetchCatalogued(entry, folder, { report: (done) => said.push(done) }, from);
          assert.deepEqual(
            said,
            [...said].sort((a, b) => a - b),
          );
          const read = await readNetwork(file, undefined, probeOnnx);
          assert.deepEqual(read.input, entry.input);
          const made = read.cutAt(entry.cut, entry.normalisation);
          assert.equal(made.dimension, entry.dimension);
          // Once more: nothing is fetched twice.
          const before = requests.length;
          await fetchCatalogued(entry, folder, {}, from);
          assert.equal(requests.length, before);
          assert(existsSync(file));
        });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }).timeout(120_000);

  it('takes no other bytes than those that are listed', async () => {
    const [entry] = catalogue;
    assert(entry);
    const server = createServer((_request, response) => response.end('module.exports="AAAA"'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await withAssets(async (folder) => {
        await assert.rejects(fetchCatalogued(entry, folder, {}, from), { code: 'DOWNLOAD_CHECKSUM' });
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
