import { countsOf, shareText, type MeasuredAccuracy } from './assertedAccuracy';

/** What a JUnit report says. Names and labels are data, whatever is in them. */
export interface JUnitSubject extends MeasuredAccuracy {
  readonly dataset: string;
  readonly labels: readonly string[];
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly properties: Readonly<Record<string, string | number>>;
}

interface Case {
  readonly name: string;
  readonly share: number | null;
  readonly right: number;
  readonly images: number;
}

/**
 * A report in JUnit's XML as CI servers read it (the schema of Jenkins' xUnit plugin, junit-10.xsd): a case for the
 * accuracy, then one for the recall of each class. A case fails where its share is below `asserted`; one without an
 * image is skipped, but fails where it is the accuracy that was asserted.
 */
export function junitReport(subject: JUnitSubject, asserted: number | null): string {
  const { dataset, labels, created, seconds, properties, accuracy } = subject;
  const counts = countsOf(subject.confusion);
  const total = (of: 'right' | 'images') => counts.reduce((sum, count) => sum + count[of], 0);
  const cases: Case[] = [
    { name: 'accuracy', share: accuracy, right: total('right'), images: total('images') },
    ...labels.map((label, i) => {
      const { right = 0, images = 0 } = counts[i] ?? {};
      return { name: `recall of ${label}`, share: images > 0 ? right / images : null, right, images };
    }),
  ];
  const suite = `retrain ${dataset}`;
  const verdicts = cases.map((one, i) => ({ ...one, verdict: verdictOf(one, asserted, i === 0) }));
  const count = (kind: Verdict['kind']) => verdicts.filter(({ verdict }) => verdict.kind === kind).length;
  const facts = { tests: cases.length, failures: count('failed'), errors: 0 };
  const time = seconds.toFixed(3);
  const suiteFacts = { ...facts, skipped: count('skipped'), time, timestamp: created.slice(0, 19) };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'retrain', ...facts, time })}>`,
    `  <testsuite${attributes({ name: suite, ...suiteFacts })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...verdicts.flatMap((one) => caseLines(suite, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

function verdictOf({ share, ...one }: Case, asserted: number | null, isAccuracy: boolean): Verdict {
  if (share === null) {
    const message = 'there is no testing image';
    return isAccuracy && asserted !== null
      ? { kind: 'failed', code: 'ACCURACY_UNKNOWN', message }
      : { kind: 'skipped', message };
  }
  if (asserted === null || share >= asserted) return { kind: 'passed' };
  const message = `${numbers({ share, ...one })}, below the asserted ${asserted}`;
  return { kind: 'failed', code: isAccuracy ? 'ACCURACY_BELOW' : 'RECALL_BELOW', message };
}

function numbers({ share, right, images }: Omit<Case, 'name'>): string {
  return `${share === null ? 'not measured' : shareText(share)} (${right} of ${images} images)`;
}

function caseLines(suite: string, one: Case & { readonly verdict: Verdict }): string[] {
  const { verdict } = one;
  return [
    `    <testcase${attributes({ name: one.name, classname: suite, time: '0.000' })}>`,
    ...(verdict.kind === 'skipped' ? [`      <skipped${attributes({ message: verdict.message })}/>`] : []),
    ...(verdict.kind === 'failed'
      ? [`      <failure${attributes({ type: verdict.code, message: verdict.message })}/>`]
      : []),
    `      <system-out>${escaped(numbers(one))}</system-out>`,
    '    </testcase>',
  ];
}

function attributes(of: Readonly<Record<string, string | number>>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for XML 1.0, in an attribute or between tags. What cannot stand in it at all becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"\t\n\r]/g, (character) => entities[character] ?? character);
}
