// The thread of the jobs, which can be made to crash: an error nobody catches ends it, as a full heap would.
'use strict';

const path = require('node:path');
const { parentPort } = require('node:worker_threads');

require(path.resolve('dist/worker.js'));
parentPort.on('message', ({ name, params }) => {
  if (name === 'listRuns' && params.folder === 'crash') throw new Error('crashed as asked');
});
