import type {
  FromBackbones,
  FromClassify,
  FromComparison,
  FromInspector,
  FromPanel,
  SettingsView,
  ToPanel,
} from '../../../src/protocol';
import { audit } from './audit';
import { backbonesState } from './backbonesSamples';
import { comparisonState } from './comparisonSamples';
import { classifyState, inspectorState, panelState, rowValues } from './samples';

/** Runs in the preview page before its own script: plays the editor, answers from the samples, keeps a log. */

type Sent = FromPanel | FromInspector | FromClassify | FromComparison | FromBackbones;
interface Preview {
  readonly view: string;
  readonly scenario: string;
  readonly photos: readonly string[];
  /** As the real job reads them. */
  readonly settings: SettingsView;
}

// The page's globals, as far as they are used: tests are compiled without the browser's types.
declare const window: {
  preview: Preview;
  sent: Sent[];
  memory: unknown;
  acquireVsCodeApi: () => unknown;
  audit: () => string[];
  /** Sends the state again, with a translation bundle. */
  translate: (words: Readonly<Record<string, string>>) => void;
  postMessage(message: unknown): void;
};

const { view, scenario, photos } = window.preview;
window.sent = [];
window.audit = audit;
window.translate = (words) => window.postMessage({ kind: 'state', state: state(), settings, words });

async function thumbnail(path: string): Promise<Uint8Array | null> {
  // The comparison page says whose dataset it means.
  const photo = path.replace(/^(before|after)\//, '');
  const response = await fetch(`/photo/${encodeURIComponent(photo)}`);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

function state(): unknown {
  if (view === 'panel') return panelState(scenario, photos);
  if (view === 'comparison') return comparisonState(scenario, photos);
  if (view === 'backbones') return backbonesState(scenario);
  return view === 'inspector' ? inspectorState(scenario, photos) : classifyState(scenario, photos);
}

let settings = window.preview.settings;
let changes = Promise.resolve();

/** The real job makes the change, on the server of the page. */
async function change(message: Extract<FromPanel, { kind: 'changeSetting' }>): Promise<void> {
  const response = await fetch('/change', { method: 'POST', body: JSON.stringify(message) });
  const answer = (await response.json()) as SettingsView | ToPanel;
  if (answer.kind === 'settingRefused') return window.postMessage(answer);
  settings = answer as SettingsView;
  window.postMessage({ kind: 'state', state: state(), settings, words: {} });
}

async function answer(message: Sent): Promise<void> {
  switch (message.kind) {
    case 'ready':
      window.postMessage({ kind: 'state', state: state(), settings, words: {} });
      break;
    case 'changeSetting':
      // One after the other, as the editor does.
      changes = changes.then(() => change(message));
      break;
    case 'thumbnails':
      for (const path of message.paths) {
        window.postMessage({ kind: 'thumbnail', path, bytes: await thumbnail(path) });
      }
      break;
    case 'thumbnail': {
      const { path, size } = message;
      window.postMessage({ kind: 'thumbnail', path, size, bytes: await thumbnail(path) });
      break;
    }
    case 'rows': {
      const { from, to } = message;
      window.postMessage({
        kind: 'rows',
        rows: Array.from({ length: to - from }, (_, i) => rowValues(from + i)),
      });
      break;
    }
    default:
      break;
  }
}

window.acquireVsCodeApi = () => ({
  postMessage(message: Sent) {
    window.sent.push(message);
    void answer(message);
  },
  setState(memory: unknown) {
    window.memory = memory;
  },
});
