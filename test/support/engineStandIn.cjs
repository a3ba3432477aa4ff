// A process that speaks as the engine does, and does what the name of a job says: how the client copes with
// ends and deaths cannot be had from the real engine at will.
'use strict';

const { writeFileSync } = require('node:fs');
const {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
} = require('vscode-jsonrpc/node');

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const behaviours = {
  echo: ({ params }) => ({ params, pid: process.pid, environment: process.env.RETRAIN_ENGINE }),
  bytes: () => ({ bytes: new Uint8Array([1, 2, 3]), values: new Float32Array([0.5, -1]) }),
  fail: () =>
    new ResponseError(-32001, 'text', { code: 'NO_CLASSES', params: { path: 'here' }, message: 'text' }),
  progress: async ({ progressToken }) => {
    for (const done of [1, 2, 3]) await connection.sendProgress(new ProgressType(), progressToken, { done });
    return {};
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  hang: () => new Promise(() => undefined),
  untilCancelled: (_request, token) =>
    new Promise((resolve) => {
      token.onCancellationRequested(() => resolve(new ResponseError(-32800, 'cancelled')));
    }),
  // Ends itself the first time, answers when it is asked again in another process.
  retireOnce: ({ params }) => {
    try {
      writeFileSync(params.marker, String(process.pid), { flag: 'wx' });
    } catch {
      return { pid: process.pid };
    }
    process.exit(0);
  },
  print: () => {
    process.stdout.write('to the log\n');
    process.stderr.write('to the log, as a warning\n');
    return {};
  },
};
connection.onRequest('retrain/job', (request, token) => behaviours[request.name](request, token));
process.on('disconnect', () => process.exit(0));
connection.listen();
