import type { onnx } from 'onnx-proto';
import { isPlain, type OnnxNode } from './onnxNodes';

/** By version of ONNX's operators: those that are written another way, or mean something else, from it on. */
const changes: readonly (readonly [version: number, operators: readonly string[]])[] = [
  [9, ['BatchNormalization', 'Scan', 'Upsample']],
  [10, ['Slice', 'TopK', 'Upsample']],
  [11, ['Clip', 'Pad', 'Resize', 'Scatter']],
  [12, ['Dropout']],
  [13, ['Hardmax', 'LogSoftmax', 'ReduceSum', 'Resize', 'Softmax', 'Split', 'Squeeze', 'Unsqueeze']],
];

/** The first with convolutions of integers; 12 has pools of integers, 13 scales for each channel. */
export const integerOpset = 10;
const channelsOpset = 13;

/** The version of ONNX's own operators that a model is written in. */
export function opsetOf({ opsetImport }: onnx.IModelProto): number {
  return Number(opsetImport?.find(({ domain }) => isOwn(domain))?.version ?? 0);
}

/** The latest version, up to 13, at which `nodes` are still what they are at `version`. */
export function raisedOpset(nodes: readonly OnnxNode[], version: number): number {
  // What branches and loops hold is not looked at.
  if (nodes.some(({ attribute }) => attribute?.some(({ g, graphs }) => g || graphs?.length))) return version;
  const hindrance = changes.find(
    ([from, operators]) => from > version && nodes.some((node) => isPlain(node, ...operators)),
  );
  return Math.max(version, (hindrance?.[0] ?? channelsOpset + 1) - 1);
}

/** The domain in which QuantizeLinear and DequantizeLinear know scales for each channel: else it is onnxruntime's. */
export function channelsDomain(opset: number): string {
  return opset < channelsOpset ? ownDomain.domain : '';
}

/** The operators of a model, those of ONNX itself at `opset`, with onnxruntime's own. */
export function opsetsWith({ opsetImport }: onnx.IModelProto, opset: number): onnx.IOperatorSetIdProto[] {
  const others = (opsetImport ?? []).filter(({ domain }) => !isOwn(domain) && domain !== ownDomain.domain);
  return [{ domain: '', version: opset }, ...others, ownDomain];
}

const ownDomain = { domain: 'com.microsoft', version: 1 };

function isOwn(domain: string | null | undefined): boolean {
  return !domain || domain === 'ai.onnx';
}
