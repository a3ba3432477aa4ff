import { writeLabels } from './labelsFile';
import { writeLayersModel } from './layersModel';
import { runFiles } from './runFiles';
import type { RunRecord } from './runRecord';

/**
 * A run's head alone, as files by their names: a TensorFlow.js layers model that takes raw bottleneck values, and its
 * labels. `outputName` names its layer.
 */
export function headFiles(
  { head, evaluation }: Pick<RunRecord, 'head' | 'evaluation'>,
  outputName: string,
): [string, string | Uint8Array][] {
  const { model, weights } = writeLayersModel(head, outputName);
  return [
    [runFiles.model, model],
    [runFiles.weights, weights],
    [runFiles.labels, writeLabels(evaluation.labels)],
  ];
}
