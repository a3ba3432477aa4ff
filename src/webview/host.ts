/** What the editor lends a webview. */
interface EditorApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): EditorApi;

/** The way back to the editor: `From` are this page's messages, `Memory` is what a window reload gives back. */
export interface Host<From, Memory> {
  post(message: From): void;
  remember(memory: Memory): void;
}

// The editor hands its interface out once a page.
const api = acquireVsCodeApi();

/** Begins to listen; the page says `ready` itself once it can show a state. */
export function connect<To, From, Memory>(receive: (message: To) => void): Host<From, Memory> {
  window.addEventListener('message', (event: MessageEvent<To>) => receive(event.data));
  return {
    post: (message) => api.postMessage(message),
    remember: (memory) => api.setState(memory),
  };
}

/** The element a page is drawn into. */
export function pageRoot(): HTMLElement {
  const root = document.getElementById('root');
  if (root) return root;
  const made = document.createElement('div');
  made.id = 'root';
  document.body.append(made);
  return made;
}
