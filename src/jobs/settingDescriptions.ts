import type { Untrusted } from '../base';
import { retrainPyDefaults, steppedDefaults } from '../training';
import { headKinds, headTakesWeights, type HeadKind } from './crossValidationResults';
import { hiddenDefaults } from './optimizerSettings';
import { unsuited } from './settingCompany';
import { choice, drawn, name, positive, share, text, toggle, upToOne, whole } from './settingKinds';
import { defaultSettings, defaultViews, mostViews } from './settings';

const retrainPy = { optimizer: ['retrain.py'] };
const stepped = { optimizer: ['adam', 'sgd'] };
const inSteps = { optimizer: [...stepped.optimizer, ...retrainPy.optimizer] };
const hidden = { head: ['hidden'] };
const oursAlone = { optimizer: ['l-bfgs', ...stepped.optimizer] };

/** What each optimizer that makes steps takes where nobody says anything. */
function usual(of: 'steps' | 'learningRate'): string {
  const { adam, sgd } = steppedDefaults;
  return `left out, ${adam[of]} for adam, ${sgd[of]} for sgd, ${retrainPyDefaults[of]} for retrain.py`;
}

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
      'inception-v3':
        'Inception v3, 2,048 values an image, trained further on photos of its own: inception-v3-mixed7 serves others better; Choose Backbone downloads it.',
      'inception-v3-mixed7':
        'Inception v3 cut where it still knows ImageNet, 768 values an image; Choose Backbone downloads it.',
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
  head: choice({ meaning: 'What the new last layer is.', default: defaultSettings.head.kind }, {
    softmax: 'A softmax regression, under the optimizer of your choice.',
    ridge:
      'A ridge classifier: the most accurate and the best calibrated on most datasets; its penalty is chosen by exact leave-one-out.',
    hidden: 'A network of one hidden layer, trained in batches until validation gets no better.',
    neighbours:
      'The most alike training images vote: nothing is fitted, their values are kept in the run; how many vote is chosen by leave-one-out.',
    centroid: 'The class whose mean is nearest: the simplest, for a few images of each class.',
  } satisfies Record<HeadKind, string>),
  optimizer: choice(
    { meaning: 'How a softmax regression is trained.', default: 'l-bfgs', fits: [{ head: ['softmax'] }] },
    {
      'l-bfgs':
        'To the optimum, in a fraction of a second; images keep their side of the split by their content.',
      adam: 'By steps of Adam, on the same split: for who wants to steer.',
      sgd: 'By steps of plain gradient descent, on the same split.',
      'retrain.py':
        "As TensorFlow's retrain.py does: its steps of gradient descent and its split, which goes by the path of each image.",
    },
  ),
  regularisation: choice(
    {
      meaning: 'How strongly a softmax regression is held back from learning single images by heart.',
      default: 'fixed',
      fits: [{ head: ['softmax'], optimizer: ['l-bfgs'] }],
    },
    {
      fixed: 'Under one penalty, which suits most datasets.',
      validation: 'Under the penalty, of four, that answers the validation images best.',
    },
  ),
  classWeights: choice(
    {
      meaning: 'What counts as much as any other in the training: every image, or every class.',
      default: 'none',
      fits: [
        { head: ['softmax'], ...oursAlone },
        { head: headKinds.filter((kind) => kind !== 'softmax' && headTakesWeights(kind)) },
      ],
    },
    {
      none: 'Every image.',
      balanced: 'Every class, however many images it has: for classes of very different sizes.',
    },
  ),
  hiddenUnits: whole(
    { meaning: 'hidden: units of the hidden layer.', default: hiddenDefaults.units, needs: [hidden] },
    1,
    4096,
  ),
  trainingPasses: whole(
    {
      meaning: 'hidden: passes over the training images, at most.',
      default: hiddenDefaults.passes,
      needs: [hidden],
    },
    1,
    100_000,
  ),
  trainingSteps: whole(
    {
      meaning: `adam, sgd, retrain.py: the steps of training; ${usual('steps')}.`,
      default: null,
      needs: [inSteps],
    },
    1,
    10_000_000,
  ),
  learningRate: positive({
    meaning: `adam, sgd, retrain.py, hidden: the learning rate; ${usual('learningRate')}, ${hiddenDefaults.learningRate} for hidden.`,
    default: null,
    needs: [inSteps, hidden],
  }),
  trainBatchSize: drawn({
    meaning: `adam, sgd, retrain.py, hidden: images drawn for each step, -1 takes all; left out, ${retrainPyDefaults.trainBatchSize}, for hidden ${hiddenDefaults.batchSize}.`,
    default: null,
    needs: [inSteps, hidden],
  }),
  validationBatchSize: drawn({
    meaning: 'retrain.py: validation images drawn for each evaluation; -1 takes all.',
    default: retrainPyDefaults.validationBatchSize,
    needs: [retrainPy],
  }),
  evalStepInterval: whole(
    {
      meaning: 'adam, sgd, retrain.py: steps between two evaluations.',
      default: retrainPyDefaults.evalStepInterval,
      needs: [inSteps],
    },
    1,
    10_000_000,
  ),
  earlyStopping: whole(
    {
      meaning: `adam, sgd, hidden: evaluations (of hidden, passes) without a lower cross-entropy on validation after which training ends, 0: it goes on to its end; left out, ${steppedDefaults.adam.earlyStopping}, for hidden ${hiddenDefaults.patience}.`,
      default: null,
      needs: [stepped, hidden],
    },
    0,
    10_000_000,
  ),
  labelSmoothing: share({
    meaning: 'l-bfgs, adam, sgd, hidden: the share of the truth that all classes get alike; 0: none.',
    default: 0,
    fits: [{ head: ['softmax'], ...oursAlone }, hidden],
  }),
  keep: choice(
    { meaning: 'retrain.py: which step is kept.', default: retrainPyDefaults.keep, needs: [retrainPy] },
    {
      best: 'The one with the highest validation accuracy.',
      last: 'The last one, as retrain.py itself does.',
    },
  ),
  flipLeftRight: toggle({
    meaning:
      'Train on views of each training image as well, of which one in two is mirrored; with nothing else, one view of each: its mirror.',
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
        'How many views of each training image are computed, once, and kept where one of the distortions is on; of mirroring alone there is one.',
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
    needs: [{ splitRule: ['retrain.py'] }],
  }),
  reject: upToOne({
    meaning:
      'No part of a training: a likeliest label with a smaller probability than this, from 0 to 1, is called unsure. What a threshold would do stands in the results under “How sure is it?”.',
    default: 0,
  }),
} as const;

