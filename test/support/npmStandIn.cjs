// Stands in for npm, whose downloads are refused in many places: RETRAIN_NPM says what becomes of an installation.
'use strict';

const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const prefix = process.argv[process.argv.indexOf('--prefix') + 1];
const scope = path.join(prefix, 'node_modules', '@tensorflow');
const outcomes = {
  /** What `npm run tensorflow` has left in the project. */
  works: () => {
    mkdirSync(scope, { recursive: true });
    symlinkSync(
      path.resolve(__dirname, '../../node_modules/@tensorflow/tfjs-node'),
      path.join(scope, 'tfjs-node'),
      'junction',
    );
  },
  /** As npm does where a script fails that may fail. */
  'installs nothing, and ends well': () => console.log('up to date'),
  'is refused the library': () => {
    console.error(
      'npm error command sh -c node scripts/install.js\nnpm error Error: getaddrinfo ENOTFOUND far.away',
    );
    process.exitCode = 1;
  },
  'leaves a broken package': () => {
    mkdirSync(path.join(scope, 'tfjs-node'), { recursive: true });
    writeFileSync(
      path.join(scope, 'tfjs-node', 'index.js'),
      "throw new Error('libtensorflow.so.2: cannot open');",
    );
  },
  hangs: () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    console.log(`pids ${process.pid} ${child.pid}`);
    setInterval(() => undefined, 1000);
  },
};
if (!existsSync(path.join(prefix, 'package.json'))) throw new Error('there is nothing to install');
outcomes[process.env.RETRAIN_NPM]();
