import type { RunView } from '../../protocol';
import { plural, t } from '../words';

/** How a head was trained that is trained step by step. */
export function optimizerFacts(head: RunView['training']['head']): [string, string][] {
  if (head.kind === 'hidden') {
    const { learningRate, batchSize, labelSmoothing, patience } = head;
    return [
      stepFact('adam', learningRate, batchSize),
      ...smoothingFacts(labelSmoothing),
      ...endingFacts(patience, plural(patience, 'after {n} pass no better', 'after {n} passes no better')),
    ];
  }
  if (head.kind !== 'softmax') return [];
  const { optimizer } = head;
  switch (optimizer.kind) {
    case 'l-bfgs':
      return smoothingFacts(optimizer.labelSmoothing ?? 0);
    case 'adam':
    case 'sgd': {
      const { learningRate, trainBatchSize, labelSmoothing, earlyStopping } = optimizer;
      return [
        stepFact(optimizer.kind, learningRate, trainBatchSize),
        ...smoothingFacts(labelSmoothing),
        ...endingFacts(
          earlyStopping,
          plural(earlyStopping, 'after {n} evaluation no better', 'after {n} evaluations no better'),
        ),
      ];
    }
    case 'retrain.py':
      return [[t('Optimizer'), t('retrain.py, and its split by paths')]];
  }
}

/** `batch`: images of a step, -1 where it takes all. */
function stepFact(kind: string, learningRate: number, batch: number): [string, string] {
  const params = { kind, rate: String(learningRate), n: batch };
  return [
    t('Optimizer'),
    batch < 0
      ? t('{kind} · learning rate {rate} · all images a step', params)
      : plural(
          batch,
          '{kind} · learning rate {rate} · {n} image a step',
          '{kind} · learning rate {rate} · {n} images a step',
          params,
        ),
  ];
}

function smoothingFacts(share: number): [string, string][] {
  return share > 0 ? [[t('Label smoothing'), String(share)]] : [];
}

function endingFacts(patience: number, text: string): [string, string][] {
  return patience > 0 ? [[t('Early stopping'), text]] : [];
}
