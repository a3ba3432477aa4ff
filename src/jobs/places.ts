import os from 'node:os';
import path from 'node:path';

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
