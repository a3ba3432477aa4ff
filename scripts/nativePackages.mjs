// The native packages that the installed extension loads, for any platform it is published for.

import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { run, runNpm } from './processes.mjs';
import { cached, isFolder, root } from './repository.mjs';

/** The platforms by the names vsce gives them: `system` and `cpu` as Node says them, `sharp` as sharp's packages. */
export const targets = {
  'linux-x64': { system: 'linux', cpu: 'x64', sharp: 'linux-x64' },
  'linux-arm64': { system: 'linux', cpu: 'arm64', sharp: 'linux-arm64' },
  'alpine-x64': { system: 'alpine', cpu: 'x64', sharp: 'linuxmusl-x64' },
  'alpine-arm64': { system: 'alpine', cpu: 'arm64', sharp: 'linuxmusl-arm64' },
  'darwin-x64': { system: 'darwin', cpu: 'x64', sharp: 'darwin-x64' },
  'darwin-arm64': { system: 'darwin', cpu: 'arm64', sharp: 'darwin-arm64' },
  'win32-x64': { system: 'win32', cpu: 'x64', sharp: 'win32-x64' },
  'win32-arm64': { system: 'win32', cpu: 'arm64', sharp: 'win32-arm64' },
};

/** The target that is this machine. */
export function ownTarget() {
  const musl =
    process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined;
  return `${musl ? 'alpine' : process.platform}-${process.arch}`;
}

const modules = path.join(root, 'node_modules');

/** Only the install script of onnxruntime-node asks for these. */
const unused = new Set(['adm-zip', 'global-agent']);

/** What of a package no program loads. */
const idle = /\.([cm]?ts|map|tsbuildinfo|h)$|\/(README|CHANGELOG)\.md$|\/(script|src|install)\//;

/**
 * What of onnxruntime-node's libraries is not loaded: GPUs are not used, DirectML.dll is loaded on first use only, and
 * on macOS the library lies there a second time under its full version, while the binding asks for the short one.
 */
const idleLibrary = /cuda|tensorrt|DirectML|dxcompiler|dxil|libonnxruntime\.\d+\.\d+\.\d+\.dylib$/i;

/** Copies what the extension loads from beside its bundles into `destination`, a folder node_modules. */
export async function copyNativePackages(target, destination) {
  const { system, cpu } = targets[target];
  for (const [name, folder] of await closure(['sharp'])) {
    if (!name.startsWith('@img/sharp-')) await copyPackage(folder, path.join(destination, name));
  }
  for (const name of await sharpBinaries(target)) {
    await copyPackage(await platformPackage(name), path.join(destination, name));
  }
  const binaries = path.join(modules, 'onnxruntime-node', 'bin');
  const [version = ''] = await readdir(binaries);
  // Where it has no binary it could never be loaded: the wasm runtime serves these.
  if (!isFolder(path.join(binaries, version, system, cpu))) return;
  for (const [name, folder] of await closure(['onnxruntime-node'])) {
    await copyPackage(folder, path.join(destination, name), (relative) => belongsTo(target, relative));
  }
}

/** Whether a file of onnxruntime-node, given relative to the package, is no library or one that `target` loads. */
export function belongsTo(target, relative) {
  const { system, cpu } = targets[target];
  const [, ofSystem, ofCpu = cpu] = /^bin\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(relative) ?? [];
  return ofSystem === undefined || (ofSystem === system && ofCpu === cpu && !idleLibrary.test(relative));
}

/** The packages that `names` need on this machine: by name, the folder npm put each in. */
async function closure(names, from = modules, found = new Map()) {
  for (const name of names) {
    const nested = path.join(from, 'node_modules', name);
    const folder = isFolder(nested) ? nested : path.join(modules, name);
    if (found.has(name) || unused.has(name) || !isFolder(folder)) continue;
    found.set(name, folder);
    const { dependencies = {}, optionalDependencies = {} } = await manifest(folder);
    await closure([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], folder, found);
  }
  return found;
}

async function manifest(folder) {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}

/** sharp's own binary and, where that is not inside, libvips'. */
async function sharpBinaries(target) {
  const { optionalDependencies } = await manifest(path.join(modules, 'sharp'));
  const { sharp } = targets[target];
  return [`@img/sharp-${sharp}`, `@img/sharp-libvips-${sharp}`].filter(
    (name) => name in optionalDependencies,
  );
}

/** The folder of a package that npm leaves out on this machine: fetched once, checked against the lock file. */
async function platformPackage(name) {
  const present = path.join(modules, name);
  if (isFolder(present)) return present;
  const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`];
  const folder = cached('native', `${name.replace('/', '+')}@${version}`);
  if (isFolder(folder)) return folder;
  const work = `${folder}.tmp`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const packed = await runNpm(['pack', `${name}@${version}`, '--json', '--pack-destination', work], {
    quiet: true,
  });
  if (packed.status !== 0) throw new Error(`npm could not fetch ${name}.\n${packed.output.trim()}`);
  const [archive] = (await readdir(work)).filter((file) => file.endsWith('.tgz'));
  const bytes = await readFile(path.join(work, archive));
  if (`sha512-${createHash('sha512').update(bytes).digest('base64')}` !== integrity)
    throw new Error(`${name}@${version} is not what package-lock.json says.`);
  const unpacked = await run('tar', ['-xzf', archive], { cwd: work, quiet: true });
  if (unpacked.status !== 0) throw new Error(`tar could not unpack ${archive}.\n${unpacked.output.trim()}`);
  await rename(path.join(work, 'package'), folder);
  await rm(work, { recursive: true, force: true });
  return folder;
}

async function copyPackage(folder, destination, isWanted = () => true) {
  await cp(folder, destination, {
    recursive: true,
    dereference: true,
    filter: (source) => {
      const relative = path.relative(folder, source).replaceAll('\\', '/');
      if (relative === 'node_modules' || relative.startsWith('node_modules/')) return false;
      return isWanted(relative) && !idle.test(`/${relative}`);
    },
  });
}
