/** Skips the test or suite that is running; the report says why. */
export function skip(context: Mocha.Context, reason: string): never {
  const { test } = context;
  // In a hook it is the tests of its suite that are left out.
  const affected =
    test && 'type' in test && test.type === 'hook' ? (test.parent?.tests ?? []) : test ? [test] : [];
  for (const one of affected) one.title += ` (skipped: ${reason})`;
  return context.skip();
}
