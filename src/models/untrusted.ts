import { damaged } from './runFiles';

/**
 * A value of a run's JSON file nobody has checked yet. Every step into it checks what it finds and throws
 * RUN_DAMAGED, which names the file, the place in it and what was expected there.
 */
export class Untrusted {
  private constructor(
    private readonly value: unknown,
    private readonly file: string,
    private readonly place: string,
  ) {}

  /** @throws RUN_DAMAGED where `text` is not JSON; its own text is not repeated, it could be any file's */
  static parse(text: string, file: string): Untrusted {
    try {
      return new Untrusted(JSON.parse(text), file, '');
    } catch {
      throw damaged(file, 'it is not JSON');
    }
  }

  fail(reason: string): Error {
    return damaged(this.file, this.place === '' ? reason : `${this.place}: ${reason}`);
  }

  /** The own property `name` of an object. */
  field(name: string): Untrusted {
    const record = this.object();
    if (!Object.hasOwn(record, name)) throw this.fail(`${name} is missing`);
    return this.inner(Reflect.get(record, name), name);
  }

  /** The own properties of an object. */
  entries(): [string, Untrusted][] {
    return Object.entries(this.object()).map(([name, value]) => [name, this.inner(value, name)]);
  }

  /** The items of a list of at most `limit`. */
  items(limit: number): Untrusted[] {
    if (!Array.isArray(this.value)) throw this.fail('a list was expected');
    if (this.value.length > limit) throw this.fail(`it has more than ${limit} items`);
    return this.value.map((item: unknown, i) => new Untrusted(item, this.file, `${this.place}[${i}]`));
  }

  /** What `read` makes of it, or null where it is null. */
  nullable<T>(read: (value: Untrusted) => T): T | null {
    return this.value === null ? null : read(this);
  }

  /** A whole number from `least` to `most`. */
  integer(least: number, most: number): number {
    const number = this.number(least, most);
    if (!Number.isInteger(number)) throw this.fail('a whole number was expected');
    return number;
  }

  /** A finite number from `least` to `most`. */
  number(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw this.fail(`a number from ${least} to ${most} was expected`);
    return value;
  }

  /** A text of at most `limit` characters. */
  text(limit = 32_768): string {
    if (typeof this.value !== 'string' || this.value.length > limit)
      throw this.fail(`a text of at most ${limit} characters was expected`);
    return this.value;
  }

  /** A text that `pattern` matches. */
  matching(pattern: RegExp, expected: string): string {
    const text = this.text();
    if (!pattern.test(text)) throw this.fail(`${expected} was expected`);
    return text;
  }

  /** Checks that it is exactly the given text, number or truth value. */
  is(expected: string | number | boolean): void {
    if (this.value !== expected) throw this.fail(`${JSON.stringify(expected)} was expected`);
  }

  textOrNumber(): string | number {
    return typeof this.value === 'number' ? this.number(-Number.MAX_VALUE, Number.MAX_VALUE) : this.text();
  }

  private object(): object {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fail('an object was expected');
    return value;
  }

  private inner(value: unknown, name: string): Untrusted {
    return new Untrusted(value, this.file, this.place === '' ? name : `${this.place}.${name}`);
  }
}
