import { RetrainError, type Untrusted } from '../../base';
import type { Constant } from '../graph';
import type { InputSize } from './input';
import { addLayer } from './layers';
import { NetworkBuilder, type ForeignNetwork } from './network';

const maxLayers = 10_000;
const maxDepth = 20;

/**
 * A TF.js layers model somebody brought (Keras 2's configuration: functional and sequential models, one within another
 * as Teachable Machine exports them). A layer that is not understood stays as `other`.
 * @param input makes of what the file says of its pictures, [height, width, channels], what they are to be
 * @throws NETWORK_DAMAGED where it is no model, and what `input` throws
 */
export function readLayers(
  topology: Untrusted,
  weights: ReadonlyMap<string, Constant>,
  path: string,
  input: (said: readonly (number | undefined)[]) => InputSize,
): ForeignNetwork {
  const config = topology.optional('model_config') ?? topology;
  const builder = new NetworkBuilder((node, reason) => topology.fail(`${node}: ${reason}`));
  const said = batchShape(config, 0);
  if (said === undefined) throw config.fail('it does not say what its input is');
  const { height, width } = input(said);
  const name = builder.add('input', { kind: 'input', shape: [-1, height, width, 3] }, []);
  new LayersReader(builder, weights).model(config, name, 0);
  return { path, nodes: builder.nodes, constants: builder.constants, input: name };
}

/** The first input shape that is said, [height, width, channels]. */
function batchShape(model: Untrusted, depth: number): (number | undefined)[] | undefined {
  if (depth > maxDepth) throw model.fail('it is nested too deep');
  const own = model.field('config').optional('batch_input_shape');
  if (own !== undefined)
    return own
      .items(8)
      .slice(1)
      .map((size) => (typeof size.value === 'number' ? size.value : undefined));
  for (const layer of layersOf(model) ?? []) {
    const said = batchShape(layer, depth + 1);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** The layers of a model within; undefined where it is a single layer. */
function layersOf(model: Untrusted): readonly Untrusted[] | undefined {
  const config = model.field('config');
  // Old sequential models are a list without a name.
  if (Array.isArray(config.value)) return config.items(maxLayers);
  return config.optional('layers')?.items(maxLayers);
}

class LayersReader {
  private count = 0;

  constructor(
    private readonly builder: NetworkBuilder,
    private readonly weights: ReadonlyMap<string, Constant>,
  ) {}

  /** What `model` makes of `input`: its first output. */
  model(model: Untrusted, input: string, depth: number): string {
    if (depth > maxDepth) throw model.fail('it is nested too deep');
    const layers = layersOf(model) ?? [];
    const kind = model.field('class_name').name();
    if (kind === 'Sequential')
      return layers.reduce((values, layer) => this.call(layer, nameOf(layer), [values], depth), input);
    if (kind !== 'Model' && kind !== 'Functional') throw model.fail(`${kind} is no model`);
    return this.functional(model, layers, input, depth);
  }

  private functional(model: Untrusted, layers: readonly Untrusted[], input: string, depth: number): string {
    /** `layer`, NUL, the number of its call -> its values. */
    const done = new Map<string, string>();
    const calls = layers.flatMap((layer) => {
      const name = nameOf(layer);
      if (layer.field('class_name').value === 'InputLayer') {
        if (done.size > 0) throw layer.fail('it is a second input');
        done.set(`${name}\0${0}`, input);
        return [];
      }
      return callsOf(layer).map((inputs, i) => ({ layer, name, key: `${name}\0${i}`, inputs }));
    });
    // Each after its inputs: the file may list them in any order.
    const waiting = new Map<string, typeof calls>();
    const missing = new Map(calls.map((call) => [call, 0]));
    const ready: typeof calls = [];
    for (const call of calls) {
      const lacking = new Set(call.inputs.filter((key) => !done.has(key)));
      for (const key of lacking) waiting.set(key, [...(waiting.get(key) ?? []), call]);
      missing.set(call, lacking.size);
      if (lacking.size === 0) ready.push(call);
    }
    for (const call of ready) {
      const inputs = call.inputs.map((key) => done.get(key) ?? '');
      done.set(call.key, this.call(call.layer, call.name, inputs, depth));
      for (const other of waiting.get(call.key) ?? []) {
        const left = (missing.get(other) ?? 0) - 1;
        missing.set(other, left);
        if (left === 0) ready.push(other);
      }
    }
    if (ready.length < calls.length) throw model.fail('its layers form a circle, or one of them is missing');
    const outputs = model.field('config').field('output_layers').items(100);
    // A single output may stand without a list around it.
    const [first] = outputs;
    const output = first !== undefined && Array.isArray(first.value) ? reference(first) : pairKey(outputs);
    const values = done.get(output);
    if (values === undefined) throw model.fail('its output is missing');
    return values;
  }

  private call(layer: Untrusted, name: string, inputs: readonly string[], depth: number): string {
    if (++this.count > maxLayers) throw layer.fail(`it has more than ${maxLayers} layers`);
    const kind = layer.field('class_name').name();
    const [input = ''] = inputs;
    if (kind === 'InputLayer') return input;
    if (layersOf(layer) !== undefined) return this.model(layer, input, depth + 1);
    const { builder } = this;
    const other = (reason: string): string =>
      builder.add(name, { kind: 'other', name: `${kind} (${name}${reason})`, attributes: '' }, []);
    // Below what is not understood nothing has a shape.
    if (inputs.some((one) => builder.shapeOf(one) === undefined)) return other('');
    try {
      const config = layer.field('config');
      const weight = (wanted: string) => this.weight(`${name}/${wanted}`);
      return addLayer(builder, { kind, name, config, inputs, weight }) ?? other('');
    } catch (error) {
      return other(`: ${error instanceof RetrainError ? error.message : String(error)}`);
    }
  }

  private weight(name: string): Extract<Constant, { kind: 'float32' }> | undefined {
    const found = this.weights.get(name);
    return found?.kind === 'float32' ? found : undefined;
  }
}

function nameOf(layer: Untrusted): string {
  return (layer.optional('name') ?? layer.field('config').field('name')).name(200);
}

/** The inputs of each call of a layer. */
function callsOf(layer: Untrusted): string[][] {
  const nodes = layer.field('inbound_nodes').items(100);
  return nodes.map((node) => {
    if (!Array.isArray(node.value)) throw node.fail('models of Keras 3 are not supported');
    return node.items(1000).map(reference);
  });
}

/** `[layer, call, output, ...]` */
function reference(item: Untrusted): string {
  return pairKey(item.items(8));
}

function pairKey([layer, call, output]: readonly Untrusted[]): string {
  if (layer === undefined || call === undefined) return '';
  output?.is(0);
  return `${layer.name(200)}\0${call.integer(0, 1000)}`;
}
