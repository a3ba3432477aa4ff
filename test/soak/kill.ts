/*
 * npm run test:soak [-- --kills 200] [--seed 1]: kills processes that fill a cache, at random moments, and holds the
 * cache after each to what it should be (test/support/killTrial.ts). A run that was interrupted goes on where it
 * stopped. The result is written into docs/soak.md.
 */
import { mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KillTrial, victims, type KillOutcome } from '../support/killTrial';

interface Soak {
  readonly seed: number;
  readonly outcomes: KillOutcome[];
  seconds: number;
}

function load(file: string, seed: number): Soak {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Soak;
  } catch {
    return { seed, outcomes: [], seconds: 0 };
  }
}

/** The table of docs/soak.md. */
function report({ seed, outcomes, seconds }: Soak): string {
  const rows = victims.map((victim) => {
    const own = outcomes.filter((outcome) => outcome.victim === victim && outcome.killed);
    const within = own.filter(({ before, after }) => after > before && after < 40).length;
    const next = own.flatMap(({ computed }) => (computed === null ? [] : [computed]));
    const sum = next.reduce((all, n) => all + n, 0);
    return `| ${victim} | ${own.length} | ${within} | ${next.length} | ${sum} |`;
  });
  const killed = outcomes.filter((outcome) => outcome.killed).length;
  return `# Killed ${killed} times

\`npm run test:soak\` kills processes that fill the cache of 40 photos, with SIGKILL, at random moments; five such kills
are part of \`npm test\`. After each kill, every row that was there before is still there, and every row that can be
read equals, bit for bit, that of a run nobody killed. After three kills of five, the next run is let through: it
computes what is missing, and nothing else. Between kills photos are renamed, and a full cache is cleared. \`bottlenecks\` and
\`train\` are the command line, \`engine\` is the engine killed under its client, \`editor\` the process that owns the
engine, which then must end by itself.

Last run: ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform}-${process.arch}, seed ${seed}, ${Math.round(seconds)} s. **${outcomes.length} starts, ${killed} kills (the others had ended first), no row lost, none wrong, none computed twice.**

| killed | times | with some of the rows just written | next runs let through | images these computed |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
  const kills = Number(values.kills ?? 200);
  const seed = Number(values.seed ?? 1);
  const state = path.join(os.tmpdir(), `retrain-soak-${seed}.json`);
  const soak = load(state, seed);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-soak-')));
  mkdirSync(home, { recursive: true });
  const started = performance.now() - soak.seconds * 1000;
  try {
    const trial = await KillTrial.create(home);
    while (soak.outcomes.filter(({ killed }) => killed).length < kills) {
      const outcome = await trial.kill(seed * 1_000_000 + soak.outcomes.length);
      soak.outcomes.push(outcome);
      soak.seconds = (performance.now() - started) / 1000;
      writeFileSync(state, JSON.stringify(soak));
      process.stdout.write(`${soak.outcomes.length}: ${JSON.stringify(outcome)}\n`);
    }
    writeFileSync('docs/soak.md', report(soak));
    rmSync(state);
    process.stdout.write(report(soak));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
