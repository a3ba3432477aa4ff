import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';

const name = '@tensorflow/tfjs-node';
/** The version that the runtime was tested with. */
const version = '4.22.0';

/** How npm is started: without a shell, which no name of a folder may reach. */
export interface Npm {
  readonly command: string;
  readonly args: readonly string[];
}

export interface InstallationOptions {
  readonly npm: Npm;
  readonly signal: AbortSignal;
  /** Receives what npm prints. */
  readonly log: (line: string) => void;
}

/** The npm on the PATH, or undefined. On Windows `npm` is a batch file: the program behind it is what is started. */
export function findNpm(env: NodeJS.ProcessEnv, platform = process.platform): Npm | undefined {
  const search = Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? '';
  const places = platform === 'win32' ? path.win32 : path.posix;
  for (const folder of search.split(places.delimiter).filter((entry) => places.isAbsolute(entry))) {
    if (platform !== 'win32') {
      const command = places.join(folder, 'npm');
      if (existsSync(command)) return { command, args: [] };
      continue;
    }
    const node = places.join(folder, 'node.exe');
    const cli = places.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (existsSync(node) && existsSync(cli)) return { command: node, args: [cli] };
  }
  return undefined;
}

/** Whether a tfjs-node lies in `folder`: the engine looks for it there. */
export function holdsTensorflow(folder: string): boolean {
  return existsSync(path.join(folder, 'node_modules', name));
}

/** Why the tfjs-node in `folder` does not run in a process like the engine's; undefined where it computes. */
export async function tensorflowObstacle(folder: string, signal?: AbortSignal): Promise<string | undefined> {
  const program = `
    const util = require('node:util');
    Object.assign(util, { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
    const { createRequire } = require('node:module');
    const tf = createRequire(${JSON.stringify(path.join(folder, 'package.json'))})(${JSON.stringify(name)});
    if (tf.matMul([[2]], [[3]]).dataSync()[0] !== 6) throw new Error('it computes wrongly');`;
  const lines: string[] = [];
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' };
  const code = await run(process.execPath, ['-e', program], { env, cwd: folder, signal }, (line) =>
    lines.push(line),
  );
  if (code === 0) return undefined;
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? `it ended with ${String(code)}`;
}

/**
 * Installs tfjs-node with its native library into `folder`, which then is there whole or not at all. Whether it
 * succeeded is decided by having it compute: npm ends well where an install script has failed, too.
 * @throws TENSORFLOW_NOT_INSTALLED; the signal's reason
 */
export async function installTensorflow(folder: string, options: InstallationOptions): Promise<void> {
  const { npm, signal, log } = options;
  signal.throwIfAborted();
  const staging = `${folder}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(staging, { recursive: true });
    // npm 12 runs the scripts of those packages alone that are named here.
    const manifest = { private: true, allowScripts: { [name]: true }, dependencies: { [name]: version } };
    await writeFile(path.join(staging, 'package.json'), JSON.stringify(manifest));
    const flags = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--no-package-lock'];
    const printed: string[] = [];
    await run(
      npm.command,
      [...npm.args, 'install', ...flags, '--prefix', staging],
      { env: process.env, cwd: staging, signal },
      (line) => {
        printed.push(line);
        log(line);
      },
    );
    signal.throwIfAborted();
    const obstacle = await tensorflowObstacle(staging, signal);
    signal.throwIfAborted();
    if (obstacle !== undefined)
      throw new RetrainError('TENSORFLOW_NOT_INSTALLED', { reason: reasonIn(printed) ?? obstacle });
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RetrainError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RetrainError('TENSORFLOW_NOT_INSTALLED', { reason }, { cause: error });
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

/** The one line of what npm printed that says what went wrong. */
function reasonIn(lines: readonly string[]): string | undefined {
  const plain = lines.map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  return plain.find((line) => /^\w*Error: /.test(line)) ?? plain.find((line) => /\bE[A-Z]{5,}\b/.test(line));
}

/** Resolves to the exit code or signal; what is printed comes line by line. */
function run(
  command: string,
  args: readonly string[],
  { env, cwd, signal }: { env: NodeJS.ProcessEnv; cwd: string; signal?: AbortSignal | undefined },
  print: (line: string) => void,
): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    // A group of its own: npm's scripts end with it.
    const detached = process.platform !== 'win32';
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(command, args, { cwd, env, stdio: [...stdio], detached, windowsHide: true });
    const stop = () => endGroup(child);
    signal?.addEventListener('abort', stop, { once: true });
    let rest = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) print(line);
      });
    const done = () => signal?.removeEventListener('abort', stop);
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, ended) => {
      done();
      if (rest !== '') print(rest);
      resolve(code ?? ended);
    });
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
