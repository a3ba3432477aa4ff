import type { Untrusted } from '../base';

/** Wall-clock seconds. */
export function seconds(value: Untrusted): number {
  return value.number(0, Number.MAX_VALUE);
}

export function count(value: Untrusted): number {
  return value.integer(0, Number.MAX_SAFE_INTEGER);
}
