import { signal } from '@preact/signals';
import { render } from 'preact';
import type { FromInspector, InspectorState, ToInspector } from '../protocol';
import { connect, pageRoot } from './host';
import { PartPage } from './inspector/page';
import { RowStore } from './inspector/rowStore';
import { Thumbnails, ThumbnailSource } from './thumbnails';
import { setWords, t } from './words';

const small = 64;
const large = 320;

interface Opened {
  readonly state: InspectorState;
  readonly store: RowStore;
}

const opened = signal<Opened | null>(null);
const chosen = signal<number | null>(null);

const host = connect<ToInspector, FromInspector, never>((message) => {
  switch (message.kind) {
    case 'state':
      setWords(message.words);
      show(message.state);
      break;
    case 'rows':
      opened.value?.store.receive(message.rows);
      break;
    case 'choose':
      chosen.value = message.row;
      break;
    case 'thumbnail':
      (message.size === large ? pictures : thumbnails).receive(message.path, message.bytes);
      break;
  }
});

const ask = (size: number) => (paths: readonly string[]) => {
  for (const path of paths) host.post({ kind: 'thumbnail', path, size });
};
const thumbnails = new Thumbnails(ask(small));
const pictures = new Thumbnails(ask(large));

function show(state: InspectorState): void {
  thumbnails.clear();
  pictures.clear();
  if (state.kind === 'part' && state.row !== null) chosen.value = state.row;
  opened.value = { state, store: new RowStore((from, to) => host.post({ kind: 'rows', from, to })) };
}

function Inspector() {
  if (!opened.value) return null;
  const { state, store } = opened.value;
  if (state.kind === 'failed') {
    return (
      <main class="stopped">
        <h1>{t('This file cannot be shown.')}</h1>
        <p class="failure" role="alert">
          {state.message}
        </p>
      </main>
    );
  }
  return (
    <ThumbnailSource.Provider value={thumbnails}>
      <PartPage
        part={state.part}
        store={store}
        chosen={chosen}
        pictures={pictures}
        post={(message) => host.post(message)}
      />
    </ThumbnailSource.Provider>
  );
}

render(<Inspector />, pageRoot());
host.post({ kind: 'ready' });
