import { damaged } from './damage';

/**
 * A value of a JSON file nobody has checked yet. Every step into it checks what it finds and throws
 * BACKBONE_DAMAGED, which names the file, the place in it and what was expected there.
 */
export class Untrusted {
  private constructor(
    readonly value: unknown,
    private readonly file: string,
    private readonly place: string,
  ) {}

  /** @throws BACKBONE_DAMAGED where `bytes` are not JSON */
  static parse(bytes: Buffer, file: string): Untrusted {
    try {
      return new Untrusted(JSON.parse(bytes.toString('utf8')), file, '');
    } catch {
      throw damaged(file, 'it is not JSON');
    }
  }

  fail(reason: string): Error {
    return damaged(this.file, this.place === '' ? reason : `${this.place}: ${reason}`);
  }

  /** The properties of an object. */
  entries(): [string, Untrusted][] {
    return Object.entries(this.object()).map(([name, value]) => [name, this.inside(name, value)]);
  }

  /** The own property `name` of an object, or undefined where it has none. */
  optional(name: string): Untrusted | undefined {
    const object = this.object();
    return Object.hasOwn(object, name) ? this.inside(name, Reflect.get(object, name)) : undefined;
  }

  private object(): object {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fail('an object was expected');
    return value;
  }

  private inside(name: string, value: unknown): Untrusted {
    return new Untrusted(value, this.file, this.place === '' ? name : `${this.place}.${name}`);
  }

  field(name: string): Untrusted {
    const found = this.optional(name);
    if (found === undefined) throw this.fail(`${name} is missing`);
    return found;
  }

  /** The items of an array of at most `limit`. */
  items(limit: number): Untrusted[] {
    if (!Array.isArray(this.value)) throw this.fail('a list was expected');
    if (this.value.length > limit) throw this.fail(`it has more than ${limit} items`);
    return this.value.map((item: unknown, i) => new Untrusted(item, this.file, `${this.place}[${i}]`));
  }

  /** A whole number from `least` to `most`; protobuf's JSON writes 64-bit ones as text. */
  integer(least: number, most: number): number {
    const { value } = this;
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
      throw this.fail(`a whole number from ${least} to ${most} was expected`);
    return number;
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

  /** A text of 1 to `limit` characters. */
  text(limit = 1000): string {
    if (typeof this.value !== 'string' || this.value === '' || this.value.length > limit)
      throw this.fail(`a text of 1 to ${limit} characters was expected`);
    return this.value;
  }
}
