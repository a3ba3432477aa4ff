/** A place in a text, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** One token; a string that does not end on its line is none. */
const token =
  /[{}[\],:]|"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;
const space = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end';

/**
 * Where a text stops being JSON; of one that is JSON where the name of the property `name` of the outermost object
 * stands, the last of equals. Else its beginning.
 */
export function jsonPosition(text: string, name: string): TextPosition {
  const { fault, names } = scan(text);
  const offset = fault ?? names.get(name) ?? 0;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function scan(text: string): { fault: number | null; names: ReadonlyMap<string, number> } {
  const names = new Map<string, number>();
  /** The brackets that are open: no recursion, a text may open a million. */
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let offset = 0; ;) {
    offset = endOf(space, text, offset) ?? offset;
    const isOver: boolean = expected === ', or end' && open.length === 0;
    if (offset === text.length && isOver) return { fault: null, names };
    const end = endOf(token, text, offset);
    const next: Expected | null =
      end === null || isOver ? null : after(text.slice(offset, end), expected, open);
    if (end === null || next === null) return { fault: offset, names };
    if (next === ':' && open.length === 1) names.set(String(JSON.parse(text.slice(offset, end))), offset);
    expected = next;
    offset = end;
  }
}

/** What may follow `read`, which opens and closes brackets; null where it may not stand there. */
function after(read: string, expected: Expected, open: ('{' | '[')[]): Expected | null {
  const close = (): Expected => {
    open.pop();
    return ', or end';
  };
  switch (expected) {
    case 'name':
    case 'name or }':
      if (read.startsWith('"')) return ':';
      return read === '}' && expected === 'name or }' ? close() : null;
    case ':':
      return read === ':' ? 'value' : null;
    case ', or end':
      if (read === ',') return open.at(-1) === '{' ? 'name' : 'value';
      return read === (open.at(-1) === '{' ? '}' : ']') ? close() : null;
    case 'value':
    case 'value or ]':
      if (read === '{' || read === '[') {
        open.push(read);
        return read === '{' ? 'name or }' : 'value or ]';
      }
      if (read === ']' && expected === 'value or ]') return close();
      return /^[}\],:]/.test(read) ? null : ', or end';
  }
}

function endOf(pattern: RegExp, text: string, offset: number): number | null {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : null;
}
