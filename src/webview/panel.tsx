import { signal } from '@preact/signals';
import { render } from 'preact';
import type { FromPanel, PanelState, SavedPanel, SettingsView, ToPanel } from '../protocol';
import { connect, pageRoot } from './host';
import { goTo } from './panel/band';
import { Page } from './panel/pages';
import type { Refused } from './panel/settings';
import { Thumbnails, ThumbnailSource } from './thumbnails';
import { setWords } from './words';

const state = signal<PanelState | null>(null);
const settings = signal<SettingsView | null>(null);
const refused = signal<Refused>({});

const host = connect<ToPanel, FromPanel, SavedPanel>((message) => {
  switch (message.kind) {
    case 'state':
      setWords(message.words);
      settings.value = message.settings;
      show(message.state);
      break;
    case 'settingRefused':
      refused.value = { ...refused.value, [message.name]: message.message };
      break;
    case 'show':
      goTo(message.band);
      break;
    case 'thumbnail':
      thumbnails.receive(message.path, message.bytes);
      break;
  }
});

const thumbnails = new Thumbnails((paths) => host.post({ kind: 'thumbnails', paths }));

function post(message: FromPanel): void {
  if (message.kind === 'changeSetting') {
    const { [message.name]: _, ...others } = refused.value;
    refused.value = others;
  }
  host.post(message);
}

function runOf(shown: PanelState | null): string | null {
  return shown?.kind === 'done' ? shown.run.folder : null;
}

function show(next: PanelState): void {
  if (runOf(next) !== runOf(state.value)) thumbnails.clear();
  state.value = next;
  host.remember({ root: next.kind === 'empty' ? null : next.subject.root, run: runOf(next) });
}

function Panel() {
  return (
    <ThumbnailSource.Provider value={thumbnails}>
      {state.value && (
        <Page state={state.value} settings={settings.value} refused={refused.value} post={post} />
      )}
    </ThumbnailSource.Provider>
  );
}

render(<Panel />, pageRoot());
host.post({ kind: 'ready' });
