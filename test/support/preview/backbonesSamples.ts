import type { BackbonesState, ComparedBackbone } from '../../../src/protocol';
import { hostileLabel, longLabel, root } from './samples';

const compared = (
  id: string,
  name: string,
  dimension: number,
  accuracy: number,
  millisecondsAnImage: number,
): ComparedBackbone => ({
  backbone: { id, name, dimension, fingerprint: 'ab'.repeat(32) },
  runtime: 'onnx',
  images: 200,
  accuracy,
  interval: { low: accuracy - 0.05, high: Math.min(1, accuracy + 0.035) },
  millisecondsAnImage,
});

const all: readonly ComparedBackbone[] = [
  compared('efficientnet-lite2', 'EfficientNet-Lite2', 2912, 0.91, 11.4),
  compared('efficientnet-lite2-int8', 'EfficientNet-Lite2, 8 bits', 2912, 0.895, 4.3),
  compared('inception-v3', 'Inception v3 (nsfwjs)', 2048, 0.565, 61.2),
  compared('mobilenet-v2-035', 'mobilenet-v2-035', 1280, 0.82, 2.1),
];

/** What the page about backbones is sent, by the name of the scenario. */
export function backbonesState(name: string): BackbonesState {
  const subject = { name: 'flowers', shownPath: 'photos/flowers', root };
  const state = { subject, head: 'ridge', failed: [], chosen: 'efficientnet-lite2-int8' } as const;
  const running = { kind: 'running', id: 'inception-v3', index: 2, of: 4, cancelling: false } as const;
  switch (name) {
    case 'running':
      return { ...state, compared: all.slice(0, 2), work: { ...running, done: 120, images: 200 } };
    case 'begins':
      return {
        ...state,
        head: null,
        compared: [],
        work: { ...running, id: null, index: 0, done: 0, images: 0 },
      };
    case 'cancelled':
      return { ...state, compared: all.slice(0, 1), work: { kind: 'cancelled' } };
    case 'failed': {
      const message = 'The backbone inception-v3 is not on this machine; download it with Choose Backbone.';
      return { ...state, compared: all.slice(0, 2), work: { kind: 'failed', message } };
    }
    case 'labels': {
      const hostile = [hostileLabel, longLabel, '__proto__'].map((label, i) =>
        compared(`own-${i}`, label, 1, 0.5, 5 * 10 ** i),
      );
      return { ...state, compared: hostile, work: { kind: 'done', folds: 5 } };
    }
    case 'partly': {
      const message =
        'The network custom/network.onnx has the operation NonMaxSuppression, which cannot be converted; cut it before that, or take another network.';
      const failed = [
        { id: 'custom', message },
        { id: hostileLabel, message: 'The backbone does not run here (no memory); choose another one.' },
      ];
      return { ...state, compared: all.slice(0, 2), failed, work: { kind: 'done', folds: 5 } };
    }
    case 'none': {
      const failed = [
        { id: 'custom', message: 'The backbone custom does not run here; choose another one.' },
      ];
      return { ...state, compared: [], failed, work: { kind: 'done', folds: 5 } };
    }
    case 'one':
      return { ...state, compared: all.slice(0, 1), work: { kind: 'done', folds: 5 } };
    default:
      return { ...state, compared: all, work: { kind: 'done', folds: 5 } };
  }
}
