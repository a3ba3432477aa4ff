import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Untrusted } from '../base';
import type { TrainedHead } from '../training';
import { writeLabels } from './labelsFile';
import { readLayersModel, readWeights, weightBytes, writeLayersModel, type LayersHead } from './layersModel';
import { readNeighbours, writeNeighbours, type NeighbourFacts } from './neighboursFile';
import { damaged, readRunFile, runFiles } from './runFiles';

/** A file of a run by its name. */
export type NamedFile = readonly [name: string, data: string | Uint8Array];

/** What run.json says of the head; its numbers are in files of their own, with these sha256. */
export type HeadFacts =
  /** Null: of a run from before they were kept. */
  | { readonly kind: 'linear' | 'hidden'; readonly sha256: { readonly weights: string } | null }
  | (NeighbourFacts & {
      readonly kind: 'neighbours';
      readonly sha256: { readonly vectors: string; readonly labels: string };
    });

/** Of a run from before there was anything but linear heads. */
export const formerHead: HeadFacts = { kind: 'linear', sha256: null };

const megabyte = 2 ** 20;
const mostNeighbours = 1_000_000;

/** The files of a head in its run, and what run.json says of them. `labels`: in the order of the outputs. */
export function writeHead(
  head: TrainedHead,
  labels: readonly string[],
): { files: readonly NamedFile[]; facts: HeadFacts } {
  if (head.kind === 'neighbours') {
    const written = writeNeighbours(head.neighbours, labels);
    const { k, temperature } = head.neighbours;
    return {
      files: [
        [runFiles.neighbours, written.vectors],
        [runFiles.neighbourLabels, written.labels],
      ],
      facts: {
        kind: 'neighbours',
        k,
        temperature,
        sha256: { vectors: sha256Of(written.vectors), labels: sha256Of(written.labels) },
      },
    };
  }
  const { model, weights } = writeLayersModel(head);
  return {
    files: [
      [runFiles.model, model],
      [runFiles.weights, weights],
    ],
    facts: { kind: head.kind, sha256: { weights: sha256Of(weights) } },
  };
}

/** What run.json says. @throws what `head` makes of its damage */
export function readHeadFacts(head: Untrusted): HeadFacts {
  const kind = head.field('kind');
  const sums = head.field('sha256');
  const sum = (name: string): string => sums.field(name).matching(/^[0-9a-f]{64}$/, 'a sha256');
  switch (kind.text()) {
    case 'linear':
      return { kind: 'linear', sha256: { weights: sum('weights') } };
    case 'hidden':
      return { kind: 'hidden', sha256: { weights: sum('weights') } };
    case 'neighbours':
      return {
        kind: 'neighbours',
        k: head.field('k').integer(1, mostNeighbours),
        temperature: head.field('temperature').number(Number.MIN_VALUE, Number.MAX_VALUE),
        sha256: { vectors: sum('vectors'), labels: sum('labels') },
      };
    default:
      throw kind.fail('the kind of a head was expected');
  }
}

/**
 * The head of a run, whatever its kind.
 * @throws RUN_DAMAGED where a file is missing, is not what `facts` say, or does not fit the backbone and the labels;
 * FILE_UNREADABLE
 */
export async function readHead(
  folder: string,
  facts: HeadFacts,
  shape: { readonly dimension: number; readonly labels: readonly string[] },
): Promise<TrainedHead> {
  const different = (count: number): void => {
    const { labels } = shape;
    if (labels.length !== count || new Set(labels).size !== count)
      throw damaged(path.join(folder, runFiles.labels), `it does not hold ${count} different labels`);
  };
  if (facts.kind === 'neighbours') {
    different(shape.labels.length);
    const { neighbours, vectors, labels } = await readNeighbours(folder, facts, shape);
    check(folder, runFiles.neighbours, vectors, facts.sha256.vectors);
    check(folder, runFiles.neighbourLabels, labels, facts.sha256.labels);
    return { kind: 'neighbours', neighbours };
  }
  const file = path.join(folder, runFiles.model);
  const text = (await readRunFile(folder, runFiles.model, megabyte)).toString('utf8');
  const model = readLayersModel(text, file);
  if (model.dimension !== shape.dimension)
    throw damaged(file, `it takes ${model.dimension} values, the backbone gives ${shape.dimension}`);
  if ((model.hidden === null) !== (facts.kind === 'linear'))
    throw damaged(file, `it is no ${facts.kind} head, as ${runFiles.run} has it`);
  const weights = await readRunFile(folder, model.weightsFile, weightBytes(model));
  const head = readWeights(weights, model, path.join(folder, model.weightsFile));
  if (facts.sha256) check(folder, model.weightsFile, weights, facts.sha256.weights);
  different(model.classes);
  return head;
}

/**
 * A head that is a network, alone, as files by their names: a TensorFlow.js layers model that takes raw bottleneck
 * values, and its labels. `outputName` names its last layer.
 */
export function modelFiles(head: LayersHead, labels: readonly string[], outputName: string): NamedFile[] {
  const { model, weights } = writeLayersModel(head, outputName);
  return [
    [runFiles.model, model],
    [runFiles.weights, weights],
    [runFiles.labels, writeLabels(labels)],
  ];
}

function check(folder: string, name: string, bytes: Uint8Array, expected: string): void {
  if (sha256Of(bytes) !== expected) throw damaged(path.join(folder, name), 'its checksum is another');
}

function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
