/** A value that a script exports: what JSON has. */
export type ScriptValue =
  string | number | boolean | null | readonly ScriptValue[] | { readonly [key: string]: ScriptValue };

const maxDepth = 100;

/**
 * The text or object that a minified CommonJS script exports (`module.exports = ...`), read and never run: literals as
 * minifiers write them, with bare keys, `!0` for true and `.5` for 0.5.
 * @throws Error with the reason where there is no such value
 */
export function readScriptValue(script: string): ScriptValue {
  // The wrapper of a bundler writes `module.exports=` or `e.exports={}` before it gets to the value itself.
  for (const { index, 0: found } of script.matchAll(/\.exports=(?=["'{[](?!\}))/g))
    return new LiteralReader(script, index + found.length).value(0);
  throw new Error('it exports no value');
}

class LiteralReader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  value(depth: number): ScriptValue {
    if (depth > maxDepth) throw this.unexpected();
    this.skip();
    const { text } = this;
    const first = text[this.at];
    if (first === '{') return this.object(depth);
    if (first === '[') {
      const items: ScriptValue[] = [];
      this.list(']', () => items.push(this.value(depth + 1)));
      return items;
    }
    if (first === '"' || first === "'") return this.string();
    const word = this.match(/!0|!1|true\b|false\b|null\b|-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (word === undefined) throw this.unexpected();
    if (word === 'null') return null;
    if (word === '!0' || word === 'true') return true;
    if (word === '!1' || word === 'false') return false;
    return Number(word);
  }

  private object(depth: number): ScriptValue {
    const entries: [string, ScriptValue][] = [];
    this.list('}', () => {
      this.skip();
      const quoted = this.text[this.at] === '"' || this.text[this.at] === "'";
      const key = quoted ? this.string() : this.match(/[A-Za-z_$][\w$]*|\d+/y);
      if (key === undefined || key === '__proto__') throw this.unexpected();
      this.expect(':');
      entries.push([key, this.value(depth + 1)]);
    });
    return Object.fromEntries(entries);
  }

  /** What stands between a bracket and `end`, separated by commas. */
  private list(end: string, item: () => void): void {
    this.at++;
    for (let first = true; ; first = false) {
      this.skip();
      if (this.text[this.at] === end) break;
      if (!first) this.expect(',');
      item();
    }
    this.at++;
  }

  private string(): string {
    const quote = this.text[this.at] ?? '';
    const end = this.text.indexOf(quote, this.at + 1);
    const content = this.text.slice(this.at + 1, end);
    // Nothing that is exported here needs an escape.
    if (end === -1 || content.includes('\\')) throw this.unexpected();
    this.at = end + 1;
    return content;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private skip(): void {
    this.match(/\s*/y);
  }

  private expect(character: string): void {
    this.skip();
    if (this.text[this.at] !== character) throw this.unexpected();
    this.at++;
  }

  private unexpected(): Error {
    return new Error(`it holds something else than a value at ${this.at}`);
  }
}
