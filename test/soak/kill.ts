/*
 * npm run test:soak [-- --kills 200] [--editor-kills 10] [--seed 1]: kills processes that fill a cache, then real editors
 * (not on Windows), at random moments, and holds the cache after each to what it should be (test/support/killTrial.ts).
 * A run that was interrupted goes on where it
 * stopped. The result is written into docs/soak.md.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { editorVictims } from '../support/editorVictims';
import { KillTrial, victims, type KillOutcome, type Victim } from '../support/killTrial';

/** What is killed, on how many photos of each of five classes, and what came of it. */
interface Part {
  readonly victims: readonly Victim[];
  readonly each: number;
  readonly kills: number;
}

interface Soak {
  readonly outcomes: KillOutcome[];
  seconds: number;
}

function load(file: string): Soak {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Soak;
  } catch {
    return { outcomes: [], seconds: 0 };
  }
}

/** A table of docs/soak.md. */
function table({ outcomes, seconds }: Soak, { victims, each }: Part, seed: number): string {
  const rows = victims.map(({ name }) => {
    const own = outcomes.filter((outcome) => outcome.victim === name && outcome.killed);
    const within = own.filter(({ before, after }) => after > before && after < 5 * each).length;
    const next = own.flatMap(({ computed }) => (computed === null ? [] : [computed]));
    const sum = next.reduce((all, n) => all + n, 0);
    return `| ${name} | ${own.length} | ${within} | ${next.length} | ${sum} |`;
  });
  const killed = outcomes.filter((outcome) => outcome.killed).length;
  return `Last run: ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform}-${process.arch}, seed ${seed}, ${Math.round(seconds)} s. **${outcomes.length} starts, ${killed} kills (the others had ended first), no row lost, none wrong, none computed twice.**

| killed | times | with some of the rows just written | next runs let through | images these computed |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

function report(processes: string, editors: string): string {
  return `# Killed at random moments

\`npm run test:soak\` kills processes that fill the cache of 40 photos, with SIGKILL, at random moments; five such kills
are part of \`npm test\`. After each kill, every row that was there before is still there, and every row that can be
read equals, bit for bit, that of a run nobody killed. After three kills of five, the next run is let through: it
computes what is missing, and nothing else. Between kills photos are renamed, and a full cache is cleared.

## Processes

\`bottlenecks\` and \`train\` are the command line, \`engine\` is the engine killed under its client, which has
another go on at once, \`client\` the process that owns the engine, which then must end by itself.

${processes}
Where the engine is killed none is left a part: its client has another go on at once, which computes the rest.

## The editor

A real workbench that retrains on 200 photos: its extension host is killed, upon which the engine must end by itself, or
all of its processes at once. One such kill is part of \`npm test\`.

${editors}`;
}

/** Kills until there have been as many kills as are wanted; goes on where it was interrupted. */
async function soak(name: string, part: Part, seed: number): Promise<{ file: string; text: string }> {
  const file = path.join(os.tmpdir(), `retrain-soak-${name}-${seed}.json`);
  const soak = load(file);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-soak-')));
  const started = performance.now() - soak.seconds * 1000;
  try {
    const trial = await KillTrial.create(home, part.each);
    while (soak.outcomes.filter(({ killed }) => killed).length < part.kills) {
      const outcome = await trial.kill(seed * 1_000_000 + soak.outcomes.length, part.victims);
      soak.outcomes.push(outcome);
      soak.seconds = (performance.now() - started) / 1000;
      writeFileSync(file, JSON.stringify(soak));
      process.stdout.write(`${soak.outcomes.length}: ${JSON.stringify(outcome)}\n`);
    }
    return { file, text: table(soak, part, seed) };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kills: { type: 'string' }, 'editor-kills': { type: 'string' }, seed: { type: 'string' } },
  });
  const seed = Number(values.seed ?? 1);
  const editorKills = process.platform === 'win32' ? 0 : Number(values['editor-kills'] ?? 10);
  const processes = await soak('processes', { victims, each: 8, kills: Number(values.kills ?? 200) }, seed);
  const editors = await soak('editors', { victims: editorVictims, each: 40, kills: editorKills }, seed);
  const text = report(processes.text, editors.text);
  writeFileSync('docs/soak.md', text);
  for (const { file } of [processes, editors]) rmSync(file, { force: true });
  process.stdout.write(text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
