import type { RunView } from '../../protocol';
import { count, fixed } from '../numbers';
import { Name } from '../text';
import { plural, t } from '../words';
import { Band } from './band';

/** How it was made. */
export function RunFacts({ run, openRun }: { run: RunView; openRun: () => void }) {
  const { backbone, bottlenecks, split, training } = run;
  const speed = bottlenecks.seconds > 0 ? bottlenecks.computed / bottlenecks.seconds : 0;
  const facts: [string, string][] = [
    [
      t('Backbone'),
      plural(backbone.dimension, '{name} · {n} value an image', '{name} · {n} values an image', {
        name: backbone.name,
      }),
    ],
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
    ...(training.optimizer.kind === 'retrain.py'
      ? ([[t('Optimizer'), t('retrain.py, and its split by paths')]] satisfies [string, string][])
      : []),
    ...(run.views && training.distortions
      ? ([
          [
            t('Views'),
            t('{views} of each training photo · {computed} computed, {cached} in the cache', {
              views: training.distortions.views,
              computed: count(run.views.computed),
              cached: count(run.views.cached),
            }),
          ],
          [t('Distortions'), distortionText(training.distortions)],
        ] satisfies [string, string][])
      : []),
    [
      training.unit === 'step' ? t('Steps') : t('Epochs'),
      split.validation > 0
        ? t('{epochs}, the best is {best}', { epochs: training.epochs, best: training.bestEpoch })
        : count(training.epochs),
    ],
    [t('Seed'), String(training.seed)],
    [t('Made'), when(run.created)],
  ];
  return (
    <Band id="run" title={t('Run')}>
      <dl class="facts">
        {facts.map(([term, fact]) => (
          <>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </>
        ))}
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
