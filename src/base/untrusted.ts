/** Makes an error of what is wrong, and of the place of the value where that is: empty for the whole text. */
type Damaged = (reason: string, place: string) => Error;

/**
 * A value of a JSON text nobody has checked yet. Every step into it checks what it finds, and throws what
 * `damaged` makes of the reason: the place in the text, and what was expected there.
 */
export class Untrusted {
  private constructor(
    readonly value: unknown,
    private readonly damaged: Damaged,
    private readonly place: string,
  ) {}

  /** Throws where `text` is not JSON; its own text is not repeated, it could be any file's. */
  static parse(text: string, damaged: Damaged): Untrusted {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw damaged('it is not JSON', '');
    }
    return new Untrusted(value, damaged, '');
  }

  /** The error for this value, or for the one at `place`, of which `reason` speaks. */
  fail(reason: string, place = this.place): Error {
    return this.damaged(this.place === '' ? reason : `${this.place}: ${reason}`, place);
  }

  /** The own properties of an object. */
  entries(): [string, Untrusted][] {
    return Object.entries(this.object()).map(([name, value]) => [name, this.inner(value, name)]);
  }

  /** The own property `name` of an object, or undefined where it has none. */
  optional(name: string): Untrusted | undefined {
    const object = this.object();
    return Object.hasOwn(object, name) ? this.inner(Reflect.get(object, name), name) : undefined;
  }

  /** The own property `name` of an object. */
  field(name: string): Untrusted {
    const found = this.optional(name);
    if (found === undefined) throw this.fail(`${name} is missing`);
    return found;
  }

  /** The items of a list of at most `limit`. */
  items(limit: number): Untrusted[] {
    if (!Array.isArray(this.value)) throw this.fail('a list was expected');
    if (this.value.length > limit) throw this.fail(`it has more than ${limit} items`);
    return this.value.map((item: unknown, i) => new Untrusted(item, this.damaged, `${this.place}[${i}]`));
  }

  /** What `read` makes of it, or null where it is null. */
  nullable<T>(read: (value: Untrusted) => T): T | null {
    return this.value === null ? null : read(this);
  }

  /** A whole number from `least` to `most`. */
  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw this.fail(`a whole number from ${least} to ${most} was expected`);
    return value;
  }

  /** A whole number from `least` to `most`, or a text of its digits: so protobuf's JSON writes those of 64 bits. */
  int64(least: number, most: number): number {
    const { value } = this;
    const digits = typeof value === 'string' && /^-?\d{1,15}$/.test(value);
    const plain = digits ? new Untrusted(Number(value), this.damaged, this.place) : this;
    return plain.integer(least, most);
  }

  /** A number from `least` to `most`. */
  number(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw this.fail(`a number from ${least} to ${most} was expected`);
    return value;
  }

  finite(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value))
      throw this.fail('a number was expected');
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.fail('true or false was expected');
    return this.value;
  }

  /** A text of at most `limit` characters. */
  text(limit = 32_768): string {
    if (typeof this.value !== 'string' || this.value.length > limit)
      throw this.fail(`a text of at most ${limit} characters was expected`);
    return this.value;
  }

  /** A text of 1 to `limit` characters. */
  name(limit = 1000): string {
    if (typeof this.value !== 'string' || this.value === '' || this.value.length > limit)
      throw this.fail(`a text of 1 to ${limit} characters was expected`);
    return this.value;
  }

  /** A text that `pattern` matches. */
  matching(pattern: RegExp, expected: string): string {
    const text = this.text();
    if (!pattern.test(text)) throw this.fail(`${expected} was expected`);
    return text;
  }

  textOrNumber(): string | number {
    return typeof this.value === 'number' ? this.finite() : this.text();
  }

  /** Checks that it is exactly the given text, number or truth value. */
  is(expected: string | number | boolean): void {
    if (this.value !== expected) throw this.fail(`${JSON.stringify(expected)} was expected`);
  }

  private object(): object {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fail('an object was expected');
    return value;
  }

  private inner(value: unknown, name: string): Untrusted {
    return new Untrusted(value, this.damaged, this.place === '' ? name : `${this.place}.${name}`);
  }
}
