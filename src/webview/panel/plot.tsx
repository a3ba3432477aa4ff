import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { EpochView, Score } from '../../protocol';
import { fixed, percent } from '../numbers';
import { followWidth } from '../plotWidth';
import { colour, themeVersion } from '../theme';

interface PlotProps {
  readonly label: string;
  readonly measure: keyof Score;
  readonly curve: readonly EpochView[];
  readonly bestEpoch: number | null;
  /** The epoch under the pointer, of both plots; null when it left. */
  readonly point: (index: number | null) => void;
}

const height = 168;
/** The x axis never shows fewer epochs, so that the first ones do not leap. */
const fewestEpochs = 20;

/** One measure over the epochs, training and validation, drawn by uPlot in the editor's colours. */
export function Plot({ label, measure, curve, bestEpoch, point }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const best = useRef(bestEpoch);
  best.current = bestEpoch;
  const theme = themeVersion.value;

  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const made = new uPlot(
      options(measure, target.clientWidth, () => best.current, point),
      dataOf(curve, measure),
      target,
    );
    plot.current = made;
    const stopFollowing = followWidth(made, target, height);
    return () => {
      stopFollowing();
      made.destroy();
      plot.current = null;
    };
  }, [measure, theme]);

  useEffect(() => {
    plot.current?.setData(dataOf(curve, measure));
  }, [curve, measure, bestEpoch]);

  return <div class="plot" ref={box} role="img" aria-label={label} style={`min-height: ${height}px`} />;
}

function dataOf(curve: readonly EpochView[], measure: keyof Score): uPlot.AlignedData {
  return [
    curve.map((epoch) => epoch.epoch),
    curve.map((epoch) => epoch.training[measure]),
    curve.map((epoch) => epoch.validation?.[measure] ?? null),
  ];
}

function options(
  measure: keyof Score,
  width: number,
  bestEpoch: () => number | null,
  point: (index: number | null) => void,
): uPlot.Options {
  const muted = colour('--muted');
  const grid = { stroke: colour('--faint'), width: 1 };
  const style = getComputedStyle(document.body);
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: muted, font, grid, ticks: { show: false } };
  const series = (name: string, stroke: string, dash: number[]): uPlot.Series => ({
    label: name,
    stroke,
    dash,
    width: 1.75,
    points: { show: (plot) => plot.data[0].length === 1, fill: stroke, size: 5 },
  });
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'epochs', setSeries: false }, drag: { x: false, y: false }, y: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: (_plot, low, high) => [Math.min(low, 1), Math.max(high, fewestEpochs)] },
      y: { range: measure === 'accuracy' ? accuracyRange : entropyRange },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        gap: 6,
        incrs: [1, 2, 5]
          .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((power) => n * 10 ** power))
          .sort((a, b) => a - b),
        space: 60,
      },
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
    ],
    series: [{}, series('training', colour('--first'), []), series('validation', colour('--second'), [6, 3])],
    hooks: {
      draw: [(plot) => markBest(plot, bestEpoch(), muted)],
      setCursor: [(plot) => point(plot.cursor.idx ?? null)],
    },
  };
}

function accuracyRange(_plot: uPlot, low: number | null): [number, number] {
  return [Math.min(0.75, Math.floor((low ?? 0) * 4) / 4), 1.01];
}

function entropyRange(_plot: uPlot, _low: number | null, high: number | null): [number, number] {
  return [0, Math.max(0.1, (high ?? 1) * 1.04)];
}

function markBest(plot: uPlot, epoch: number | null, stroke: string): void {
  if (epoch === null) return;
  const x = Math.round(plot.valToPos(epoch, 'x', true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
