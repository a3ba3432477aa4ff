/** A table as RFC 4180 has it: a first line of column names, CRLF, quoted where a field needs it. */
export function writeTable(columns: readonly string[], rows: Iterable<readonly string[]>): string {
  const lines = [line(columns)];
  for (const row of rows) lines.push(line(row));
  return lines.join('');
}

/**
 * The rows of a table below its first line. Each row's count of fields is the caller's to check.
 * @throws what `fail` makes of the reason
 */
export function readTable(
  columns: readonly string[],
  text: string,
  fail: (reason: string) => Error,
): string[][] {
  if (!text.endsWith('\n')) throw fail('its last line is cut short');
  const [head, ...rows] = parse(text, fail);
  if (head?.join() !== columns.join()) throw fail(`its first line is not ${columns.join()}`);
  return rows;
}

function line(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
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