/** One of them must be on beside `views`, which are of no use without. */
export const distortionNames = ['flipLeftRight', 'randomCrop', 'randomScale', 'randomBrightness'] as const;

export function isDistorted(named: ReadonlyMap<string, unknown>): boolean {
  return distortionNames.some((name) => Boolean(named.get(name)));
}

export type SettingName = keyof typeof settingDescriptions;

/** Some of the settings, flat, by their names. */
export type SettingValues = {
  readonly [K in SettingName]?: ReturnType<(typeof settingDescriptions)[K]['read']>;
};

export const settingNames = Object.keys(settingDescriptions) as SettingName[];

/** @throws what `object` makes of a setting that there is not, of a value that it cannot have, of one without its company */
export function readSettingValues(object: Untrusted): SettingValues {
  const values = new Map<string, unknown>();
  for (const [key, value] of object.entries()) {
    if (key === '$schema') value.text();
    else if (isSettingName(key)) values.set(key, settingDescriptions[key].read(value));
    else
      throw object.fail(
        `there is no setting “${key.slice(0, 60)}”; known are: ${settingNames.join(', ')}`,
        key,
      );
  }
  for (const key of settingNames.filter((key) => values.has(key))) {
    const wrong = unsuited(settingDescriptions[key], values);
    if (wrong !== null) throw object.fail(`${key}: ${wrong}`, key);
  }
  if (values.has('views') && !isDistorted(values))
    throw object.fail(
      `views: it changes nothing unless one of ${distortionNames.join(', ')} is on beside it`,
    );
  return Object.fromEntries(values);
}

/** Whether a setting changes something beside all that hold. */
export function serves(name: SettingName, held: Readonly<Record<string, unknown>>): boolean {
  return unsuited(settingDescriptions[name], new Map(Object.entries(held))) === null;
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(settingDescriptions, key);
}
