import type { BackboneListing, CutView, JobResult } from '../jobs';
import { sizeText } from './cacheText';
import { percent, printable } from './text';

/** What a person reads on the terminal about backbones, one function a command. */

export function backbonesText(backbones: readonly BackboneListing[]): string {
  const width = Math.max(...backbones.map(({ id }) => id.length));
  return backbones
    .map(({ id, dimension, input, eightBits, origin, name, bytes, licence, better, speed }) => {
      const facts = [
        `${dimension} values`,
        `${input.width} x ${input.height}`,
        eightBits ? '8 bits' : 'float32',
        sizeText(bytes),
        ...(licence === null ? [] : [printable(licence)]),
        ...(speed === null ? [] : [`${speed.millisecondsAnImage.toFixed(1)} ms on ${speed.runtime}`]),
        originText(origin),
        ...(better === null ? [] : [`trained further on its own photos: ${better} serves others better`]),
      ];
      return `${id.padEnd(width)}  ${facts.join(', ')}  ${printable(name)}`;
    })
    .join('\n');
}

function originText(origin: BackboneListing['origin']): string {
  switch (origin) {
    case 'embedded':
      return 'comes with the extension';
    case 'own':
      return 'on this machine';
    case 'catalogue':
      return 'can be downloaded';
  }
}

export function cutsText(candidates: readonly CutView[]): string {
  return candidates
    .map(({ name, shape, dimension }) => `${printable(name)}  [${shape.join(', ')}]  ${dimension} values`)
    .join('\n');
}

export function addedText({ id, dimension, input, cut }: JobResult<'addBackbone'>): string {
  return [
    `Added ${id}: ${dimension} values of pictures of ${input.width} x ${input.height}, cut at ${cut.map(printable).join(', ')}.`,
    `Use it with: --backbone ${id}`,
  ].join('\n');
}

export function quantisedText(made: JobResult<'quantiseBackbone'>): string {
  const { id, from, calibrated, compared, median, least } = made;
  return [
    `Made ${id} of ${from}: ranges of ${calibrated} pictures, compared on ${compared} others.`,
    `Cosine to the float network: median ${median.toFixed(4)}, least ${least.toFixed(4)}.`,
    `Use it with: --backbone ${id}`,
  ].join('\n');
}

export function comparedText({ head: kind, folds, compared, failed }: JobResult<'compareBackbones'>): string {
  const ids = [...compared.map(({ backbone }) => backbone.id), ...failed.map(({ id }) => id)];
  const width = Math.max(8, ...ids.map((id) => id.length));
  const lines = compared.map(({ backbone, runtime, accuracy, interval, millisecondsAnImage }) =>
    [
      backbone.id.padEnd(width),
      percent(accuracy).padStart(8),
      `${percent(interval.low)} to ${percent(interval.high)}`.padStart(18),
      millisecondsAnImage.toFixed(1).padStart(11),
      runtime,
    ].join('  '),
  );
  const head = ['backbone'.padEnd(width), 'accuracy', '95 %'.padStart(18), 'ms an image', 'runtime'].join(
    '  ',
  );
  const reasons = failed.map(
    ({ id, failure }) => `${printable(id).padEnd(width)}  ${printable(failure.message)}`,
  );
  const table = [`Accuracy of a ${kind} head, cross-validated in ${folds} folds`, '', head, ...lines];
  return [...(lines.length > 0 ? table : []), ...reasons].join('\n');
}

export function comparedDocument({ failed, ...compared }: JobResult<'compareBackbones'>): object {
  const reasons = failed.map(({ id, failure: { code, message } }) => ({ id, error: { code, message } }));
  return { format: 1, ...compared, failed: reasons };
}
