// npm run package: makes retrain-classifier-<version>.vsix for this platform, with the native modules it needs inside.
// `npm run package -- --target win32-x64` makes one for another platform, `-- --all` one for each.

import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { copyNativePackages, ownTarget, targets } from './nativePackages.mjs';
import { runNode } from './processes.mjs';
import { cached, isFile, isFolder, root, tool } from './repository.mjs';

/** A README that is read without the repository: its pictures and links to other files lead nowhere there. */
function withoutRelatives(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n+/gm, '')
    .replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, '$1');
}

/** A folder with exactly what .vscodeignore lets into the package, without the native modules. */
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
  return manifest;
}

async function pack(folder, target, file) {
  const natives = path.join(folder, 'dist', 'node_modules');
  await rm(natives, { recursive: true, force: true });
  await copyNativePackages(target, natives);
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--target', target];
  const { status, output } = await runNode(
    [tool('@vscode/vsce', 'vsce'), 'package', ...options, '--out', file],
    { cwd: folder, quiet: true },
  );
  if (status !== 0) throw new Error(output.trim());
  const megabytes = ((await stat(file)).size / 1e6).toFixed(1);
  process.stdout.write(`${path.relative(root, file)} (${target}, ${megabytes} MB)\n`);
}

function wantedTargets() {
  const { values } = parseArgs({ options: { target: { type: 'string' }, all: { type: 'boolean' } } });
  if (values.all) return Object.keys(targets);
  const target = values.target ?? ownTarget();
  if (!(target in targets)) {
    throw new Error(`There is no target ${target}; known are: ${Object.keys(targets).join(', ')}.`);
  }
  return [target];
}

async function main() {
  const wanted = wantedTargets();
  await ensureInstalled();
  const folder = cached('package');
  const { name, version } = await stage(folder);
  for (const target of wanted) {
    const own = wanted.length === 1 && target === ownTarget();
    await pack(
      folder,
      target,
      path.join(root, own ? `${name}-${version}.vsix` : `${name}-${target}-${version}.vsix`),
    );
  }
  await rm(folder, { recursive: true, force: true });
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
