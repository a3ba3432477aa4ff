import { readTable, writeTable } from './csvTable';
import { sides, type RunPrediction } from './runRecord';

const columns = ['path', 'sha256', 'side', 'label', 'predicted', 'probability'] as const;
/** Of answers where it was asked whether the image is unknown, which before there was such a thing none were. */
const withUnknown = [...columns, 'unknown'] as const;
const words = ['no', 'yes'] as const;

/** predictions.csv, as RFC 4180 has it: one line an image, CRLF, quoted where a field needs it. */
export function writePredictions(predictions: readonly RunPrediction[]): string {
  const asked = predictions.some(({ unknown }) => unknown !== undefined);
  return writeTable(
    asked ? withUnknown : columns,
    predictions.map((prediction) => [
      ...columns.map((column) => String(prediction[column])),
      ...(asked ? [words[prediction.unknown ? 1 : 0]] : []),
    ]),
  );
}

/**
 * The rows of a predictions.csv.
 * @throws what `fail` makes of the reason, which names the row
 */
export function readPredictions(
  text: string,
  labels: ReadonlySet<string>,
  fail: (reason: string) => Error,
): RunPrediction[] {
  const present = text.startsWith(withUnknown.join()) ? withUnknown : columns;
  return readTable(present, text, fail).map((row, i) => {
    const wrong = (what: string): Error => fail(`row ${i + 1}: ${what}`);
    const [path, sha256, sideText, label, predicted, probabilityText, word] = row;
    if (path === undefined || label === undefined || predicted === undefined || row.length !== present.length)
      throw wrong(`it has ${row.length} fields`);
    if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) throw wrong('sha256');
    const side = sides.find((name) => name === sideText);
    if (side === undefined) throw wrong('side');
    if (!labels.has(label) || !labels.has(predicted)) throw wrong('a label that is not in labels.txt');
    const probability = Number(probabilityText);
    if (!/^\d/.test(probabilityText ?? '') || !(probability >= 0 && probability <= 1))
      throw wrong('probability');
    if (word !== undefined && !words.some((one) => one === word)) throw wrong('yes or no was expected');
    const unknown = word === undefined ? {} : { unknown: word === 'yes' };
    return { path, sha256, side, label, predicted, probability, ...unknown };
  });
}
