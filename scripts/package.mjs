// npm run package: makes retrain-classifier-<version>.vsix for this platform, with the native modules it needs inside.

import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './processes.mjs';
import { cached, isFile, isFolder, root, tool } from './repository.mjs';

const modules = path.join(root, 'node_modules');
const platform = `${process.platform}-${process.arch}`;

/** Loaded at run time from beside the bundles; everything else is in the bundles. */
const native = ['sharp', 'onnxruntime-node'];

/** Only the install script of onnxruntime-node asks for these. */
const unused = new Set(['adm-zip', 'global-agent']);

/** What of a package no program loads. */
const idle = /\.([cm]?ts|map|tsbuildinfo|h)$|\/(README|CHANGELOG)\.md$|\/(script|src|install)\//;

/** The packages that `names` need on this platform: by name, the folder npm put each in. */
async function closure(names, from = modules, found = new Map()) {
  for (const name of names) {
    const nested = path.join(from, 'node_modules', name);
    const folder = isFolder(nested) ? nested : path.join(modules, name);
    if (found.has(name) || unused.has(name) || !isFolder(folder)) continue;
    found.set(name, folder);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      await readFile(path.join(folder, 'package.json'), 'utf8'),
    );
    await closure([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], folder, found);
  }
  return found;
}

/** The binaries of other platforms come in one package with ours. */
function isOfThisPlatform(relative) {
  const binary = /(?:^|\/)bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(relative);
  if (binary === null) return true;
  const [, system, architecture = process.arch] = binary;
  return (
    system === process.platform && architecture === process.arch && !/cuda|tensorrt|DirectML/i.test(relative)
  );
}

async function copyModule(folder, destination) {
  await cp(folder, destination, {
    recursive: true,
    dereference: true,
    filter: (source) => {
      const relative = path.relative(folder, source).replaceAll('\\', '/');
      if (relative === 'node_modules' || relative.startsWith('node_modules/')) return false;
      return isOfThisPlatform(relative) && !idle.test(`/${relative}`);
    },
  });
}

/** A README that is read without the repository: its pictures and links to other files lead nowhere there. */
function withoutRelatives(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n+/gm, '')
    .replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, '$1');
}

/** A folder with exactly what .vscodeignore lets into the package. */
async function stage(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  // What an installed extension has no use for; the native modules travel below dist/.
  for (const key of ['scripts', 'devDependencies', 'dependencies', 'private']) delete manifest[key];
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const files = await readdir(root);
  const texts = files.filter((name) =>
    /^(README|LICENSE|NOTICE|CHANGELOG|package\.nls|\.vscodeignore)/.test(name),
  );
  for (const name of [...texts, 'media', 'l10n']) {
    const source = path.join(root, name);
    if (isFile(source) || isFolder(source)) await cp(source, path.join(folder, name), { recursive: true });
  }
  const readme = path.join(folder, 'README.md');
  if (isFile(readme)) await writeFile(readme, withoutRelatives(await readFile(readme, 'utf8')));
  const dist = path.join(folder, 'dist');
  const bundles = ['--config-name', 'node', '--config-name', 'web', '--output-path', dist];
  if ((await build(bundles)) !== 0) throw new Error('The extension could not be built.');
  for (const [name, source] of await closure(native)) {
    await copyModule(source, path.join(dist, 'node_modules', name));
  }
  return manifest;
}

async function main() {
  await ensureInstalled();
  const folder = cached('package');
  const { name, version } = await stage(folder);
  const file = path.join(root, `${name}-${version}.vsix`);
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--target', platform];
  const { status, output } = await runNode(
    [tool('@vscode/vsce', 'vsce'), 'package', ...options, '--out', file],
    { cwd: folder, quiet: true },
  );
  if (status !== 0) throw new Error(output.trim());
  await rm(folder, { recursive: true, force: true });
  const megabytes = ((await stat(file)).size / 1e6).toFixed(1);
  process.stdout.write(`${path.relative(root, file)} (${platform}, ${megabytes} MB)\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
