// Runs an ONNX model on pictures, all in files: what of the extension is executed under an emulated processor.
//
//     node runModel.cjs model.onnx pictures.bin values.bin [n, height, width, channels as JSON]
//
// Plain JavaScript, so that nothing but onnxruntime has to be loaded there. Prints the milliseconds of the run.

'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { InferenceSession, Tensor } = require('onnxruntime-node');

async function main([model, pictures, output, shape]) {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const [n, ...size] = JSON.parse(shape);
  const all = readFileSync(pictures);
  const started = performance.now();
  const values = [];
  for (let i = 0; i < n; i++) {
    const picture = all.subarray((i * all.length) / n, ((i + 1) * all.length) / n);
    const feeds = { [session.inputNames[0]]: new Tensor('uint8', new Uint8Array(picture), [1, ...size]) };
    values.push(...(await session.run(feeds))[session.outputNames[0]].data);
  }
  process.stdout.write(`${((performance.now() - started) / n).toFixed(0)}\n`);
  writeFileSync(output, new Uint8Array(Float32Array.from(values).buffer));
}

void main(process.argv.slice(2));
