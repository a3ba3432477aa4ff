function language(): string {
  const asked = document.documentElement.lang;
  return asked !== '' && Intl.NumberFormat.supportedLocalesOf([asked.replace('_', '-')]).length > 0
    ? asked.replace('_', '-')
    : 'en';
}

const formats = new Map<string, Intl.NumberFormat>();

function format(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  const known = formats.get(key);
  const made = known ?? new Intl.NumberFormat(language(), options);
  if (!known) formats.set(key, made);
  return made.format(value);
}

/** A whole or broken number for reading: `4,772`, `0.5`. */
export function count(value: number): string {
  return format(value, { maximumFractionDigits: 1 });
}

/** `share` (0 to 1) in percent, without the sign. */
export function percent(share: number, digits = 0): string {
  return format(share * 100, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Digits after the point that a share of `n` images supports. */
export function digitsFor(n: number): number {
  return n >= 200 ? 1 : 0;
}

/** A value with `digits` after the point. */
export function fixed(value: number, digits: number): string {
  return format(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A bottleneck value or a statistic of some: three significant digits. */
export function value(number: number): string {
  if (!Number.isFinite(number)) return String(number);
  const size = Math.abs(number);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return number.toExponential(2);
  return format(number, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
}
