import type { ErrorCode } from '../base';
import { countsOf, imagesOf, shareText, type Asserted, type MeasuredAccuracy } from './assertedAccuracy';

/** A JUnit report: its file, and what its cases fail by. */
export interface JUnitOutput {
  readonly file: string;
  readonly asserted: Asserted;
}

/** What a JUnit report says. Names and labels are data, whatever is in them. */
export interface JUnitSubject extends MeasuredAccuracy {
  readonly dataset: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly properties: Readonly<Record<string, string | number>>;
}

interface Case {
  readonly name: string;
  /** What is demanded of it; null: nothing, it is there for its numbers. */
  readonly demand: Demand | null;
  readonly share: number | null;
  readonly right: number;
  readonly images: number;
}

/**
 * A report in JUnit's XML as CI servers read it (the schema of Jenkins' xUnit plugin, junit-10.xsd): a case for the
 * accuracy, then one for the recall of each class. Exactly what `shortfalls` names fails: a case whose share is below
 * what was asserted of it, and one that was asked in vain, without any image. Else a case without an image is skipped.
 */
export function junitReport(subject: JUnitSubject, asserted: Asserted): string {
  const { dataset, labels, created, seconds, properties, accuracy } = subject;
  const counts = countsOf(subject.confusion);
  const all = { right: counts.reduce((sum, { right }) => sum + right, 0), images: imagesOf(counts) };
  const recall = demandOf('RECALL', asserted.recall, all.images === 0);
  const cases: Case[] = [
    { name: 'accuracy', demand: demandOf('ACCURACY', asserted.accuracy, true), share: accuracy, ...all },
    ...labels.map((label, i) => {
      const { right = 0, images = 0 } = counts[i] ?? {};
      const share = images > 0 ? right / images : null;
      return { name: `recall of ${label}`, demand: recall, share, right, images };
    }),
  ];
  const suite = `retrain ${dataset}`;
  const verdicts = cases.map((one) => ({ ...one, verdict: verdictOf(one) }));
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

interface Demand {
  readonly of: 'ACCURACY' | 'RECALL';
  readonly least: number;
  /** Whether it fails where there is no image. */
  readonly strict: boolean;
}

function demandOf(of: Demand['of'], least: number | null, strict: boolean): Demand | null {
  return least === null ? null : { of, least, strict };
}

type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

function verdictOf(one: Case): Verdict {
  const { share, demand } = one;
  if (share === null) {
    const message = 'there is no testing image';
    return demand?.strict
      ? { kind: 'failed', code: `${demand.of}_UNKNOWN`, message }
      : { kind: 'skipped', message };
  }
  if (demand === null || share >= demand.least) return { kind: 'passed' };
  const message = `${numbers(one)}, below the asserted ${demand.least}`;
  return { kind: 'failed', code: `${demand.of}_BELOW`, message };
}

function numbers({ share, right, images }: Case): string {
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
