import assert from 'node:assert/strict';
import path from 'node:path';
import { ended, killProcess, type Target, type Victim } from './killTrial';
import { Workbench } from './workbench';

/**
 * A real editor that retrains on the photos: its extension host, which owns the engine, or all of its processes at
 * once. Not on Windows.
 */
export const editorVictims: readonly Victim[] = [
  { name: 'extension host', start: (home) => startEditor(home, killExtensionHost) },
  {
    name: 'whole editor',
    start: (home) =>
      startEditor(home, (workbench) => {
        workbench.kill();
        return true;
      }),
  },
];

async function startEditor(home: string, kill: (workbench: Workbench) => boolean): Promise<Target> {
  const workbench = await Workbench.open(path.join(home, 'photos'), { env: { XDG_DATA_HOME: home } });
  await workbench.palette('Retrain Classifier');
  const started = performance.now();
  let engines: readonly number[] = [];
  return {
    over: () => {
      assert.ok(performance.now() - started < 60_000, 'the editor has computed nothing in a minute');
      return false;
    },
    kill: () => {
      engines = workbench
        .processes()
        .filter(({ command }) => /\bengine\.js\b/.test(command))
        .map(({ pid }) => pid);
      return kill(workbench);
    },
    gone: async () => {
      try {
        for (const pid of engines) await ended(pid);
      } finally {
        await workbench.close();
      }
    },
  };
}

function killExtensionHost(workbench: Workbench): boolean {
  const hosts = workbench.processes().filter(({ command }) => command.includes('--type=extensionHost'));
  assert.equal(hosts.length, 1, JSON.stringify(workbench.processes()));
  return killProcess(hosts[0]?.pid);
}
