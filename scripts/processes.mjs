import { spawn } from 'node:child_process';
import process from 'node:process';
import { root } from './repository.mjs';

/**
 * Runs a program without a shell and resolves to `{ status, output }`; `status` is 1 when it was ended by a signal
 * or could not be started. With `quiet` its output is collected, else it goes to this terminal.
 */
export function run(command, args, { cwd = root, env = {}, quiet = false, seconds } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      windowsHide: true,
      timeout: seconds === undefined ? undefined : seconds * 1000,
      // mocha passes this one on to the process that runs the tests; SIGTERM would leave that behind.
      killSignal: 'SIGINT',
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ status: 1, output: `${output}${error.message}\n` }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

/** Runs a script under this Node. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/** Runs npm under this Node, without a shell: `npm` is a batch file on Windows, which cannot be spawned. */
export function runNpm(args, options) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) {
    process.stderr.write('Start this through npm, for example "npm test", so that it can find npm again.\n');
    process.exit(1);
  }
  return runNode([npm, ...args], options);
}
