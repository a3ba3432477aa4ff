import type { Failure, Untrusted } from '../base';
import { retrainPyDefaults } from '../training';
import { defaultSettings, defaultViews, mostViews } from './settings';

/**
 * One setting of a retraining. The reader of retrain.json, its JSON schema, the table in docs/formats.md and the
 * editor's settings all go by it.
 */
export interface Setting<T> {
  /** One sentence; the editor's setting has the same. */
  readonly meaning: string;
  /** What holds where nobody says anything; null where that is no fixed value. */
  readonly default: T | null;
  /** Of each value, where there are a few. */
  readonly choices: Readonly<Record<string, string>> | null;
  /** Keywords of JSON Schema that accept what `read` takes. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** @throws what the value makes of its damage */
  readonly read: (value: Untrusted) => T;
  /** Other settings that must be named beside it with one of these values: without them it would change nothing. */
  readonly needs: Company;
  /** Other settings that must have one of these values where they are named beside it. */
  readonly fits: Company;
}

type Company = Readonly<Record<string, readonly string[]>>;

type Described<T> = Pick<Setting<T>, 'meaning' | 'default'> & Partial<Pick<Setting<T>, 'needs' | 'fits'>>;

function setting<T>(
  { meaning, default: value, needs = {}, fits = {} }: Described<T>,
  check: Pick<Setting<T>, 'schema' | 'read'> & Partial<Pick<Setting<T>, 'choices'>>,
): Setting<T> {
  return { meaning, default: value, needs, fits, choices: null, ...check };
}

function choice<const V extends string>(
  described: Described<NoInfer<V>>,
  choices: Readonly<Record<V, string>>,
): Setting<V> {
  const values = Object.keys(choices) as V[];
  return setting<V>(described, {
    choices,
    schema: { type: 'string', enum: values },
    read: (value) => {
      const found = values.find((name) => name === value.value);
      if (found === undefined) throw value.fail(`${values.join(' or ')} was expected`);
      return found;
    },
  });
}

/** A name that is looked up later; `known` are those there certainly are. */
function name(described: Described<string>, known: Readonly<Record<string, string>>): Setting<string> {
  return setting(described, {
    choices: known,
    schema: { type: 'string', minLength: 1, maxLength: 1000, examples: Object.keys(known) },
    read: (value) => value.name(),
  });
}

function text(described: Described<string>): Setting<string> {
  return setting(described, {
    schema: { type: 'string', minLength: 1, maxLength: 1000 },
    read: (value) => value.name(),
  });
}

function whole(described: Described<number>, least: number, most: number): Setting<number> {
  return setting(described, {
    schema: { type: 'integer', minimum: least, maximum: most },
    read: (value) => value.integer(least, most),
  });
}

/** Images drawn at once; -1 for all. */
function drawn(described: Described<number>): Setting<number> {
  const most = 100_000;
  return setting(described, {
    schema: { type: 'integer', minimum: -1, maximum: most, not: { const: 0 } },
    read: (value) => (value.value === -1 ? -1 : value.integer(1, most)),
  });
}

function positive(described: Described<number>): Setting<number> {
  return setting(described, {
    schema: { type: 'number', exclusiveMinimum: 0 },
    read: (value) => {
      const number = value.finite();
      if (number <= 0) throw value.fail('a number greater than 0 was expected');
      return number;
    },
  });
}

function toggle(described: Described<boolean>): Setting<boolean> {
  return setting(described, { schema: { type: 'boolean' }, read: (value) => value.boolean() });
}

const retrainPy = { optimizer: ['retrain.py'] };

