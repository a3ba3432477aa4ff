import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What one mocha run leaves behind for `npm test`, which adds the runs up. */
export interface SuiteResults {
  passed: number;
  failed: number;
  skipped: number;
  /** full titles, each with its error */
  failures: { title: string; error: string }[];
}

/** Mocha's `spec`, which also writes the counts to the file that RETRAIN_RESULTS names. */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['RETRAIN_RESULTS'];
    if (file === undefined) return;
    runner.once('end', () => {
      const results: SuiteResults = {
        passed: this.stats.passes,
        failed: this.stats.failures,
        skipped: this.stats.pending,
        failures: this.failures.map((test) => ({
          title: test.fullTitle(),
          error: test.err?.stack ?? String(test.err),
        })),
      };
      writeFileSync(file, JSON.stringify(results));
    });
  }
}
