import type { RunView } from '../../protocol';
import { count, fixed, value } from '../numbers';
import { Name } from '../text';
import { plural, t } from '../words';
import { Band } from './band';
import { optimizerFacts } from './optimizerFacts';

/** How it was made. */
export function RunFacts(props: {
  run: RunView;
  openRun: () => void;
  chooseBackbone: () => void;
  chooseHead: () => void;
  continueTraining: () => void;
}) {
  const { run, openRun, chooseBackbone, chooseHead, continueTraining } = props;
  const { backbone, bottlenecks, split, training } = run;
  const speed = bottlenecks.seconds > 0 ? bottlenecks.computed / bottlenecks.seconds : 0;
  const facts: [string, string][] = [
    [
      t('Runtime'),
      bottlenecks.computed === 0
        ? t('{runtime} · nothing to compute', { runtime: run.runtime })
        : t('{runtime} · {speed} images a second', {
            runtime: run.runtime,
            speed: speed >= 10 ? count(Math.round(speed)) : fixed(speed, 1),
          }),
    ],
    [
      t('Split'),
      t('{training} training · {validation} validation · {testing} testing', {
        training: split.training,
        validation: split.validation,
        testing: split.testing,
      }),
    ],
    ...viewFacts(run),
    ...trainingFacts(run),
    ...leaveOneOutFacts(run),
    ...trustFacts(run),
    [t('Seed'), String(training.seed)],
    [t('Made'), when(run.created)],
  ];
  return (
    <Band id="run" title={t('Run')}>
      <dl class="facts">
        <dt>{t('Backbone')}</dt>
        <dd>
          {plural(backbone.dimension, '{name} · {n} value an image', '{name} · {n} values an image', {
            name: backbone.name,
          })}{' '}
          <button type="button" class="word link" onClick={chooseBackbone}>
            {t('Choose another…')}
          </button>
        </dd>
        <dt>{t('Head')}</dt>
        <dd>
          {headText(training)}{' '}
          <button type="button" class="word link" onClick={chooseHead}>
            {t('Choose another head…')}
          </button>
        </dd>
        {facts.map(([term, fact]) => (
          <>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </>
        ))}
        {run.continuable && (
          <>
            <dt>{t('Training')}</dt>
            <dd>
              {endText(training)}{' '}
              <button type="button" class="word link" onClick={continueTraining}>
                {t('Continue training')}
              </button>
            </dd>
          </>
        )}
        <dt>{t('Saved as')}</dt>
        <dd>
          <button type="button" class="path" onClick={openRun}>
            <Name of={savedAs(run)} />
          </button>
        </dd>
      </dl>
    </Band>
  );
}

function viewFacts({ views, training: { distortions } }: RunView): [string, string][] {
  if (!views || !distortions) return [];
  return [
    [
      t('Views'),
      t('{views} of each training photo · {computed} computed, {cached} in the cache', {
        views: distortions.views,
        computed: count(views.computed),
        cached: count(views.cached),
      }),
    ],
    [t('Distortions'), distortionText(distortions)],
  ];
}

function distortionText({
  flipLeftRight,
  randomCrop,
  randomScale,
  randomBrightness,
}: NonNullable<RunView['training']['distortions']>): string {
  const percentages: [string, number][] = [
    [t('crop'), randomCrop],
    [t('scale'), randomScale],
    [t('brightness'), randomBrightness],
  ];
  return [
    ...(flipLeftRight ? [t('flip')] : []),
    ...percentages.flatMap(([name, value]) => (value > 0 ? [`${name} ${count(value)} %`] : [])),
  ].join(' · ');
}

/** The head with what was chosen for it. */
function headText(training: RunView['training']): string {
  switch (training.kind) {
    case 'iterative':
      return training.head.kind === 'hidden'
        ? t('hidden layer of {units} units', { units: training.head.units })
        : t('softmax regression');
    case 'ridge':
      return t('ridge · penalty {penalty} · temperature {temperature}', {
        penalty: String(training.penalty),
        temperature: value(training.temperature),
      });
    case 'neighbours':
      return plural(
        training.k,
        'nearest neighbours · {n} votes · temperature {temperature}',
        'nearest neighbours · {n} vote · temperature {temperature}',
        { temperature: value(training.temperature) },
      );
    case 'centroid':
      return t('nearest class mean · temperature {temperature}', {
        temperature: value(training.temperature),
      });
  }
}

