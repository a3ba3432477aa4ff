import { readRun } from '../models';
import type { JobContext } from './context';
import type { HeadKind } from './crossValidationResults';
import { datasetOfRun } from './datasetFolder';
import { wholeHead } from './optimizerSettings';
import type { Subject } from './requests';
import type { NetworkSettings, RetrainSettings } from './retrainSettings';
import type { RetrainProgress } from './results';
import type { SplitSettings } from './retrain';
import { chosenSettings } from './settingsFile';
import { steerable, type SteerableHead } from './trainingAsSet';

interface SubjectFacts {
  readonly folder: string;
  readonly network: NetworkSettings;
  readonly settings: SplitSettings &
    Pick<RetrainSettings, 'classWeights'> & { readonly head: { readonly kind: HeadKind } };
  /** How the settings have a head trained of which there are several ways; undefined where their head is another. */
  readonly asSet: SteerableHead | undefined;
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
    const asSet = steerable(wholeHead(settings.head));
    return { folder, network: settings, settings: { ...settings, ...balanced }, asSet };
  }
  const run = await readRun(subject.run);
  return {
    folder: await datasetOfRun(subject.run, places.cacheDirectory),
    network: { backbone: run.backbone.id, runtime: subject.runtime },
    settings: run.settings,
    asSet: steerable(run.settings.head),
  };
}
