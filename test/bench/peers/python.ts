import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** A Python that has the peers' packages: RETRAIN_PYTHON, else the one of the system. */
const python = process.env['RETRAIN_PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3');

/** Why the modules cannot be imported here; undefined where they can. */
export function whyNoPython(...modules: readonly string[]): string | undefined {
  const { status, error } = spawnSync(python, ['-c', `import ${modules.join(', ')}`]);
  if (error) return `${python} cannot be started (RETRAIN_PYTHON names another)`;
  return status === 0 ? undefined : `${python} has not all of ${modules.join(', ')}`;
}

/**
 * What a script beside this file prints as JSON on its last line.
 * @throws Error with its standard error where it fails
 */
export function runPython(script: string, args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${script} failed.\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
