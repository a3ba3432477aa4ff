import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, systemCode, Untrusted, writeAtomic } from '../base';
import type { BackboneSpeed } from './backboneResults';
import { keptBackbones, type Places } from './places';

/** What was measured on this machine, by the id of the backbone; a file that is damaged has nothing. */
export async function readSpeeds(places: Places): Promise<Map<string, BackboneSpeed>> {
  try {
    const text = (await readBounded(fileOf(places), 2 ** 20)).toString('utf8');
    const document = Untrusted.parse(text, (reason) => new Error(reason));
    document.field('format').integer(1, 1);
    return new Map(
      document
        .field('speeds')
        .items(10_000)
        .map((speed) => [
          speed.field('id').name(100),
          {
            runtime: speed.field('runtime').name(100),
            millisecondsAnImage: speed.field('millisecondsAnImage').finite(),
          },
        ]),
    );
  } catch {
    return new Map();
  }
}

/** Keeps a speed, or with null forgets it. Where the folder cannot be written, a list goes without. */
export async function noteSpeed(places: Places, id: string, speed: BackboneSpeed | null): Promise<void> {
  const speeds = await readSpeeds(places);
  if (speed === null && !speeds.delete(id)) return;
  if (speed !== null) {
    const { runtime, millisecondsAnImage } = speed;
    speeds.set(id, { runtime, millisecondsAnImage });
  }
  const listed = [...speeds].map(([backbone, measured]) => ({ id: backbone, ...measured }));
  try {
    await mkdir(keptBackbones(places), { recursive: true });
    await writeAtomic(fileOf(places), `${JSON.stringify({ format: 1, speeds: listed }, undefined, 2)}\n`);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

function fileOf(places: Places): string {
  return path.join(keptBackbones(places), '.speeds.json');
}
