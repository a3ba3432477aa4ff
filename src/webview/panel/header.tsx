import type { DatasetFacts, FromPanel, PanelState, RunningView } from '../../protocol';
import { Name } from '../text';
import { plural, t } from '../words';
import { settingsFormId } from './settings';

type Shown = Exclude<PanelState, { kind: 'empty' }>;

interface HeaderProps {
  readonly state: Shown;
  /** Whether their form is open; null where there is none. */
  readonly settings: { readonly open: boolean; readonly toggle: () => void } | null;
  readonly post: (message: FromPanel) => void;
}

/** What the page is about, and what can be done. */
export function Header({ state, settings, post }: HeaderProps) {
  const dataset = state.kind === 'done' ? state.run.dataset : state.running.dataset;
  const { name, shownPath } = state.subject;
  return (
    <header class="top">
      <h1>
        <Name of={name} />
      </h1>
      <p class="about">
        {shownPath !== name && <Name of={shownPath} />}
        {dataset && <span class="size">{sizeOf(dataset)}</span>}
      </p>
      <div class="actions">
        {settings && (
          <button
            type="button"
            class="button"
            aria-expanded={settings.open}
            aria-controls={settings.open ? settingsFormId : undefined}
            onClick={settings.toggle}
          >
            {t('Settings')}
          </button>
        )}
        {state.kind === 'running' ? (
          <>
            {isTraining(state.running) && (
              <button
                type="button"
                class="button"
                disabled={state.stopping || state.cancelling}
                title={t('The best head so far is tested and saved as a run.')}
                onClick={() => post({ kind: 'stopTraining' })}
              >
                {state.stopping ? t('Stopping…') : t('Stop training')}
              </button>
            )}
            <button
              type="button"
              class="button primary"
              disabled={state.cancelling}
              onClick={() => post({ kind: 'cancel' })}
            >
              {state.cancelling ? t('Cancelling…') : t('Cancel')}
            </button>
          </>
        ) : (
          <>
            {state.kind === 'done' && (
              <>
                <button type="button" class="button" onClick={() => post({ kind: 'classify' })}>
                  {t('Classify…')}
                </button>
                <button type="button" class="button" onClick={() => post({ kind: 'exportRun' })}>
                  {t('Export…')}
                </button>
              </>
            )}
            <button type="button" class="button primary" onClick={() => post({ kind: 'retrain' })}>
              {t('Retrain')}
            </button>
          </>
        )}
      </div>
    </header>
  );
}

/** Only what has a curve can end where it is. */
function isTraining({ step, training }: RunningView): boolean {
  return step === 'training' && training?.kind === 'iterative';
}

function sizeOf({ images, classes }: DatasetFacts): string {
  return `${plural(images, '{n} image', '{n} images')} · ${plural(classes.length, '{n} class', '{n} classes')}`;
}
