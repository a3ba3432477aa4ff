import type { EpochView, Score } from '../../protocol';

/** One side of a curve in a plot. */
export interface PlotLine {
  readonly curve: readonly EpochView[];
  readonly side: 'training' | 'validation';
  /** A custom property, such as `--first`. */
  readonly colour: string;
  /** Its epochs are those of the axis above. */
  readonly above?: boolean;
}

type Points = [number[], ...(number | null)[][]];

/**
 * The points of the lines, each at its own epoch or step, on the numbers of the axis below; null where a line has none.
 * `aboveByBelow`: how many of the axis above are as far as one of the axis below, such that the longest curves of both
 * end at the same place.
 */
export function plotData(
  lines: readonly PlotLine[],
  measure: keyof Score,
): { readonly data: Points; readonly aboveByBelow: number } {
  const end = (above: boolean): number =>
    Math.max(
      0,
      ...lines.map((line) => ((line.above ?? false) === above ? (line.curve.at(-1)?.epoch ?? 0) : 0)),
    );
  const [below, above] = [end(false), end(true)];
  const aboveByBelow = below > 0 && above > 0 ? above / below : 1;
  const placed = lines.map(({ curve, side, above: isAbove }) => {
    const scale = isAbove ? aboveByBelow : 1;
    return new Map(curve.map((epoch) => [epoch.epoch / scale, epoch[side]?.[measure] ?? null]));
  });
  const x = [...new Set(placed.flatMap((line) => [...line.keys()]))].sort((a, b) => a - b);
  return {
    data: [x, ...placed.map((line) => x.map((epoch) => line.get(epoch) ?? null))],
    aboveByBelow,
  };
}