function trainingFacts({ training, split }: RunView): [string, string][] {
  const { head } = training;
  if (training.kind !== 'iterative') return weightFacts(training);
  const facts = [...weightFacts(training), ...optimizerFacts(head)];
  if (training.regularisation)
    facts.push([
      t('Regularisation'),
      t('penalty {l2}, the best of {n} on validation', {
        l2: String(training.regularisation.l2),
        n: training.regularisation.trials.length,
      }),
    ]);
  else if (head.kind === 'softmax' && head.optimizer.kind === 'l-bfgs' && head.optimizer.penalties)
    facts.push([
      t('Regularisation'),
      t('penalty {l2}, for there are no validation photos to choose by', {
        l2: String(head.optimizer.l2),
      }),
    ]);
  // A hidden layer takes a tenth of the training photos where there are no validation photos.
  const validated = split.validation > 0 || head.kind === 'hidden';
  facts.push([
    training.unit === 'step' ? t('Steps') : t('Epochs'),
    validated
      ? t('{epochs}, the best is {best}', { epochs: training.epochs, best: training.bestEpoch })
      : count(training.epochs),
  ]);
  if (head.kind === 'hidden' && split.validation === 0)
    facts.push([t('Validation'), t('a tenth of the training photos, for no others were kept aside')]);
  return facts;
}

/** What ended a training that can be gone on with. */
function endText(training: RunView['training']): string {
  if (training.kind !== 'iterative') return '';
  switch (training.ended) {
    case 'stopped':
      return t('stopped early');
    case 'patience':
      return t('ended when it got no better');
    default:
      return t('ended at its limit');
  }
}

function weightFacts({ classWeights }: RunView['training']): [string, string][] {
  return classWeights ? [[t('Class weights'), t('balanced: every class counts as much as any other')]] : [];
}

function leaveOneOutFacts({ leaveOneOut, training, runtime }: RunView): [string, string][] {
  if (leaveOneOut === null) return [];
  if (leaveOneOut.kind === 'skipped') return [[t('Leave-one-out'), leaveOneOut.reason.message]];
  const params = { penalty: String(leaveOneOut.penalty), n: leaveOneOut.n };
  const how =
    training.kind === 'ridge'
      ? t('{n} photos, exact, with the penalty of the head', params)
      : t('{n} photos, exact, by ridge heads of penalty {penalty} in place of this head', params);
  const plain =
    leaveOneOut.product === 'plain'
      ? t('; by a plain 64-bit product in JavaScript, as {runtime} has none', { runtime })
      : '';
  return [[t('Leave-one-out'), `${how}${plain}`]];
}

/** How its probabilities were calibrated, and what it calls unknown. */
function trustFacts({ calibration, known }: RunView): [string, string][] {
  const facts: [string, string][] = [];
  if (calibration?.on === 'validation')
    facts.push([
      t('Calibration'),
      t('temperature {temperature}, fitted to {n} validation photos', {
        temperature: value(calibration.temperature),
        n: calibration.images,
      }),
    ]);
  if (known !== null)
    facts.push([
      t('Unknown'),
      t('novelty above {threshold}, which 1 % of {n} known photos exceed', {
        threshold: fixed(known.threshold, 3),
        n: known.images,
      }),
    ]);
  return facts;
}

function when(created: string): string {
  const date = new Date(created);
  if (Number.isNaN(date.getTime())) return created;
  return date.toLocaleString(document.documentElement.lang || 'en', {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
}

/** The folder of the run, from the dataset on where it lies in it. */
function savedAs(run: RunView): string {
  const plain = (path: string) => path.replaceAll('\\', '/');
  const root = `${plain(run.dataset.root)}/`;
  const folder = plain(run.folder);
  return folder.startsWith(root) ? folder.slice(root.length) : run.folder;
}
