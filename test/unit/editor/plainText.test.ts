import assert from 'node:assert/strict';
import fc from 'fast-check';
import { listText, notificationText } from '../../../src/editor/plainText';

// What VS Code's workbench looks for, as its documentation of the two kinds of text describes it.
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/;
const icon = /(\\)?\$\(([A-Za-z0-9-]+(?:~[A-Za-z]+)?)\)/g;
const icons = (text: string) => [...text.matchAll(icon)].filter(([, escape]) => escape === undefined);

describe('names from disk in the editor', () => {
  it('are no links in a notification', () => {
    assert.match('[photos](command:workbench.action.quit)', link);
    assert.doesNotMatch(notificationText('[photos](command:workbench.action.quit)'), link);
    assert.doesNotMatch(notificationText('[a]([b](https://example.org)'), link);
  });

  it('are no icons in a list', () => {
    assert.equal(icons('$(trash)').length, 1);
    assert.equal(icons(listText('$(trash) and $(sync~spin)')).length, 0);
  });

  it('are left as they are when they look like neither', () => {
    for (const name of ['c++', '<img src=x onerror=alert(1)>', '$100 (roses)', '[a] (b)', '__proto__']) {
      assert.equal(notificationText(name), name);
      assert.equal(listText(name), name);
    }
  });

  it('lose no letter', () => {
    const names = fc.string({ unit: fc.constantFrom('[', ']', '(', ')', '$', 'a', ':', ' ') });
    fc.assert(
      fc.property(names, (name) => {
        assert.equal(notificationText(name).replaceAll('\u200b', ''), name);
        assert.equal(listText(name).replaceAll('\\', ''), name);
      }),
    );
  });
});
