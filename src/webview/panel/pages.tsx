import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type {
  FromPanel,
  PanelState,
  RunningView,
  SettingsView,
  TrainingUnderway,
  TrainingView,
} from '../../protocol';
import { t } from '../words';
import { Band, goTo } from './band';
import { mistakes, type Choice } from './choice';
import { ClassCounts, Classes } from './classes';
import { Curves } from './curves';
import { Empty } from './empty';
import { Findings } from './findings';
import { Gallery } from './gallery';
import { Header } from './header';
import { Headline } from './headline';
import { Heads } from './heads';
import { Learning } from './learning';
import { isLarge, MatrixBand } from './matrixBand';
import { evaluationsOf, firstMeasured, shownOf, type Measured } from './measured';
import { Progress } from './progress';
import { RunFacts } from './runFacts';
import { Settings, type Refused } from './settings';
import { stepName, stepsOfRun, stepsOfRunning } from './stepFacts';
import { Steps } from './steps';
import { StoppedBand } from './stopped';
import { Sureness } from './sureness';
import { RidgeTraining } from './ridgeTraining';
import { CentroidNote, NeighboursTraining } from './trials';

type Post = (message: FromPanel) => void;
type Done = Extract<PanelState, { kind: 'done' }>;
type Underway = Extract<PanelState, { kind: 'running' | 'stopped' }>;

/** The page for a state of the host. */
export function Page({
  state,
  settings,
  refused,
  post,
}: {
  state: PanelState;
  settings: SettingsView | null;
  refused: Refused;
  post: Post;
}) {
  const open = useSignal(false);
  if (state.kind === 'empty') {
    return (
      <Empty
        pickFolder={() => post({ kind: 'pickFolder' })}
        openSample={() => post({ kind: 'openSample' })}
      />
    );
  }
  return (
    <>
      <Header
        state={state}
        settings={
          settings?.kind === 'read' ? { open: open.value, toggle: () => (open.value = !open.value) } : null
        }
        post={post}
      />
      {settings && <Settings settings={settings} open={open.value} refused={refused} post={post} />}
      <main>
        {state.kind === 'done' ? (
          <DonePage key={state.run.folder} state={state} post={post} />
        ) : (
          <UnderwayPage state={state} post={post} />
        )}
      </main>
      <Announcement state={state} />
    </>
  );
}

function UnderwayPage({ state, post }: { state: Underway; post: Post }) {
  const { running } = state;
  const { dataset, training } = running;
  const open = (step: RunningView['step']) => {
    if (step === 'bottlenecks') post({ kind: 'inspectBottlenecks' });
    else goTo(step === 'scan' ? 'classes' : 'training');
  };
  return (
    <>
      {state.kind === 'running' ? (
        <Progress running={running} cancelling={state.cancelling} stopping={state.stopping} />
      ) : (
        <StoppedBand
          state={state}
          showLog={() => post({ kind: 'showLog' })}
          chooseBackbone={() => post({ kind: 'chooseBackbone' })}
        />
      )}
      <Steps steps={stepsOfRunning(running, state.kind === 'stopped')} open={open} />
      <div class="columns">
        {training ? (
          <Training training={training} />
        ) : (
          <Band id="training" title={t('Training')}>
            <p class={state.kind === 'running' ? 'note later' : 'note'}>
              {state.kind === 'running'
                ? t('The curves grow here once training begins.')
                : t('Training did not begin.')}
            </p>
          </Band>
        )}
        <div>
          {dataset && <ClassCounts classes={dataset.classes} />}
          {dataset && (
            <Findings dataset={dataset} reveal={(path) => post({ kind: 'revealInExplorer', path })} />
          )}
        </div>
      </div>
    </>
  );
}

function Training({ training }: { training: TrainingUnderway | TrainingView }) {
  switch (training.kind) {
    case 'iterative': {
      const { unit, curve, bestEpoch } = training;
      return <Curves unit={unit} curve={curve} bestEpoch={curve.length > 0 ? bestEpoch : null} />;
    }
    case 'ridge':
      return <RidgeTraining training={training} />;
    case 'neighbours':
      return <NeighboursTraining trials={training.trials} k={training.k} />;
    case 'centroid':
      return <CentroidNote />;
  }
}

function DonePage({ state, post }: { state: Done; post: Post }) {
  const { run } = state;
  const evaluations = evaluationsOf(run);
  const measured = useSignal<Measured>(firstMeasured(evaluations));
  const evaluation = shownOf(evaluations, measured.value);
  const choice = useSignal<Choice>(mistakes);
  const choose = (next: Choice) => {
    choice.value = next;
    document.getElementById('photos-title')?.scrollIntoView({ block: 'nearest' });
  };
  const open = (step: RunningView['step']) => {
    if (step === 'bottlenecks') post({ kind: 'inspectBottlenecks' });
    else if (step === 'scan') goTo(run.dataset.skipped.length > 0 ? 'skipped' : 'classes');
    else goTo(step === 'training' ? 'training' : 'matrix');
  };
  const large = isLarge(evaluation);
  const matrix = (
    <MatrixBand
      evaluations={evaluations}
      measured={measured.value}
      measure={(next) => {
        measured.value = next;
        choice.value = mistakes;
      }}
      choice={choice.value}
      choose={choose}
    />
  );
  const classes = <Classes classes={evaluation.classes} open={(truth) => choose({ kind: 'class', truth })} />;
  const continueTraining = () => post({ kind: 'continueTraining' });
  const facts = (
    <RunFacts
      run={run}
      openRun={() => post({ kind: 'openRun' })}
      continueTraining={continueTraining}
      chooseBackbone={() => post({ kind: 'chooseBackbone' })}
      chooseHead={() => post({ kind: 'chooseHead' })}
    />
  );
  const findings = (
    <Findings dataset={run.dataset} reveal={(path) => post({ kind: 'revealInExplorer', path })} />
  );
  return (
    <>
      <Headline run={run} continueTraining={continueTraining} />
      <Steps steps={stepsOfRun(run)} open={open} />
      {large && matrix}
      <div class="columns">
        <Training training={run.training} />
        {large ? classes : matrix}
      </div>
      {evaluation.accuracy !== null && (
        <Gallery
          evaluation={evaluation}
          measured={measured.value}
          choice={choice.value}
          choose={choose}
          open={(path) => post({ kind: 'openImage', path })}
        />
      )}
      <Sureness evaluation={evaluation} measured={measured.value} />
      <div class="columns">
        {large ? facts : classes}
        <div>
          {!large && facts}
          {findings}
        </div>
      </div>
      <Learning learning={state.learning} post={post} />
      <Heads heads={state.heads} chosen={state.head} post={post} />
    </>
  );
}

/** Says aloud when a step begins and when the work has ended, and nothing in between. */
function Announcement({ state }: { state: Exclude<PanelState, { kind: 'empty' }> }) {
  const text = useSignal('');
  const spoken = useRef<string | null>(null);
  const now =
    state.kind === 'running'
      ? t('{step} runs.', { step: stepName(state.running.step) })
      : state.kind === 'done'
        ? t('The retraining is done.')
        : t('The retraining has stopped.');
  useEffect(() => {
    // The state a page opens with is read from the page itself; only changes are news.
    if (spoken.current !== null && spoken.current !== now) text.value = now;
    spoken.current = now;
  }, [now]);
  return (
    <p class="sr" role="status">
      {text.value}
    </p>
  );
}
