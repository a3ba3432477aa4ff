import type { Side } from './dataset';

const sides: ReadonlyMap<string, Side> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'testing'],
  ['testing', 'testing'],
]);

/** The side that a folder of this name holds in a dataset that comes with its split. */
export function sideOfFolder(name: string): Side | undefined {
  return sides.get(name.toLowerCase());
}
