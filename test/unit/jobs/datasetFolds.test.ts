import assert from 'node:assert/strict';
import { checkFolds } from '../../../src/jobs/datasetFolds';

describe('the folds of a dataset', () => {
  const rows = (...contents: string[]) => contents.map((sha256) => ({ sha256 }));

  it('have a picture each, and leave two to train on; identical pictures are one', () => {
    const refused = { code: 'TOO_FEW_FOR_FOLDS', params: { path: 'photos', count: 3, folds: 4 } };
    assert.throws(() => checkFolds(rows('a', 'b', 'c', 'a', 'b'), 4, 'photos'), refused);
    assert.throws(() => checkFolds(rows('a', 'b', 'c'), 2, 'photos'), { code: 'TOO_FEW_FOR_FOLDS' });
    assert.doesNotThrow(() => checkFolds(rows('a', 'b', 'c', 'a'), 3, 'photos'));
  });
});
