import type { Untrusted } from '../base';

/**
 * One setting of a retraining. The reader of retrain.json, its JSON schema, the table in docs/formats.md and the
 * editor's settings all go by it.
 */
export interface Setting<T> {
  /** One sentence; the editor's setting has the same. */
  readonly meaning: string;
  /** What holds where nobody says anything; null where that is no fixed value. */
  readonly default: T | null;
  /** Of each value, where there are a few. */
  readonly choices: Readonly<Record<string, string>> | null;
  /** What a person is asked for it. */
  readonly input: SettingInput;
  /** Keywords of JSON Schema that accept what `read` takes. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** @throws what the value makes of its damage */
  readonly read: (value: Untrusted) => T;
  /** One of these must be named beside it: without any it would change nothing. None: it needs nothing. */
  readonly needs: readonly Company[];
  /** One of these must hold where a setting in any of them is named beside it. None: it suits everything. */
  readonly fits: readonly Company[];
}

export type SettingInput =
  /** One of the `choices`. */
  | { readonly kind: 'choice' }
  | { readonly kind: 'text' }
  | { readonly kind: 'toggle' }
  | {
      readonly kind: 'number';
      readonly whole: boolean;
      readonly least: number;
      readonly most: number | null;
    };

/** Other settings, all of them, each with one of its values. */
export type Company = Readonly<Record<string, readonly string[]>>;

type Described<T> = Pick<Setting<T>, 'meaning' | 'default'> & Partial<Pick<Setting<T>, 'needs' | 'fits'>>;

function setting<T>(
  { meaning, default: value, needs = [], fits = [] }: Described<T>,
  check: Pick<Setting<T>, 'input' | 'schema' | 'read'> & Partial<Pick<Setting<T>, 'choices'>>,
): Setting<T> {
  return { meaning, default: value, needs, fits, choices: null, ...check };
}

export function choice<const V extends string>(
  described: Described<NoInfer<V>>,
  choices: Readonly<Record<V, string>>,
): Setting<V> {
  const values = Object.keys(choices) as V[];
  return setting<V>(described, {
    choices,
    input: { kind: 'choice' },
    schema: { type: 'string', enum: values },
    read: (value) => {
      const found = values.find((name) => name === value.value);
      if (found === undefined) throw value.fail(`${values.join(' or ')} was expected`);
      return found;
    },
  });
}

/** A name that is looked up later; `known` are those there certainly are. */
export function name(described: Described<string>, known: Readonly<Record<string, string>>): Setting<string> {
  return setting(described, {
    choices: known,
    input: { kind: 'text' },
    schema: { type: 'string', minLength: 1, maxLength: 1000, examples: Object.keys(known) },
    read: (value) => value.name(),
  });
}

export function text(described: Described<string>): Setting<string> {
  return setting(described, {
    input: { kind: 'text' },
    schema: { type: 'string', minLength: 1, maxLength: 1000 },
    read: (value) => value.name(),
  });
}

export function whole(described: Described<number>, least: number, most: number): Setting<number> {
  return setting(described, {
    input: { kind: 'number', whole: true, least, most },
    schema: { type: 'integer', minimum: least, maximum: most },
    read: (value) => value.integer(least, most),
  });
}

/** Images drawn at once; -1 for all. */
export function drawn(described: Described<number>): Setting<number> {
  const most = 100_000;
  return setting(described, {
    input: { kind: 'number', whole: true, least: -1, most },
    schema: { type: 'integer', minimum: -1, maximum: most, not: { const: 0 } },
    read: (value) => (value.value === -1 ? -1 : value.integer(1, most)),
  });
}

export function positive(described: Described<number>): Setting<number> {
  return setting(described, {
    input: { kind: 'number', whole: false, least: 0, most: null },
    schema: { type: 'number', exclusiveMinimum: 0 },
    read: (value) => {
      const number = value.finite();
      if (number <= 0) throw value.fail('a number greater than 0 was expected');
      return number;
    },
  });
}

/** From 0 to less than 1. */
export function share(described: Described<number>): Setting<number> {
  return setting(described, {
    input: { kind: 'number', whole: false, least: 0, most: 1 },
    schema: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
    read: (value) => {
      const number = value.finite();
      if (number < 0 || number >= 1) throw value.fail('a number from 0 to less than 1 was expected');
      return number;
    },
  });
}

/** From 0 to 1, both included. */
export function upToOne(described: Described<number>): Setting<number> {
  return setting(described, {
    input: { kind: 'number', whole: false, least: 0, most: 1 },
    schema: { type: 'number', minimum: 0, maximum: 1 },
    read: (value) => value.number(0, 1),
  });
}

export function toggle(described: Described<boolean>): Setting<boolean> {
  return setting(described, {
    input: { kind: 'toggle' },
    schema: { type: 'boolean' },
    read: (value) => value.boolean(),
  });
}
