'use strict';

/**
 * Which room may import which. `base` is open to all; a room always may import itself.
 * The domain rooms know no editor, no webview and no process: only jobs put them together.
 */
const mayImport = {
  base: [],
  dataset: [],
  images: [],
  backbones: [],
  training: [],
  runtimes: ['backbones'],
  bottlenecks: ['dataset', 'images', 'backbones', 'runtimes'],
  evaluation: ['training'],
  models: ['training', 'backbones'],
  jobs: ['dataset', 'images', 'backbones', 'training', 'runtimes', 'bottlenecks', 'evaluation', 'models'],
  protocol: [
    'dataset',
    'images',
    'backbones',
    'training',
    'runtimes',
    'bottlenecks',
    'evaluation',
    'models',
    'jobs',
  ],
  engine: ['jobs', 'protocol'],
  cli: ['jobs', 'protocol'],
  editor: ['protocol'],
  webview: ['protocol'],
};
const rooms = Object.keys(mayImport);

const roomRules = rooms.map((room) => ({
  name: `room-${room}`,
  comment: `${room} may import only: ${['base', ...mayImport[room]].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${['base', room, ...mayImport[room]].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'known-room',
      comment: 'Every folder of src is a room of this table.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${rooms.join('|')})/|^src/extension\\.ts$` },
      to: {},
    },
    {
      name: 'extension-builds-the-editor',
      comment: 'extension.ts puts the parts of the editor together and knows nothing else.',
      severity: 'error',
      from: { path: '^src/extension\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(base|editor|protocol)/' },
    },
    {
      name: 'nobody-imports-the-entry',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: '^src/(extension|engine/main|cli/main|jobs/worker|images/worker|runtimes/wasmWorker)\\.ts$',
      },
    },
    {
      name: 'one-door',
      comment: 'A room is imported only through its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)' },
      to: { path: '^src/[^/]+/', pathNot: '^src/$1/|^src/[^/]+/index\\.tsx?$' },
    },
    {
      name: 'protocol-takes-types-only',
      comment: 'The values of protocol are string constants; from other rooms it takes types.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/', pathNot: '^src/protocol/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'vscode-only-in-the-editor',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(editor/|extension\\.ts$)' },
      to: { path: '(^|/)(@types/)?vscode(/index\\.d\\.ts)?$' },
    },
    {
      name: 'no-node-in-the-webview',
      severity: 'error',
      from: { path: '^src/webview/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-development-module-in-the-product',
      comment:
        'Bundled browser libraries are development dependencies; Node code ships with its dependencies only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/webview/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
    {
      name: 'no-test-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
