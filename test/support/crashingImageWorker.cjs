// A reading thread that can be made to crash: an error nobody catches ends it, as a full heap would.
'use strict';

const path = require('node:path');
const { parentPort } = require('node:worker_threads');

require(path.resolve('dist/imageWorker.js'));
parentPort.on('message', ({ file }) => {
  if (file === 'crash') throw new Error('crashed as asked');
});
