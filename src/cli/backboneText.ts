import type { BackboneListing, CutView, JobResult } from '../jobs';
import { printable } from './text';

/** What a person reads on the terminal about backbones, one function a command. */

export function backbonesText(backbones: readonly BackboneListing[]): string {
  const width = Math.max(...backbones.map(({ id }) => id.length));
  return backbones
    .map(({ id, dimension, input, eightBits, origin, name }) => {
      const facts = [
        `${dimension} values`,
        `${input.width} x ${input.height}`,
        eightBits ? '8 bits' : 'float32',
        origin === 'embedded' ? 'comes with the extension' : 'added here',
      ];
      return `${id.padEnd(width)}  ${facts.join(', ')}  ${printable(name)}`;
    })
    .join('\n');
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
