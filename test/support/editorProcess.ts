import { EngineClient } from '../../src/editor/engineClient';

/*
 * Stands for the editor's extension host where that is to be killed: `<engine.js> <media> <cache directory> <dataset>`
 * has the engine compute the dataset's bottlenecks through the editor's own client. Says on standard output which
 * process the engine is, and when the job is done.
 */
async function main(): Promise<void> {
  const [script = '', assets = '', cacheDirectory = '', folder = ''] = process.argv.slice(2);
  const log = { info: () => undefined, warn: (text: string) => process.stderr.write(`${text}\n`) };
  const engine = new EngineClient(() => ({ script, assets, cacheDirectory, tensorflowFolder: null }), log);
  const settings = { backbone: 'efficientnet-lite2-int8', runtime: 'auto' };
  const job = engine.run('bottlenecks', { folder, settings });
  process.stdout.write(`engine ${engine.pid ?? 0}\n`);
  try {
    await job;
    process.stdout.write('done\n');
  } finally {
    engine.dispose();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
