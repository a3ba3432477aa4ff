import { readRun } from '../models';
import type { Optimizer } from '../training';
import type { JobContext } from './context';
import type { HeadKind } from './crossValidationResults';
import { datasetOfRun } from './datasetFolder';
import { wholeHead } from './optimizerSettings';
import type { Subject } from './requests';
import type { NetworkSettings, RetrainSettings } from './retrainSettings';
import type { RetrainProgress } from './results';
import type { SplitSettings } from './retrain';
import { chosenSettings } from './settingsFile';

interface SubjectFacts {
  readonly folder: string;
  readonly network: NetworkSettings;
  readonly settings: SplitSettings &
    Pick<RetrainSettings, 'classWeights'> & { readonly head: { readonly kind: HeadKind } };
  /** How the settings have a softmax regression trained; undefined where their head is another. */
  readonly optimizer: Optimizer | undefined;
}

/**
 * The dataset, network and settings that a subject comes to.
 * @throws RUN_DAMAGED where a run is asked about; as reading retrain.json does
 */
export async function subjectFacts(
  subject: Subject,
  { places, report }: Pick<JobContext<RetrainProgress>, 'places' | 'report'>,
): Promise<SubjectFacts> {
  if (subject.kind === 'dataset') {
    const { folder } = subject;
    // The heads asked about need not be that of the settings: weights said for this job hold for all that take any.
    const { classWeights: asked, ...options } = subject.options ?? {};
    const { classWeights: usual, ...settings } = await chosenSettings(
      folder,
      { ...subject, options },
      report,
    );
    const balanced = (asked ?? usual) === 'balanced' && ({ classWeights: 'balanced' } as const);
    const head = wholeHead(settings.head);
    const optimizer = head.kind === 'softmax' ? head.optimizer : undefined;
    return { folder, network: settings, settings: { ...settings, ...balanced }, optimizer };
  }
  const run = await readRun(subject.run);
  const { head } = run.settings;
  return {
    folder: await datasetOfRun(subject.run, places.cacheDirectory),
    network: { backbone: run.backbone.id, runtime: subject.runtime },
    settings: run.settings,
    optimizer: head.kind === 'softmax' ? head.optimizer : undefined,
  };
}
