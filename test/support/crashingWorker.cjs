// The thread of the jobs, which can be made to crash in earnest: a listRuns of a folder called after a crash.
// `once SIGSEGV` crashes the first time, `always SIGSEGV` every time.
'use strict';

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { parentPort } = require('node:worker_threads');

const crashes = {
  error: () => {
    throw new Error('crashed as asked');
  },
  heap: () => {
    const kept = [];
    for (;;) kept.push(new Array(1000).fill({}));
  },
  SIGABRT: () => process.kill(process.pid, 'SIGABRT'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  SIGSEGV: () => process.kill(process.pid, 'SIGSEGV'),
};

/** True the first time it is asked about `folder`. */
function isFirst(folder) {
  try {
    writeFileSync(`${folder}.crashed`, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

// Before the real one, whose answer must not be faster.
parentPort.on('message', ({ name, params }) => {
  if (name !== 'listRuns') return;
  const [when, crash] = path.basename(params.folder).split(' ');
  if (crash in crashes && (when === 'always' || isFirst(params.folder))) crashes[crash]();
});
require(path.resolve('dist/worker.js'));
