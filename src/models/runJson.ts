import { Untrusted, type ErrorParams } from '../base';
import { readCalibration } from './calibration';
import { formerHead, readHeadFacts, type HeadFacts } from './headFiles';
import { readKnownFacts, type KnownFacts } from './knownFile';
import { damaged, mostClasses } from './runFiles';
import { count, seconds } from './numbers';
import { readSettings } from './runSettings';
import type { Continues, RefitOf, RunDataset, RunRecord, Warning } from './runRecord';

/** What run.json holds: everything but the numbers of the head, the metrics and the answers. */
export type RunFacts = Omit<
  RunRecord,
  'name' | 'training' | 'evaluation' | 'predictions' | 'leaveOneOut' | 'head' | 'known'
> & {
  readonly head: HeadFacts;
  /** What known.bin goes with; null where there is none. */
  readonly known: KnownFacts | null;
};

/**
 * Raised when the file's meaning changes. Before 4 every head was one layer, without a checksum; before 3 every head was a softmax regression, and its optimiser stood in
 * `settings`; before 2 there was one optimiser, and its settings stood there.
 */
const format = 4;
const mostImages = 10_000_000;

export function writeRunJson(run: RunFacts): string {
  const {
    created,
    dataset,
    scanSeconds,
    backbone,
    runtime,
    settings,
    split,
    bottlenecks,
    views,
    calibration,
    known,
    fittedOn,
    refitOf,
    continues,
    head,
  } = run;
  const { name, classes, images, skipped, duplicates, warnings } = dataset;
  const document = {
    format,
    created,
    dataset: { name, classes, images, skipped, duplicates, warnings },
    scanSeconds,
    backbone,
    runtime,
    settings,
    split,
    bottlenecks,
    ...(views && { views }),
    head,
    ...(calibration && { calibration }),
    ...(known && { known: { threshold: known.threshold, images: known.images } }),
    fittedOn,
    ...(refitOf && { refitOf }),
    ...(continues && { continues }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @throws RUN_DAMAGED */
export function readRunJson(text: string, file: string): RunFacts {
  const root = Untrusted.parse(text, (reason) => damaged(file, reason));
  const version = root.field('format').integer(1, format);
  const backbone = root.field('backbone');
  const runtime = root.field('runtime');
  const split = root.field('split');
  const bottlenecks = root.field('bottlenecks');
  return {
    created: date(root.field('created')),
    dataset: readDataset(root.field('dataset')),
    scanSeconds: seconds(root.field('scanSeconds')),
    backbone: {
      id: backbone.field('id').text(),
      name: backbone.field('name').text(),
      dimension: backbone.field('dimension').integer(1, mostImages),
      fingerprint: sha256(backbone.field('fingerprint')),
    },
    runtime: { id: runtime.field('id').text(), version: runtime.field('version').text() },
    settings: readSettings(root.field('settings'), version),
    split: {
      training: count(split.field('training')),
      validation: count(split.field('validation')),
      testing: count(split.field('testing')),
    },
    bottlenecks: {
      cached: count(bottlenecks.field('cached')),
      computed: count(bottlenecks.field('computed')),
      seconds: seconds(bottlenecks.field('seconds')),
    },
    ...readViews(root.optional('views')),
    head: version < 4 ? formerHead : readHeadFacts(root.field('head')),
    calibration: root.optional('calibration')?.nullable(readCalibration) ?? null,
    known: root.optional('known')?.nullable(readKnownFacts) ?? null,
    fittedOn: root.field('fittedOn').items(mostImages).map(sha256),
    refitOf: readRefitOf(root.optional('refitOf')),
    ...readContinues(root.optional('continues')),
  };
}

function readViews(views: Untrusted | undefined): Pick<RunFacts, 'views'> {
  if (views === undefined) return {};
  return {
    views: {
      rows: count(views.field('rows')),
      cached: count(views.field('cached')),
      computed: count(views.field('computed')),
      missing: count(views.field('missing')),
      seconds: seconds(views.field('seconds')),
    },
  };
}

function readRefitOf(refit: Untrusted | undefined): RefitOf | null {
  if (refit === undefined) return null;
  return {
    run: refit.field('run').text(1000),
    created: date(refit.field('created')),
    backbone: refit.field('backbone').text(),
    accuracy: refit.field('accuracy').nullable((accuracy) => accuracy.number(0, 1)),
  };
}

function readContinues(continues: Untrusted | undefined): { continues?: Continues } {
  if (continues === undefined) return {};
  return {
    continues: {
      run: continues.field('run').text(1000),
      created: date(continues.field('created')),
      epochs: count(continues.field('epochs')),
    },
  };
}

function readDataset(dataset: Untrusted): RunDataset {
  return {
    name: dataset.field('name').text(),
    classes: dataset
      .field('classes')
      .items(mostClasses)
      .map((item) => ({ label: item.field('label').text(), count: count(item.field('count')) })),
    images: count(dataset.field('images')),
    skipped: dataset
      .field('skipped')
      .items(mostImages)
      .map((item) => ({ path: item.field('path').text(), ...readWarning(item) })),
    duplicates: dataset
      .field('duplicates')
      .items(mostImages)
      .map((group) => group.items(mostImages).map((path) => path.text())),
    warnings: dataset.field('warnings').items(mostImages).map(readWarning),
  };
}

export function readWarning(item: Untrusted): Warning {
  const params = item
    .field('params')
    .entries()
    .map(([name, value]): [string, string | number] => [name, value.textOrNumber()]);
  return {
    code: item.field('code').matching(/^[A-Z_]{1,100}$/, 'a code'),
    // Object.fromEntries defines own properties, also for a name such as __proto__.
    params: Object.fromEntries(params) satisfies ErrorParams,
    message: item.field('message').text(10_000),
  };
}

function sha256(value: Untrusted): string {
  return value.matching(/^[0-9a-f]{64}$/, 'a sha256');
}

function date(value: Untrusted): string {
  const text = value.matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, 'a date in UTC');
  if (Number.isNaN(Date.parse(text))) throw value.fail('a date in UTC was expected');
  return text;
}
