import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { count } from './numbers';
import { t } from './words';

interface CappedProps<T> {
  readonly items: readonly T[];
  /** How many are shown before the person asks for more. */
  readonly first: number;
  /** How many more each asking shows; absent: all. */
  readonly step?: number;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

/** The first items of a list, and a button for the rest. */
export function Capped<T>({ items, first, step, children }: CappedProps<T>) {
  const asked = useSignal(0);
  const limit = step === undefined ? (asked.value > 0 ? items.length : first) : first + asked.value * step;
  const left = items.length - limit;
  return (
    <>
      {children(items.slice(0, limit))}
      {left > 0 && (
        <button type="button" class="word more" onClick={() => (asked.value += 1)}>
          {step === undefined || left <= step
            ? t('Show all {n}', { n: items.length })
            : t('Show {step} more of {left}', { step: count(step), left: count(left) })}
        </button>
      )}
    </>
  );
}
