// npm run pictures: takes the README's pictures, in the newest editor, of the installed package and what it really
// answers on the sample photos. Runs under tsx, for it stands on the tests' own workbench.

import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { Workbench } from '../test/support/workbench.ts';
import { runNode } from './processes.mjs';
import { root } from './repository.mjs';

const destination = path.join(root, 'media', 'readme');
const samples = path.join(root, 'media', 'samples', 'flowers');

/** Bytes: the README is read on slow lines, too. */
const limit = 200_000;
const patience = 120_000;

const settings = {
  'workbench.layoutControl.enabled': false,
  'editor.minimap.enabled': false,
  'breadcrumbs.enabled': false,
  'explorer.autoReveal': false,
};

async function makePackage() {
  const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const { status } = await runNode([path.join(root, 'scripts', 'package.mjs')]);
  if (status !== 0) throw new Error('The package could not be made.');
  return path.join(root, `${name}-${version}.vsix`);
}

/** A workspace with neutral names: they can be read in the pictures. */
async function makeWorkspace(home) {
  const workspace = path.join(home, 'workspace');
  const dataset = path.join(workspace, 'photos', 'flowers');
  await cp(samples, dataset, { recursive: true });
  for (const name of ['CREDITS.csv', 'README.md']) await rm(path.join(dataset, name));
  return { workspace, dataset };
}

class Camera {
  constructor(workbench) {
    this.workbench = workbench;
  }

  /** Saves the window as a PNG of 256 colours, which shows no difference on an editor's flat colours. */
  async take(name) {
    const { page } = this.workbench;
    // The middle of the status bar says nothing when it is pointed at.
    const { width, height } = page.viewportSize();
    await page.mouse.move(width * 0.7, height - 12);
    // Thumbnails fade in, and tooltips and scroll bars fade out.
    await page.waitForTimeout(1500);
    await this.takeAtOnce(name);
  }

  async takeAtOnce(name) {
    const file = path.join(destination, `${name}.png`);
    const shot = await this.workbench.page.screenshot();
    await sharp(shot).png({ palette: true, quality: 95, effort: 10, dither: 0.6 }).toFile(file);
    const { size } = await stat(file);
    process.stdout.write(`${path.relative(root, file)}  ${(size / 1000).toFixed(0)} kB\n`);
    if (size > limit) throw new Error(`${name}.png takes ${size} bytes; it must stay under ${limit}.`);
  }
}

/** The first figure of the panel is between a third and two thirds: bottlenecks are being computed. */
async function halfWay(panel) {
  const figure = panel.locator('.figure .number');
  for (const end = Date.now() + patience; Date.now() < end;) {
    const texts = await figure.allInnerTexts();
    const step = await panel.locator('.steps [aria-current]').allInnerTexts();
    if (/bottlenecks/i.test(step.join()) && Number.parseInt(texts[0] ?? '', 10) >= 35) return;
  }
  throw new Error('The panel never showed bottlenecks half way.');
}

async function takePictures(workbench, dataset) {
  const { page } = workbench;
  const camera = new Camera(workbench);
  // As a person who wants quiet does; the panel shows the same progress.
  await workbench.palette('Notifications: Toggle Do Not Disturb Mode');
  await workbench.reveal('photos/flowers/daisy');
  await workbench.palette('Retrain Classifier');
  const panel = await workbench.webviewFrame('main');
  await halfWay(panel);
  await camera.takeAtOnce('panel-running');
  await panel.locator('.matrix').waitFor({ timeout: patience });
  await page.keyboard.press('Escape');
  await camera.take('panel-dark');
  await workbench.setTheme('Default Light Modern');
  await camera.take('panel-light');
  await workbench.setTheme('Default Dark Modern');

  await panel.getByRole('button', { name: 'Settings' }).click();
  await panel.getByLabel('Head', { exact: true }).selectOption('Softmax regression');
  await panel.getByLabel('Optimizer').selectOption('adam');
  await panel.getByLabel('Training steps').waitFor();
  await page.keyboard.press('Escape');
  await camera.take('settings');
  await rm(path.join(dataset, 'retrain.json'));

  await workbench.palette('View: Close All Editors');
  const photo = await testingPhoto(dataset);
  const row = await workbench.reveal(`photos/flowers/${photo}`);
  await workbench.contextMenu(row, 'Classify Image');
  const answer = await workbench.webviewFrame('.scores');
  await answer.locator('.single img').waitFor({ timeout: patience });
  await camera.take('classify');

  await workbench.palette('View: Close All Editors');
  await workbench.contextMenu(row, 'Show Bottleneck Values');
  const inspector = await workbench.webviewFrame('[role=grid][aria-rowcount]');
  await inspector.locator('.detail img').waitFor({ timeout: patience });
  await openTree(workbench, path.dirname(photo));
  await camera.take('inspector');
}

/** Of the photos kept aside for testing, the one named rightly with the least certainty: the bars have most to say. */
async function testingPhoto(dataset) {
  const runs = path.join(dataset, '.retrain', 'runs');
  const [run = ''] = (await readdir(runs)).sort();
  const table = await readFile(path.join(runs, run, 'predictions.csv'), 'utf8');
  const photos = table
    .trim()
    .split('\n')
    .map((line) => line.split(','))
    .filter(([, , side, label, predicted]) => side === 'testing' && label === predicted)
    .sort((a, b) => Number(a[5]) - Number(b[5]));
  const [photo] = photos[0] ?? [];
  if (photo === undefined) throw new Error('No testing photo was named rightly.');
  return photo;
}

/** Closes the folders above it, and opens the Bottlenecks view down to the photos of a label. */
async function openTree(workbench, label) {
  const { page } = workbench;
  await (await workbench.reveal(`photos/flowers/${label}`)).click();
  await workbench.reveal(`photos/flowers/.bottlenecks/v1/efficientnet-lite2-int8/${label}`);
  const header = page.locator('.pane-header[aria-label^="Bottlenecks"]');
  await header.click();
  const tree = page.locator('.pane', { has: header }).locator('.monaco-list-row');
  for (const name of ['efficientnet-lite2-int8', label]) {
    const node = tree.filter({ has: page.getByText(name, { exact: true }) }).first();
    await node.waitFor({ timeout: patience });
    if ((await node.getAttribute('aria-expanded')) !== 'true') await node.click();
  }
  await tree.first().hover();
  await page.mouse.wheel(0, 110);
}

async function main() {
  const vsix = await makePackage();
  await mkdir(destination, { recursive: true });
  const home = await realpath(await mkdtemp(path.join(os.tmpdir(), 'retrain-pictures-')));
  try {
    const { workspace, dataset } = await makeWorkspace(home);
    const workbench = await Workbench.open(workspace, { editor: '1.139', vsix, settings });
    try {
      await takePictures(workbench, dataset);
    } catch (error) {
      await workbench.screenshot(path.join(root, '.cache', 'pictures-failed.png'));
      throw error;
    } finally {
      await workbench.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
