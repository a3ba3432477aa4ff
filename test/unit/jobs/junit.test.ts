import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { shortfalls } from '../../../src/jobs/assertedAccuracy';
import { junitReport, type JUnitSubject } from '../../../src/jobs/junit';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Throws where `xml` is not well-formed. */
function parse(xml: string): Element {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  const [root] = top.children;
  assert.ok(root);
  return root;
}

/** junit-10.xsd of Jenkins' xUnit plugin: what may stand in what, and with which attributes. */
const schema: Readonly<Record<string, { children: string[]; required: string[]; optional: string[] }>> = {
  testsuites: {
    children: ['testsuite'],
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'],
  },
  testsuite: {
    children: ['properties', 'testcase', 'system-out', 'system-err'],
    required: ['name', 'tests'],
    optional: ['failures', 'errors', 'time', 'disabled', 'skipped', 'timestamp', 'hostname', 'id', 'package'],
  },
  properties: { children: ['property'], required: [], optional: [] },
  property: { children: [], required: ['name', 'value'], optional: [] },
  testcase: {
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    required: ['name'],
    optional: ['assertions', 'time', 'classname', 'status'],
  },
  skipped: { children: [], required: [], optional: ['message', 'type'] },
  failure: { children: [], required: [], optional: ['message', 'type'] },
  'system-out': { children: [], required: [], optional: [] },
};

function assertShape(element: Element): void {
  const rule = schema[element.name];
  assert.ok(rule, `<${element.name}> is no element of the schema`);
  const names = Object.keys(element.attributes);
  for (const name of rule.required) assert.ok(names.includes(name), `${element.name} without ${name}`);
  for (const name of names) assert.ok([...rule.required, ...rule.optional].includes(name), name);
  for (const child of element.children) {
    assert.ok(rule.children.includes(child.name), `<${child.name}> in <${element.name}>`);
    assertShape(child);
  }
}

/** Text as XML 1.0 can hold it. */
function storable(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const held =
        [9, 10, 13].includes(code) ||
        (code >= 0x20 && code < 0xd800) ||
        (code >= 0xe000 && code <= 0xfffd) ||
        code >= 0x10000;
      return held ? character : '\uFFFD';
    })
    .join('');
}

const names = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\n', '\t', '\r', '\0', '\uD800', '\uFFFE'),
  }),
);

const subjects: fc.Arbitrary<JUnitSubject> = fc
  .array(names, { minLength: 1, maxLength: 6 })
  .chain((labels) =>
    fc.record({
      dataset: names,
      labels: fc.constant(labels),
      confusion: fc.array(fc.array(fc.nat(9), { minLength: labels.length, maxLength: labels.length }), {
        minLength: labels.length,
        maxLength: labels.length,
      }),
      created: fc.constant('2026-11-24T10:11:12.345Z'),
      seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
      properties: fc.dictionary(fc.constantFrom('run', 'seed'), names),
    }),
  )
  .map((subject) => {
    const counts = subject.confusion.flat().reduce((sum, n) => sum + n, 0);
    const right = subject.confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    return { ...subject, accuracy: counts === 0 ? null : right / counts };
  });

const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

describe('the JUnit report', () => {
  it('is well-formed, of the shape of the schema, and names every label as it is, whatever is in it', () => {
    fc.assert(
      fc.property(subjects, share, share, (subject, accuracy, recall) => {
        const asserted = { accuracy, recall };
        const root = parse(junitReport(subject, asserted));
        assert.equal(root.name, 'testsuites');
        assertShape(root);
        const [suite] = root.children;
        assert.equal(suite?.attributes['name'], storable(`retrain ${subject.dataset}`));
        const cases = suite.children.filter(({ name }) => name === 'testcase');
        assert.deepEqual(
          cases.map(({ attributes }) => attributes['name']),
          ['accuracy', ...subject.labels.map((label) => storable(`recall of ${label}`))],
        );
        const failed = cases.map(({ children }) => children.some(({ name }) => name === 'failure'));
        const count = (name: string) =>
          cases.filter(({ children }) => children.some((c) => c.name === name)).length;
        for (const element of [root, suite]) {
          assert.equal(element.attributes['tests'], String(cases.length));
          assert.equal(element.attributes['failures'], String(count('failure')));
        }
        assert.equal(suite.attributes['skipped'], String(count('skipped')));
        const codes = shortfalls(subject, asserted, { name: '', folder: '' }).map(
          ({ code }) => code.split('_')[0],
        );
        assert.deepEqual(
          [failed[0], failed.slice(1).includes(true)],
          [codes.includes('ACCURACY'), codes.includes('RECALL')],
          'the command and its report agree',
        );
      }),
      { numRuns: 300 },
    );
  });

  it('has the numbers of each class, and fails for them where their recall was asserted', () => {
    const subject = {
      dataset: 'flowers',
      labels: ['daisy', 'roses', 'tulips'],
      accuracy: 0.75,
      confusion: [
        [2, 0, 0],
        [1, 1, 0],
        [0, 0, 0],
      ],
      created: '2026-11-24T10:11:12.345Z',
      seconds: 1.5,
      properties: { seed: 42 },
    };
    const plain = parse(junitReport(subject, { accuracy: 0.7, recall: null }));
    assert.equal(plain.attributes['failures'], '0', 'the accuracy holds, and nobody asked about the classes');
    const suite = parse(junitReport(subject, { accuracy: 0.7, recall: 0.7 })).children[0];
    assert.ok(suite);
    assert.deepEqual(
      { ...suite.attributes },
      {
        name: 'retrain flowers',
        tests: '4',
        failures: '1',
        errors: '0',
        skipped: '1',
        time: '1.500',
        timestamp: '2026-11-24T10:11:12',
      },
    );
    assert.deepEqual(
      suite.children
        .slice(1)
        .map(({ attributes, children }) => [
          attributes['name'],
          ...children.map(({ name, text, attributes: of }) => `${name} ${of['message'] ?? text}`),
        ]),
      [
        ['accuracy', 'system-out 0.75 (3 of 4 images)'],
        ['recall of daisy', 'system-out 1 (2 of 2 images)'],
        [
          'recall of roses',
          'failure 0.5 (1 of 2 images), below the asserted 0.7',
          'system-out 0.5 (1 of 2 images)',
        ],
        ['recall of tulips', 'skipped there is no testing image', 'system-out not measured (0 of 0 images)'],
      ],
    );
  });
});
