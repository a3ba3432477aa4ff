import { signal } from '@preact/signals';
import { count } from './numbers';

export type WordParams = Readonly<Record<string, string | number>>;

const translations = signal<Readonly<Record<string, string>>>({});

/** Takes the translation bundle of the state message: English text to translated text. */
export function setWords(words: Readonly<Record<string, string>>): void {
  translations.value = words;
}

/** `english` in the editor's language, its `{placeholders}` filled; numbers are written as `count` writes them. */
export function t(english: string, params: WordParams = {}): string {
  const words = translations.value;
  const text = (Object.hasOwn(words, english) ? words[english] : undefined) ?? english;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return whole;
    return typeof value === 'number' ? count(value) : value;
  });
}

/** `t` with the key that fits `n`, which fills the placeholder `{n}`. */
export function plural(n: number, one: string, many: string, params: WordParams = {}): string {
  return t(n === 1 ? one : many, { ...params, n });
}

/** How often something was done. */
export function times(n: number): string {
  return plural(n, 'once', '{n} times');
}
