import { signal } from '@preact/signals';
import { render } from 'preact';
import type { BackbonesState, FromBackbones, ToBackbones } from '../protocol';
import { BackbonesPage } from './backbones/page';
import { connect, pageRoot } from './host';
import { setWords } from './words';

const state = signal<BackbonesState | null>(null);

const host = connect<ToBackbones, FromBackbones, never>((message) => {
  setWords(message.words);
  state.value = message.state;
});

function Backbones() {
  return state.value && <BackbonesPage state={state.value} post={(message) => host.post(message)} />;
}

render(<Backbones />, pageRoot());
host.post({ kind: 'ready' });
