import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The sample photos that come with the extension. */
export const samples = path.resolve('media/samples/flowers');

/** Copies the first `count` photos of each sample class into `folder`, under the label given for that class. */
export function copySamples(folder: string, labels: Readonly<Record<string, string>>, count: number): void {
  for (const [sample, label] of Object.entries(labels)) {
    const target = path.join(folder, label);
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(path.join(samples, sample)).sort().slice(0, count))
      cpSync(path.join(samples, sample, name), path.join(target, name));
  }
}
