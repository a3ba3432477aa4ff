import { sides, type RunPrediction } from './runRecord';

const columns = ['path', 'sha256', 'side', 'label', 'predicted', 'probability'] as const;

/** predictions.csv, as RFC 4180 has it: one line an image, CRLF, quoted where a field needs it. */
export function writePredictions(predictions: readonly RunPrediction[]): string {
  const rows = predictions.map((prediction) => columns.map((column) => field(String(prediction[column]))));
  return [columns, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
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
  if (!text.endsWith('\n')) throw fail('its last line is cut short');
  const [head, ...rows] = parse(text, fail);
  if (head?.join() !== columns.join()) throw fail(`its first line is not ${columns.join()}`);
  return rows.map((row, i) => {
    const wrong = (what: string): Error => fail(`row ${i + 1}: ${what}`);
    const [path, sha256, sideText, label, predicted, probabilityText] = row;
    if (path === undefined || label === undefined || predicted === undefined || row.length !== columns.length)
      throw wrong(`it has ${row.length} fields`);
    if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) throw wrong('sha256');
    const side = sides.find((name) => name === sideText);
    if (side === undefined) throw wrong('side');
    if (!labels.has(label) || !labels.has(predicted)) throw wrong('a label that is not in labels.txt');
    const probability = Number(probabilityText);
    if (!/^\d/.test(probabilityText ?? '') || !(probability >= 0 && probability <= 1))
      throw wrong('probability');
    return { path, sha256, side, label, predicted, probability };
  });
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of fields; a quoted field may hold anything, a quote in it is doubled. */
function parse(text: string, fail: (reason: string) => Error): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // Unrolled, so that a quote which never closes costs one pass and no more.
  const token = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (token.lastIndex < text.length || row.length > 0) {
    const match = token.exec(text);
    if (match === null) throw fail(`row ${rows.length}: it is not CSV`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
