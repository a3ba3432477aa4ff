import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

export interface CliOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a person would. `data` is the per-user folder it may write to. */
export function runCli(
  args: readonly string[],
  { cwd, data, started }: { cwd: string; data: string; started?: (child: ChildProcess) => void },
): Promise<CliOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.resolve('dist/cli.js'), ...args], {
      cwd,
      env: { ...process.env, XDG_DATA_HOME: data, LOCALAPPDATA: data, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    started?.(child);
  });
}

/** The one JSON document of an outcome. */
export function documentOf({ stdout, stderr }: CliOutcome): Record<string, unknown> {
  assert.equal(stdout.split('\n').length, 2, `one line on standard output, not ${stdout}\n${stderr}`);
  const document: unknown = JSON.parse(stdout);
  assert.ok(typeof document === 'object' && document !== null);
  return document as Record<string, unknown>;
}
