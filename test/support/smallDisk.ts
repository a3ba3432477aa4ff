import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

/** A file system of its own, in memory, with so many kilobytes. */
export interface SmallDisk {
  readonly folder: string;
  resize(kilobytes: number): void;
  setReadOnly(): void;
  remove(): void;
}

/** @returns undefined where this process may not mount one */
export function mountSmallDisk(folder: string, kilobytes: number): SmallDisk | undefined {
  mkdirSync(folder);
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder);
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    resize: (size) => mount('-o', `remount,size=${size}k`, folder),
    setReadOnly: () => mount('-o', 'remount,ro', folder),
    remove: () => execFileSync('umount', ['-l', folder]),
  };
}
