import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/repository.mjs';

interface Item {
  readonly command: string;
  readonly when: string;
}

describe('the context menu of the Runs tree', () => {
  const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    contributes: { menus: { 'view/item/context': readonly Item[] } };
  };
  /** The commands about one run of which the tree says this. */
  const offered = (contextValue: string): Set<string> =>
    new Set(
      contributes.menus['view/item/context']
        .filter(({ when }) => {
          const pattern = /^view == retrain\.runs && viewItem =~ \/(.*)\/ && !listMultiSelection$/.exec(
            when,
          )?.[1];
          return pattern !== undefined && new RegExp(pattern).test(contextValue);
        })
        .map(({ command }) => command),
    );

  it('offers to continue a training where that can be, and to pin what is not pinned', () => {
    const common = ['openRun', 'compareRunWith', 'restoreRunSettings', 'exportRun', 'renameRun'];
    const expected: Readonly<Record<string, readonly string[]>> = {
      run: ['pinRunToTop'],
      'run.pinned': ['unpinRun'],
      'run.continuable': ['pinRunToTop', 'continueRun'],
      'run.pinned.continuable': ['unpinRun', 'continueRun'],
    };
    for (const [contextValue, commands] of Object.entries(expected))
      assert.deepEqual(
        [...offered(contextValue)].sort(),
        [...common, ...commands].map((command) => `retrain.${command}`).sort(),
        contextValue,
      );
  });
});
