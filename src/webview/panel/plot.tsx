import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { EpochView, Score } from '../../protocol';
import { fixed, percent } from '../numbers';
import { followWidth } from '../plotWidth';
import { colour, themeVersion } from '../theme';
import { plotData, type PlotLine } from './plotData';

/** What the numbers on an axis count; none: it needs no name. Above is an axis of its own. */
export interface AxisNames {
  readonly below?: string | undefined;
  readonly above?: string | undefined;
}

interface PlotProps {
  readonly label: string;
  readonly measure: keyof Score;
  /** How many there are and how they look stays the same; only their curves change. */
  readonly lines: readonly PlotLine[];
  readonly axes?: AxisNames;
  /** Marked where there is one. */
  readonly bestEpoch?: number | null;
  /** The number of the epoch under the pointer, of all plots; null when it left. Absent: the pointer shows nothing. */
  readonly point?: (index: number | null) => void;
}

const height = 168;
/** Of the name of an axis. */
const nameHeight = 15;
/** The x axis never shows fewer epochs, so that the first ones do not leap. */
const fewestEpochs = 20;

/** Training and validation over one curve, the way the panel shows it. */
export function linesOf(curve: readonly EpochView[]): readonly PlotLine[] {
  return [
    { curve, side: 'training', colour: '--first' },
    { curve, side: 'validation', colour: '--second' },
  ];
}

/**
 * One measure over the epochs or steps, drawn by uPlot in the editor's colours; validation is dashed. Curves that count
 * something else have an axis of their own above, on which they end where the others do.
 */
export function Plot({ label, measure, lines, axes = {}, bestEpoch = null, point }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const best = useRef(bestEpoch);
  best.current = bestEpoch;
  const ratio = useRef(1);
  const theme = themeVersion.value;
  const { below, above } = axes;
  const tall = height + [below, above].filter((name) => name !== undefined).length * nameHeight;

  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const { data, aboveByBelow } = plotData(lines, measure);
    ratio.current = aboveByBelow;
    const made = new uPlot(
      {
        width: target.clientWidth,
        height: tall,
        ...options(measure, lines, { below, above }, () => ratio.current, point),
        hooks: {
          draw: [(drawn) => markBest(drawn, best.current)],
          ...(point && { setCursor: [(drawn) => point(drawn.cursor.idx ?? null)] }),
        },
      },
      data,
      target,
    );
    plot.current = made;
    const stopFollowing = followWidth(made, target, tall);
    return () => {
      stopFollowing();
      made.destroy();
      plot.current = null;
    };
  }, [measure, theme, below, above]);

  useEffect(() => {
    const { data, aboveByBelow } = plotData(lines, measure);
    ratio.current = aboveByBelow;
    plot.current?.setData(data);
  }, [lines, measure, bestEpoch]);

  return <div class="plot" ref={box} role="img" aria-label={label} style={`min-height: ${tall}px`} />;
}

function options(
  measure: keyof Score,
  lines: readonly PlotLine[],
  { below, above }: AxisNames,
  aboveByBelow: () => number,
  point: PlotProps['point'],
): Omit<uPlot.Options, 'width' | 'height'> {
  const muted = colour('--muted');
  const style = getComputedStyle(document.body);
  const font = `11px ${style.fontFamily}`;
  const axis = {
    stroke: muted,
    font,
    grid: { stroke: colour('--faint'), width: 1 },
    ticks: { show: false },
  };
  const counting = (name: string | undefined): uPlot.Axis => ({
    ...axis,
    grid: { show: false },
    size: 26,
    gap: 6,
    incrs: [1, 2, 5]
      .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((power) => n * 10 ** power))
      .sort((a, b) => a - b),
    space: 60,
    ...(name !== undefined && { label: name, labelFont: font, labelSize: nameHeight, labelGap: 0 }),
  });
  return {
    padding: [above === undefined ? 8 : 0, 18, 0, 0],
    legend: { show: false },
    cursor: point
      ? { sync: { key: 'epochs', setSeries: false }, drag: { x: false, y: false }, y: false }
      : { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: {
        time: false,
        range: (_plot, low, high) => [
          Math.min(low, 1),
          Math.max(high, above === undefined ? fewestEpochs : 1),
        ],
      },
      y: { range: measure === 'accuracy' ? accuracyRange : entropyRange },
      ...(above !== undefined && {
        above: {
          from: 'x',
          time: false,
          range: (_plot: uPlot, low: number, high: number): [number, number] => [
            low * aboveByBelow(),
            high * aboveByBelow(),
          ],
        },
      }),
    },
    axes: [
      counting(below),
      {
        ...axis,
        size: 46,
        gap: 8,
        space: 30,
        incrs:
          measure === 'accuracy' ? [0.05, 0.1, 0.25] : [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
        values: (_plot, splits) =>
          splits.map((split) =>
            measure === 'accuracy'
              ? `${percent(split)} %`
              : fixed(split, Number.isInteger(split) ? 0 : split < 0.1 ? 2 : 1),
          ),
      },
      ...(above === undefined ? [] : [{ ...counting(above), scale: 'above', side: 0 as const }]),
    ],
    series: [{}, ...lines.map(seriesOf)],
  };
}

function seriesOf({ side, colour: property }: PlotLine): uPlot.Series {
  const stroke = colour(property);
  return {
    label: side,
    stroke,
    dash: side === 'validation' ? [6, 3] : [],
    width: 1.75,
    // Between the numbers of one curve may lie those of another.
    spanGaps: true,
    points: { show: (plot, index) => hasOnePoint(plot.data[index] ?? []), fill: stroke, size: 5 },
  };
}

function hasOnePoint(values: ArrayLike<number | null | undefined>): boolean {
  return Array.from(values).filter((value) => value !== null && value !== undefined).length === 1;
}

function accuracyRange(_plot: uPlot, low: number | null): [number, number] {
  return [Math.min(0.75, Math.floor((low ?? 0) * 4) / 4), 1.01];
}

function entropyRange(_plot: uPlot, _low: number | null, high: number | null): [number, number] {
  return [0, Math.max(0.1, (high ?? 1) * 1.04)];
}

function markBest(plot: uPlot, epoch: number | null): void {
  if (epoch === null) return;
  const x = Math.round(plot.valToPos(epoch, 'x', true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('--muted');
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
