import type { BackboneListing, ComparedBackbone, CutView, JobResult } from '../jobs';
import { sizeText } from './cacheText';
import { percent, printable } from './text';

/** What a person reads on the terminal about backbones, one function a command. */

export function backbonesText(backbones: readonly BackboneListing[]): string {
  const width = Math.max(...backbones.map(({ id }) => id.length));
  return backbones
    .map(({ id, dimension, input, eightBits, origin, name, download }) => {
      const facts = [
        `${dimension} values`,
        `${input.width} x ${input.height}`,
        eightBits ? '8 bits' : 'float32',
        originText(origin, download),
      ];
      return `${id.padEnd(width)}  ${facts.join(', ')}  ${printable(name)}`;
    })
    .join('\n');
}

function originText(origin: BackboneListing['origin'], download: BackboneListing['download']): string {
  if (origin === 'embedded') return 'comes with the extension';
  if (download === null) return 'on this machine';
  return `can be downloaded: ${sizeText(download.bytes)}, ${download.licence}`;
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

export function comparedText(compared: readonly ComparedBackbone[]): string {
  const width = Math.max(8, ...compared.map(({ backbone }) => backbone.id.length));
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
  return [head, ...lines].join('\n');
}
