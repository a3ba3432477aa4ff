// npm start [folder]: installs, builds, retrains on the folder in this terminal, then opens VS Code on it where there is one.

import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';
import { fromInvocation, isFile, root } from './repository.mjs';
import { sampleDataset } from './sampleDataset.mjs';

function usualPlaces() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    const app = 'Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';
    return [path.join('/', app), ...(env.HOME ? [path.join(env.HOME, app)] : [])];
  }
  if (platform === 'win32') {
    const programs = env.LOCALAPPDATA ? [path.join(env.LOCALAPPDATA, 'Programs')] : [];
    const folders = [...programs, ...(env.PROGRAMFILES ? [env.PROGRAMFILES] : [])];
    return folders.map((folder) => path.join(folder, 'Microsoft VS Code', 'Code.exe'));
  }
  return ['/usr/share/code/bin/code', '/snap/bin/code'];
}

/** The executable of a desktop VS Code that could show a window here, or undefined. */
function desktopEditor() {
  const { env, platform } = process;
  if (env.CI === 'true' || (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)) return undefined;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  // On Windows `code` is a batch file, which cannot be started without a shell; the program stands one folder up.
  const onPath = folders.map((folder) =>
    platform === 'win32' ? path.join(folder, '..', 'Code.exe') : path.join(folder, 'code'),
  );
  return [...onPath, ...usualPlaces()].find(isFile);
}

function openEditor(executable, folder) {
  const args = [`--extensionDevelopmentPath=${root}`, folder];
  const child = spawn(executable, args, { detached: true, stdio: 'ignore' });
  child.on('error', (error) => process.stderr.write(`VS Code could not be opened: ${error.message}\n`));
  child.unref();
}

async function main() {
  const named = process.argv[2];
  await ensureInstalled();
  if ((await build()) !== 0) return 1;
  const folder = named === undefined ? await sampleDataset() : fromInvocation(named);
  process.stdout.write(`\nRetraining on ${folder}\n`);
  const { status } = await runNode([path.join(root, 'dist', 'cli.js'), 'train', folder]);
  if (status !== 0) return status;
  const executable = desktopEditor();
  if (executable !== undefined) {
    process.stdout.write(`\nOpening VS Code on ${folder} ...\n`);
    openEditor(executable, folder);
  } else {
    const again = named === undefined ? '' : ` "${folder}"`;
    process.stdout.write(
      `\nNo desktop VS Code was found here. To see it in a browser: npm run editor${again}\n`,
    );
  }
  return 0;
}

main().then(
  (status) => (process.exitCode = status),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
