import { signal } from '@preact/signals';
import { render } from 'preact';
import type { ComparisonState, FromComparison, SavedComparison, ToComparison } from '../protocol';
import { ComparisonPage } from './comparison/page';
import { connect, pageRoot } from './host';
import { Thumbnails, ThumbnailSource } from './thumbnails';
import { setWords, t } from './words';

const state = signal<ComparisonState | null>(null);

const host = connect<ToComparison, FromComparison, SavedComparison>((message) => {
  switch (message.kind) {
    case 'state':
      setWords(message.words);
      show(message.state);
      break;
    case 'thumbnail':
      thumbnails.receive(message.path, message.bytes);
      break;
  }
});

const thumbnails = new Thumbnails((paths) => host.post({ kind: 'thumbnails', paths }));

function show(next: ComparisonState): void {
  // The paths of another pair may be of other folders.
  thumbnails.clear();
  state.value = next;
  if (next.kind === 'comparison') {
    const { before, after } = next.comparison;
    host.remember({ before: before.folder, after: after.folder });
  }
}

function Comparison() {
  const now = state.value;
  if (now?.kind === 'comparison')
    return (
      <ThumbnailSource.Provider value={thumbnails}>
        <ComparisonPage comparison={now.comparison} post={(message) => host.post(message)} />
      </ThumbnailSource.Provider>
    );
  if (now?.kind === 'failed')
    return (
      <p class="failure alone" role="alert">
        {now.message}
      </p>
    );
  return now && <p class="note alone">{t('Reading the two runs…')}</p>;
}

render(<Comparison />, pageRoot());
host.post({ kind: 'ready' });
