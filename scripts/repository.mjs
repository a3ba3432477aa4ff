import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A place below `.cache/`, which git ignores: what was downloaded and can be downloaded again. */
export function cached(...parts) {
  return path.join(root, '.cache', ...parts);
}

/** A folder named on npm's command line counts from where the person stood, not from package.json. */
export function fromInvocation(folder) {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), folder);
}

/** The script of a development tool that runs under Node, such as `tool('webpack', 'bin/webpack.js')`. */
export function tool(name, script) {
  return path.join(root, 'node_modules', name, script);
}

/** Whether `npm ci` has been run for the lock file as it stands. Compares contents: git does not keep file times. */
export function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(
      readFileSync(path.join(root, 'node_modules', '.package-lock.json'), 'utf8'),
    ).packages;
    return Object.entries(wanted).every(
      ([place, entry]) =>
        place === '' ||
        present[place]?.version === entry.version ||
        (entry.optional === true && !present[place]),
    );
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return false;
    throw error;
  }
}

export function isFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

export function isFolder(folder) {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
