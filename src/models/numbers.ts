import type { Untrusted } from '../base';

/** Wall-clock seconds. */
export function seconds(value: Untrusted): number {
  return value.number(0, Number.MAX_VALUE);
}

export function count(value: Untrusted): number {
  return value.integer(0, Number.MAX_SAFE_INTEGER);
}

/** Of a ridge classifier. */
export function penalty(value: Untrusted): number {
  return value.number(Number.MIN_VALUE, Number.MAX_VALUE);
}
