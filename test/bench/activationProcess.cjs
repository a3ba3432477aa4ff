// One activation in a fresh process: prints the milliseconds of loading dist/extension.js and of activate(), the
// processor's milliseconds for both, and the native libraries that are loaded afterwards. Whatever the extension asks of `vscode` answers at once: what the
// editor itself takes for it is not in the figures.
'use strict';

const Module = require('node:module');
const path = require('node:path');

const inert = () =>
  new Proxy(function () {}, {
    get: (target, name) => (name === Symbol.toPrimitive ? () => '' : (target[name] ??= inert())),
    apply: () => inert(),
    construct: () => inert(),
  });
const load = Module._load;
const vscode = inert();
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const startedCpu = process.cpuUsage();
const before = performance.now();
const { activate } = require(path.resolve('dist/extension.js'));
const loaded = performance.now();
activate({ extensionUri: inert(), workspaceState: inert(), subscriptions: [], extensionMode: 1 });
const active = performance.now();
const { user, system } = process.cpuUsage(startedCpu);
const cpu = (user + system) / 1000;
const { sharedObjects } = process.report.getReport();
const native = sharedObjects.filter((file) => file.includes('node_modules'));
process.stdout.write(JSON.stringify({ load: loaded - before, activate: active - loaded, cpu, native }));
