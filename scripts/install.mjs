import { runNpm } from './processes.mjs';
import { isInstalled } from './repository.mjs';

/** Runs `npm ci` when node_modules is missing or is not what the lock file says. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  process.stdout.write('Installing the dependencies (npm ci) ...\n');
  const { status } = await runNpm(['ci']);
  if (status !== 0 || !isInstalled()) {
    throw new Error(
      'The dependencies could not be installed. Look at what npm says above, then start again.',
    );
  }
}
