// npm run editor [folder]: VS Code in a browser, on this machine, with the extension in it. Prints the address.

import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from './build.mjs';
import { installEditor } from './editors.mjs';
import { ensureInstalled } from './install.mjs';
import { cached, fromInvocation, isFolder, root } from './repository.mjs';
import { sampleDataset } from './sampleDataset.mjs';
import { startVSCodeServer } from './vscodeServer.mjs';

/** Puts the repository among the installed extensions: a link, so that a new build needs no new installation. */
async function linkExtension(extensions) {
  const { publisher, name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const link = path.join(extensions, `${publisher}.${name}-${version}`);
  await mkdir(extensions, { recursive: true });
  if ((await lstat(link).catch(() => undefined)) !== undefined) await rm(link, { recursive: true });
  // What the server remembers of the folder would hide a changed manifest.
  await rm(path.join(extensions, 'extensions.json'), { force: true });
  await symlink(root, link, 'junction');
}

async function main() {
  const named = process.argv[2];
  const folder = named === undefined ? undefined : fromInvocation(named);
  if (folder !== undefined && !isFolder(folder)) throw new Error(`There is no folder ${folder}.`);
  await ensureInstalled();
  if ((await build()) !== 0) throw new Error('The extension could not be built.');
  const version = Number(process.versions.node.split('.')[0]) >= 24 ? '1.139' : '1.100';
  const editor = await installEditor(version);
  const home = cached('editor', version);
  const extensions = path.join(home, 'extensions');
  await linkExtension(extensions);
  // Whoever reaches the server can run programs as this person: only who knows the token may.
  const token = randomBytes(24).toString('hex');
  const server = await startVSCodeServer(editor, {
    data: path.join(home, 'data'),
    extensions,
    token,
    trust: true,
  });
  const address = new URL(server.origin);
  address.searchParams.set('tkn', token);
  address.searchParams.set('folder', folder ?? (await sampleDataset()));
  process.stdout.write(
    `\nVS Code ${version} with Retrain Classifier:\n\n  ${address.href}\n\nCtrl+C ends it.\n`,
  );
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
