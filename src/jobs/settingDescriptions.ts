import type { Failure, Untrusted } from '../base';
import { retrainPyDefaults, steppedDefaults } from '../training';
import { headKinds, headTakesWeights, type HeadKind } from './crossValidationResults';
import { unsuited } from './settingCompany';
import { choice, drawn, name, positive, share, text, toggle, upToOne, whole } from './settingKinds';
import { defaultSettings, defaultViews, mostViews } from './settings';

const retrainPy = { optimizer: ['retrain.py'] };
const stepped = { optimizer: ['adam', 'sgd'] };
const inSteps = { optimizer: [...stepped.optimizer, ...retrainPy.optimizer] };
const oursAlone = { optimizer: ['l-bfgs', ...stepped.optimizer] };

/** What each optimizer that makes steps takes where nobody says anything; the drawings are the same in all. */
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
    meaning: `adam, sgd, retrain.py: the learning rate; ${usual('learningRate')}.`,
    default: null,
    needs: [inSteps],
  }),
  trainBatchSize: drawn({
    meaning: 'adam, sgd, retrain.py: images drawn for each step; -1 takes all.',
    default: retrainPyDefaults.trainBatchSize,
    needs: [inSteps],
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
      meaning:
        'adam, sgd: evaluations without a lower cross-entropy on validation after which training ends; 0: it goes on to its last step.',
      default: steppedDefaults.adam.earlyStopping,
      needs: [stepped],
    },
    0,
    10_000_000,
  ),
  labelSmoothing: share({
    meaning: 'l-bfgs, adam, sgd: the share of the truth that all classes get alike; 0: none.',
    default: 0,
    fits: [{ head: ['softmax'], ...oursAlone }],
  }),
  keep: choice(
    { meaning: 'retrain.py: which step is kept.', default: retrainPyDefaults.keep, needs: [retrainPy] },
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
    needs: [{ splitRule: ['retrain.py'] }],
  }),
  reject: upToOne({
    meaning:
      'No part of a training: a likeliest label with a smaller probability than this, from 0 to 1, is called unsure. What a threshold would do stands in the results under “How sure is it?”.',
    default: 0,
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
      throw object.fail(
        `there is no setting “${key.slice(0, 60)}”; known are: ${settingNames.join(', ')}`,
        key,
      );
  }
  for (const key of settingNames.filter((key) => values.has(key))) {
    const wrong = unsuited(settingDescriptions[key], values);
    if (wrong !== null) throw object.fail(`${key}: ${wrong}`, key);
  }
  return Object.fromEntries(values);
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(settingDescriptions, key);
}
