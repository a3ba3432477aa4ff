import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classifyText, printable } from '../../../src/cli/text';
import type { ClassifyResult } from '../../../src/jobs';

/** What moves a terminal's cursor, colours it, ends its line or turns it around: C0, C1, separators, bidi controls. */
const acting =
  // eslint-disable-next-line no-control-regex -- it is what the law is about
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

describe('what is printed of names from disk', () => {
  it('never acts on the terminal', () => {
    const hostile = fc.constantFrom(
      '\u001b[31m',
      '\u009b2J',
      '\r',
      '\n',
      '\u0007',
      '\u202e',
      '\u2066',
      '\u2028',
      '\u0000',
      '\u061c',
    );
    const name = fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { maxLength: 8 });
    fc.assert(fc.property(name, (parts) => assert.doesNotMatch(printable(parts.join('')), acting)));
  });

  it('is the name itself, composed, where nothing in it acts', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !acting.test(text));
    fc.assert(fc.property(plain, (text) => assert.equal(printable(text), text.normalize('NFC'))));
    assert.equal(printable('e\u0301 数据 c++ <b>'), '\u00e9 数据 c++ <b>');
  });

  it('keeps a line a line: labels and paths of answers cannot add one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (label, path) => {
        const result: ClassifyResult = {
          run: {
            folder: '/r',
            name: '2026-01-01-1',
            created: '',
            datasetName: label,
            accuracy: 1,
            testingImages: 1,
            head: 'softmax',
            backbone: 'tiny',
            refitOf: { name: label, backbone: label, accuracy: 0.5 },
          },
          passedOver: `/r/${label}`,
          runtime: 'onnx',
          answers: [
            { kind: 'answered', path, label, confidence: 1, scores: [{ label, probability: 1 }] },
            {
              kind: 'failed',
              path,
              failure: { code: 'FILE_EMPTY', params: { path }, message: `${path} is empty` },
            },
          ],
        };
        const lines = classifyText(result).split('\n');
        assert.equal(lines.length, 4);
        for (const line of lines) assert.doesNotMatch(line, acting);
      }),
    );
  });
});
