import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RowValues } from '../../protocol';
import { useInnerSize } from '../innerSize';
import { fixed, value } from '../numbers';
import { themeVersion } from '../theme';
import { t } from '../words';
import { drawSquares } from './heat';
import { deviations, type Scale } from './statistics';

const side = 6;

/** All values of a row as squares; the pointer or the arrow keys read one of them. */
export function ValueGrid({ row, scale }: { row: RowValues; scale: Scale }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const pointed = useSignal<number | null>(null);
  const active = useSignal(0);
  const focused = useSignal(false);
  const theme = themeVersion.value;

  useInnerSize(box, (size) => (width.value = size.width));

  const { length } = row.values;
  const columns = Math.max(1, Math.floor(width.value / side));
  const lines = Math.ceil(length / columns);
  useEffect(() => {
    if (canvas.current && width.value > 0) drawSquares(canvas.current, row, scale, { columns, side });
  }, [row, scale, theme, columns]);

  const read = pointed.value ?? (focused.value ? active.value : null);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextValue(event.key, Math.min(active.value, length - 1), columns, length);
    if (next === undefined) return;
    event.preventDefault();
    active.value = next;
    pointed.value = null;
  };
  return (
    <>
      <div
        ref={box}
        class="squares"
        role="slider"
        tabIndex={0}
        aria-label={t('Values by index')}
        aria-valuemin={0}
        aria-valuemax={length - 1}
        aria-valuenow={active.value}
        aria-valuetext={sentence(row, scale, active.value)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          focused.value = true;
        }}
        onBlur={() => {
          focused.value = false;
        }}
        onPointerMove={(event) => {
          const index = Math.floor(event.offsetY / side) * columns + Math.floor(event.offsetX / side);
          pointed.value = event.offsetX < columns * side && index >= 0 && index < length ? index : null;
        }}
        onPointerLeave={() => {
          pointed.value = null;
        }}
        onPointerDown={() => {
          if (pointed.value !== null) active.value = pointed.value;
        }}
      >
        <canvas ref={canvas} style={`height: ${lines * side}px; width: ${columns * side}px`} />
        {read !== null && (
          <span
            class="square"
            style={`left: ${(read % columns) * side}px; top: ${Math.floor(read / columns) * side}px; width: ${side}px; height: ${side}px`}
          />
        )}
      </div>
      <p class="reading digits" aria-hidden="true">
        {read === null ? t('Point at a square for its index and value.') : sentence(row, scale, read)}
      </p>
    </>
  );
}

function sentence(row: RowValues, scale: Scale, index: number): string {
  const z = deviations(row, scale, index);
  const params = {
    index: String(index),
    value: value(row.values[index] ?? 0),
    deviations: fixed(Math.abs(z), 1),
  };
  return z >= 0
    ? t('Value {index}: {value}, {deviations} deviations above the mean', params)
    : t('Value {index}: {value}, {deviations} deviations below the mean', params);
}

function nextValue(key: string, at: number, columns: number, length: number): number | undefined {
  const within = (index: number) => (index >= 0 && index < length ? index : at);
  switch (key) {
    case 'ArrowRight':
      return within(at + 1);
    case 'ArrowLeft':
      return within(at - 1);
    case 'ArrowDown':
      return within(at + columns);
    case 'ArrowUp':
      return within(at - columns);
    case 'PageDown':
      return within(at + 10 * columns);
    case 'PageUp':
      return within(at - 10 * columns);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}