/** By the name that each has in retrain.json, and in the editor after `retrain.`; in the order of the documents. */
export const settingDescriptions = {
  backbone: name(
    {
      meaning: 'The frozen network that turns each image into its bottleneck values.',
      default: defaultSettings.backbone,
    },
    {
      auto: 'EfficientNet-Lite2 with eight bits where the runtime executes it, else in float32.',
      'efficientnet-lite2-int8':
        'EfficientNet-Lite2 with eight bits: as accurate, twice as fast or more; ONNX Runtime only.',
      'efficientnet-lite2': 'EfficientNet-Lite2 in float32: 2,912 values an image, on every runtime.',
      'efficientnet-lite0-int8':
        'EfficientNet-Lite0 with eight bits: near half the time, a little less accurate; ONNX Runtime only.',
      'efficientnet-lite0':
        'EfficientNet-Lite0 in float32: 2,704 values an image, near half the time, on every runtime.',
      'inception-v3': 'Inception v3, 2,048 values an image; Choose Backbone downloads it.',
      'mobilenet-v2': 'MobileNetV2 1.0, 576 values an image; Choose Backbone downloads it.',
      'mobilenet-v2-140': 'MobileNetV2 1.4, 1,792 values an image; Choose Backbone downloads it.',
    },
  ),
  runtime: choice(
    { meaning: 'What executes the network.', default: 'auto' },
    {
      auto: 'The fastest that works on this machine.',
      onnx: 'ONNX Runtime.',
      tensorflow: 'TensorFlow (tfjs-node), if it is installed.',
      wasm: 'TensorFlow.js in WebAssembly: slower, runs everywhere.',
    },
  ),
  seed: whole(
    {
      meaning: 'Seed of the split and of the training: the same seed gives the same run.',
      default: defaultSettings.seed,
    },
    0,
    2 ** 32 - 1,
  ),
  validationPercentage: whole(
    {
      meaning: 'Percent of the images kept aside to choose the best epoch.',
      default: defaultSettings.validationPercentage,
    },
    0,
    90,
  ),
  testingPercentage: whole(
    {
      meaning: 'Percent of the images kept aside to measure the result.',
      default: defaultSettings.testingPercentage,
    },
    0,
    90,
  ),
  head: choice(
    { meaning: 'What the new last layer is.', default: defaultSettings.head.kind },
    {
      softmax: 'A softmax regression, trained step by step: its curves show how it learns.',
      ridge:
        'A ridge classifier, solved in closed form; its penalty is chosen by exact leave-one-out, its probabilities are calibrated.',
    },
  ),
  optimizer: choice(
    { meaning: 'How a softmax regression is trained.', default: 'l-bfgs', fits: { head: ['softmax'] } },
    {
      'l-bfgs':
        'To the optimum, in a fraction of a second; images keep their side of the split by their content.',
      'retrain.py':
        "As TensorFlow's retrain.py does: its steps of gradient descent and its split, which goes by the path of each image.",
    },
  ),
  classWeights: choice(
    {
      meaning: 'What counts as much as any other in the training: every image, or every class.',
      default: 'none',
      fits: { optimizer: ['l-bfgs'] },
    },
    {
      none: 'Every image.',
      balanced: 'Every class, however many images it has: for classes of very different sizes.',
    },
  ),
  trainingSteps: whole(
    { meaning: 'retrain.py: the steps of training.', default: retrainPyDefaults.steps, needs: retrainPy },
    1,
    10_000_000,
  ),
  learningRate: positive({
    meaning: 'retrain.py: the learning rate.',
    default: retrainPyDefaults.learningRate,
    needs: retrainPy,
  }),
  trainBatchSize: drawn({
    meaning: 'retrain.py: images drawn for each step; -1 takes all.',
    default: retrainPyDefaults.trainBatchSize,
    needs: retrainPy,
  }),
  validationBatchSize: drawn({
    meaning: 'retrain.py: validation images drawn for each evaluation; -1 takes all.',
    default: retrainPyDefaults.validationBatchSize,
    needs: retrainPy,
  }),
  evalStepInterval: whole(
    {
      meaning: 'retrain.py: steps between two evaluations.',
      default: retrainPyDefaults.evalStepInterval,
      needs: retrainPy,
    },
    1,
    10_000_000,
  ),
  keep: choice(
    { meaning: 'retrain.py: which step is kept.', default: retrainPyDefaults.keep, needs: retrainPy },
    {
      best: 'The one with the highest validation accuracy.',
      last: 'The last one, as retrain.py itself does.',
    },
  ),
  flipLeftRight: toggle({
    meaning: 'Train on views of each training image as well, of which one in two is mirrored.',
    default: false,
  }),
  randomCrop: whole(
    {
      meaning:
        'Train on views of each training image as well, cut out of it within a margin of so many percent; 0: none.',
      default: 0,
    },
    0,
    100,
  ),
  randomScale: whole(
    {
      meaning: 'Train on views of each training image as well, up to so many percent larger; 0: none.',
      default: 0,
    },
    0,
    100,
  ),
  randomBrightness: whole(
    {
      meaning:
        'Train on views of each training image as well, up to so many percent brighter or darker; 0: none.',
      default: 0,
    },
    0,
    100,
  ),
  views: whole(
    {
      meaning:
        'How many views of each training image are computed, once, and kept where one of the distortions is on.',
      default: defaultViews,
    },
    1,
    mostViews,
  ),
  splitRule: choice(
    {
      meaning: 'By what an image is given its side; left out, it goes with head and optimizer.',
      default: null,
    },
    {
      content: 'By its content: it keeps its side when it is renamed, moved or relabelled.',
      'retrain.py': "By its path, as TensorFlow's retrain.py does.",
    },
  ),
  imageDir: text({
    meaning:
      "retrain.py's split: the path of the dataset's folder as it is hashed; left out, the folder's own name.",
    default: null,
    needs: { splitRule: ['retrain.py'] },
  }),
} as const;

export type SettingName = keyof typeof settingDescriptions;

/** Some of the settings, flat, by their names. */
export type SettingValues = {
  readonly [K in SettingName]?: ReturnType<(typeof settingDescriptions)[K]['read']>;
};

/** What the retrain.json of a dataset says. */
export type SettingsFacts =
  /** `file`: absolute path; `names`: of the settings in it. */
  | { readonly kind: 'read'; readonly file: string; readonly names: readonly SettingName[] }
  | { readonly kind: 'damaged'; readonly failure: Failure };

export const settingNames = Object.keys(settingDescriptions) as SettingName[];

/** @throws what `object` makes of a setting that there is not, of a value that it cannot have, of one without its company */
export function readSettingValues(object: Untrusted): SettingValues {
  const values = new Map<string, unknown>();
  for (const [key, value] of object.entries()) {
    if (key === '$schema') value.text();
    else if (isSettingName(key)) values.set(key, settingDescriptions[key].read(value));
    else
      throw object.fail(`there is no setting “${key.slice(0, 60)}”; known are: ${settingNames.join(', ')}`);
  }
  const suits = (other: string, company: readonly string[]) =>
    company.some((value) => value === values.get(other));
  for (const key of settingNames.filter((key) => values.has(key))) {
    const { needs, fits }: { needs: Company; fits: Company } = settingDescriptions[key];
    for (const [other, company] of Object.entries(needs))
      if (!suits(other, company))
        throw object.fail(`${key}: it needs ${other} to be named beside it, as ${company.join(' or ')}`);
    for (const [other, company] of Object.entries(fits))
      if (values.has(other) && !suits(other, company))
        throw object.fail(`${key}: it changes nothing unless ${other} is ${company.join(' or ')}`);
  }
  return Object.fromEntries(values);
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(settingDescriptions, key);
}
