'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { BannerPlugin } = require('webpack');
const { EsbuildPlugin } = require('esbuild-loader');

const dist = path.join(__dirname, 'dist');

/** Native modules and what the editor provides stay outside the bundles. */
const external = ['vscode', 'sharp', 'onnxruntime-node', '@tensorflow/tfjs-node'];

/** Style sheets stand beside the webview scripts, so that the content security policy needs no inline style. */
const styles = ['node_modules/uplot/dist/uPlot.min.css'];

class CopyStyles {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap('CopyStyles', (compilation) => {
      compilation.hooks.processAssets.tap('CopyStyles', () => {
        const folder = path.join(__dirname, 'src', 'webview');
        const own = fs.readdirSync(folder).filter((name) => name.endsWith('.css'));
        const files = [...styles, ...own.map((name) => path.join('src', 'webview', name))];
        compilation.contextDependencies.add(folder);
        for (const file of files) {
          const absolute = path.join(__dirname, file);
          compilation.fileDependencies.add(absolute);
          const source = new compiler.webpack.sources.RawSource(fs.readFileSync(absolute));
          compilation.emitAsset(`webview/${path.basename(file)}`, source);
        }
      });
    });
  }
}

/** With and without SIMD; its threads do not run under Node. */
const wasmBinaries = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'];

/** The bundle of the wasm runtime has its WebAssembly beside it. */
class CopyWasm {
  apply(compiler) {
    compiler.hooks.thisCompilation.tap('CopyWasm', (compilation) => {
      compilation.hooks.processAssets.tap('CopyWasm', () => {
        const folder = path.join(__dirname, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
        for (const name of wasmBinaries)
          compilation.emitAsset(
            name,
            new compiler.webpack.sources.RawSource(fs.readFileSync(path.join(folder, name))),
          );
      });
    });
  }
}

class MarkExecutable {
  apply(compiler) {
    compiler.hooks.afterEmit.tap('MarkExecutable', () => {
      const file = path.join(compiler.outputPath, 'cli.js');
      if (fs.existsSync(file)) fs.chmodSync(file, 0o755);
    });
  }
}

/**
 * A missing import fails the build, an import on demand stays in its bundle, and what is required from a folder of
 * the person's is left to Node.
 */
const parser = { javascript: { exportsPresence: 'error', dynamicImportMode: 'eager', createRequire: false } };

const shared = {
  mode: 'production',
  context: __dirname,
  // Separate files: source maps that need eval are refused by the webview's content security policy.
  devtool: 'source-map',
  resolve: { extensions: ['.ts', '.tsx', '.js'] },
  performance: { hints: false },
  stats: 'errors-warnings',
  infrastructureLogging: { level: 'error' },
};

const node = {
  ...shared,
  name: 'node',
  target: 'node20',
  entry: {
    extension: './src/extension.ts',
    engine: './src/engine/main.ts',
    worker: './src/jobs/worker.ts',
    wasmWorker: './src/runtimes/wasmWorker.ts',
    imageWorker: './src/images/worker.ts',
    cli: './src/cli/main.ts',
  },
  output: { path: dist, filename: '[name].js', libraryTarget: 'commonjs2' },
  externals: Object.fromEntries(external.map((name) => [name, `commonjs ${name}`])),
  externalsPresets: { node: true },
  node: { __dirname: false, __filename: false },
  module: {
    rules: [
      { test: /\.ts$/, loader: 'esbuild-loader', options: { target: 'node20' } },
      // It asks for optional modules by name and does without them.
      { test: /@protobufjs[\\/]inquire/, parser: { exprContextCritical: false } },
    ],
    parser,
  },
  // Readable stack traces matter more here than size; but wasmWorker.js is TF.js, 7 MB of it as it comes.
  optimization: { minimizer: [new EsbuildPlugin({ target: 'node20', include: /^wasmWorker\.js$/ })] },
  plugins: [
    new BannerPlugin({ banner: '#!/usr/bin/env node', raw: true, include: /^cli\.js$/ }),
    new MarkExecutable(),
    new CopyWasm(),
  ],
};

/** The suites of the extension host; mocha is an ES module and stays outside. */
const hostSuites = {
  ...node,
  name: 'host suites',
  entry: { 'test/host/index': './test/host/index.ts' },
  externals: { ...node.externals, mocha: 'import mocha' },
  plugins: [],
};

const web = {
  ...shared,
  name: 'web',
  target: ['web', 'es2022'],
  entry: {
    panel: './src/webview/panel.tsx',
    inspector: './src/webview/inspector.tsx',
    classify: './src/webview/classify.tsx',
    comparison: './src/webview/comparison.tsx',
  },
  output: { path: dist, filename: 'webview/[name].js', chunkFormat: false },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        loader: 'esbuild-loader',
        options: { target: 'es2022', jsx: 'automatic', jsxImportSource: 'preact' },
      },
    ],
    parser,
  },
  optimization: { minimizer: [new EsbuildPlugin({ target: 'es2022' })] },
  plugins: [new CopyStyles()],
};

module.exports = [node, web, hostSuites];
