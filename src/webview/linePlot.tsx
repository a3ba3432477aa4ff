import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { count } from './numbers';
import { followWidth } from './plotWidth';
import { colour, themeVersion } from './theme';

/** One line over the x values of the plot; null where it has no point. */
export interface Line {
  readonly values: readonly (number | null)[];
  /** A custom property, such as `--first`. */
  readonly colour: string;
  readonly dash?: readonly number[];
  /** Draws points alone, or none. */
  readonly points?: 'only' | 'none';
  /** A faint line, as the bounds of an interval. */
  readonly faint?: boolean;
}

interface LinePlotProps {
  readonly label: string;
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly write: (value: number) => string;
  /** The least and the most that is drawn at least. */
  readonly low?: number;
  readonly high?: number;
  readonly height?: number;
  /** The number of the x value under the pointer; null when it left. */
  readonly point?: (index: number | null) => void;
}

/** Lines over one axis, drawn by uPlot in the editor's colours. */
export function LinePlot({ label, x, lines, write, low, high, height = 168, point }: LinePlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = themeVersion.value;

  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const style = getComputedStyle(document.body);
    const axis = {
      stroke: colour('--muted'),
      font: `11px ${style.fontFamily}`,
      grid: { stroke: colour('--faint'), width: 1 },
      ticks: { show: false },
    };
    const range = (_plot: uPlot, least: number | null, most: number | null): [number, number] => {
      const [from, to] = [Math.min(low ?? Infinity, least ?? 0), Math.max(high ?? -Infinity, most ?? 1)];
      return from < to ? [from, to] : [from, from + 1];
    };
    const made = new uPlot(
      {
        width: target.clientWidth,
        height,
        padding: [8, 14, 0, 0],
        legend: { show: false },
        cursor: point ? { drag: { x: false, y: false }, y: false } : { show: false },
        hooks: point ? { setCursor: [(plot) => point(plot.cursor.idx ?? null)] } : {},
        select: { show: false, left: 0, top: 0, width: 0, height: 0 },
        scales: { x: { time: false }, y: { range } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            gap: 6,
            space: 60,
            values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? count(split) : '')),
          },
          { ...axis, size: 50, gap: 8, space: 30, values: (_plot, splits) => splits.map(write) },
        ],
        series: [{}, ...lines.map(seriesOf)],
      },
      [[...x], ...lines.map(({ values }) => [...values])],
      target,
    );
    const stopFollowing = followWidth(made, target, height);
    return () => {
      stopFollowing();
      made.destroy();
    };
  }, [x, lines, theme]);

  return <div class="plot" ref={box} role="img" aria-label={label} style={`min-height: ${height}px`} />;
}

function seriesOf({ colour: property, dash = [], points = 'none', faint = false }: Line): uPlot.Series {
  const stroke = colour(property);
  return {
    stroke,
    dash: [...dash],
    width: points === 'only' ? 0 : faint ? 1 : 1.75,
    alpha: faint ? 0.6 : 1,
    spanGaps: true,
    points: { show: points === 'only', fill: stroke, stroke, size: 7 },
  };
}
