import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RetrainError, Untrusted } from '../base';

/** Where things are on this machine: given once, when the thread starts. */
export interface Places {
  /** The folder `media` of the extension, which holds backbones and samples. */
  readonly assets: string;
  /** Where cache, splits and runs of read-only datasets go. */
  readonly cacheDirectory: string;
  /** Where the editor has installed tfjs-node, if it has. */
  readonly tensorflowFolder?: string | undefined;
}

/** Of the package.json that stands beside `media`. @throws FILE_UNREADABLE; the system's error */
export function extensionVersion({ assets }: Pick<Places, 'assets'>): string {
  const file = path.join(path.dirname(assets), 'package.json');
  const damaged = (reason: string) => new RetrainError('FILE_UNREADABLE', { path: file, reason });
  return Untrusted.parse(readFileSync(file, 'utf8'), damaged).field('version').name();
}

/** Where the backbones stand that a person has added or downloaded. */
export function keptBackbones({ cacheDirectory }: Places): string {
  return path.join(cacheDirectory, 'backbones');
}

/**
 * The per-user folder that editor and command line share for what belongs to read-only datasets: Windows' known
 * folder LocalAppData, macOS' Application Support, elsewhere the XDG Base Directory Specification.
 */
export function defaultCacheDirectory(): string {
  const { env, platform } = process;
  const home = os.homedir();
  const base =
    platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Application Support')
        : env['XDG_DATA_HOME'] || path.join(home, '.local', 'share');
  return path.join(base, 'retrain-classifier');
}
