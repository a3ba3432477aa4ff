import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemCode, toFailure } from '../base';
import { embeddedBackbones } from '../backbones';
import { decoderVersion } from '../images';
import { runtimeAvailability } from '../runtimes';
import type { Job, JobContext } from './context';
import { diagnosticsText } from './diagnosticsText';
import { extensionVersion, type Places } from './places';
import { instructionSets } from './processor';
import type { BackboneDiagnosis, Diagnostics } from './results';

/** What this machine has and lacks, for a person who wonders and for a bug report. Writes nothing, loads every runtime. */
export const doctor: Job<'doctor'> = async (_params, { places, networks }) => {
  const { tensorflowFolder } = places;
  const runtimes = await runtimeAvailability({ tensorflowFolder });
  const [processor] = os.cpus();
  const diagnostics: Diagnostics = {
    extension: knownVersion(places),
    node: process.versions.node,
    system: { platform: process.platform, architecture: process.arch, release: os.release() },
    processor: {
      model: processor?.model.trim() || null,
      cores: os.availableParallelism(),
      instructionSets: await instructionSets(),
    },
    memory: { total: os.totalmem(), free: os.freemem() },
    runtimes,
    auto: runtimes.find(({ version }) => version !== undefined)?.id ?? null,
    decoder: decoderVersion,
    backbones: await diagnoseBackbones(places.assets, networks),
    cacheDirectory: {
      path: places.cacheDirectory,
      obstacle: await obstacleToWriting(places.cacheDirectory),
    },
  };
  return { diagnostics, text: diagnosticsText(diagnostics) };
};

/** Null where the package is not whole. */
function knownVersion(places: Places): string | null {
  try {
    return extensionVersion(places);
  } catch {
    return null;
  }
}

async function diagnoseBackbones(
  assets: string,
  networks: JobContext<never>['networks'],
): Promise<BackboneDiagnosis[]> {
  const known = await embeddedBackbones(assets).catch(toFailure);
  if (!Array.isArray(known)) return [{ kind: 'damaged', id: null, message: known.message }];
  return await Promise.all(
    known.map(async ({ id }): Promise<BackboneDiagnosis> => {
      try {
        const { dimension, fingerprint } = await networks.backbone(id);
        return { kind: 'sound', id, dimension, fingerprint };
      } catch (error) {
        return { kind: 'damaged', id, message: toFailure(error).message };
      }
    }),
  );
}

/** Why nothing can be written into `folder`, or into the nearest folder above it that exists; null where it can. */
async function obstacleToWriting(folder: string): Promise<string | null> {
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      if (!(await stat(place)).isDirectory()) return `${place} is not a folder`;
      await access(place, constants.W_OK | constants.X_OK);
      return null;
    } catch (error) {
      const code = systemCode(error) ?? String(error);
      // What is not there yet is made, if what is above it lets us.
      if (code !== 'ENOENT' || path.dirname(place) === place) return `${code} at ${place}`;
    }
  }
}
