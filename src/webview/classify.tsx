import { signal } from '@preact/signals';
import { render } from 'preact';
import type { ClassifyState, FromClassify, ToClassify } from '../protocol';
import { Answers } from './classify/answers';
import { connect, pageRoot } from './host';
import { Thumbnails, ThumbnailSource } from './thumbnails';
import { setWords } from './words';

const state = signal<ClassifyState | null>(null);

const host = connect<ToClassify, FromClassify, never>((message) => {
  switch (message.kind) {
    case 'state':
      setWords(message.words);
      state.value = message.state;
      break;
    case 'thumbnail':
      thumbnails.receive(message.path, message.bytes);
      break;
  }
});

const thumbnails = new Thumbnails((paths) => host.post({ kind: 'thumbnails', paths }));

function Classify() {
  return (
    <ThumbnailSource.Provider value={thumbnails}>
      {state.value && <Answers state={state.value} post={(message) => host.post(message)} />}
    </ThumbnailSource.Provider>
  );
}

render(<Classify />, pageRoot());
host.post({ kind: 'ready' });
