import { colour } from '../theme';
import { deviations, type Scale } from './statistics';
import type { RowValues } from '../../protocol';

/** As many deviations from the mean are drawn in the full colour. */
const full = 2.5;

/** Sets the canvas to its place on the screen in device pixels; undefined where it has no place. */
function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const ratio = window.devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return undefined;
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext('2d') ?? undefined;
}

/** Draws the values from left to right as thin lines: blue above the mean, amber below, fainter the nearer. */
export function drawStrip(canvas: HTMLCanvasElement, row: RowValues, scale: Scale): void {
  const context = prepare(canvas);
  if (!context) return;
  const { width, height } = canvas;
  const paint = painter(context);
  const { length } = row.values;
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x * length) / width);
    const to = Math.max(from + 1, Math.floor(((x + 1) * length) / width));
    let sum = 0;
    for (let i = from; i < to; i++) sum += deviations(row, scale, i);
    // The sum of n values deviates by the root of n: so a pixel of many values is as vivid as one of one.
    paint(sum / Math.sqrt(to - from), x, 0, 1, height);
  }
}

/** Draws the values as squares, `columns` to a line, each `side` CSS pixels wide. */
export function drawSquares(
  canvas: HTMLCanvasElement,
  row: RowValues,
  scale: Scale,
  { columns, side }: { columns: number; side: number },
): void {
  const context = prepare(canvas);
  if (!context) return;
  const paint = painter(context);
  const step = side * window.devicePixelRatio;
  row.values.forEach((_, i) => {
    const left = Math.round((i % columns) * step);
    const top = Math.round(Math.floor(i / columns) * step);
    const right = Math.round(((i % columns) + 1) * step);
    const bottom = Math.round((Math.floor(i / columns) + 1) * step);
    paint(deviations(row, scale, i), left, top, right - left, bottom - top);
  });
}

function painter(context: CanvasRenderingContext2D) {
  const above = colour('--first');
  const below = colour('--second');
  return (z: number, x: number, y: number, width: number, height: number) => {
    context.globalAlpha = Math.min(1, Math.abs(z) / full);
    context.fillStyle = z >= 0 ? above : below;
    context.fillRect(x, y, width, height);
  };
}
