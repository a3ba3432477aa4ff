import type uPlot from 'uplot';

/** Keeps a plot as wide as what it stands in. Returns what ends that. */
export function followWidth(plot: uPlot, target: HTMLElement, height: number): () => void {
  const observer = new ResizeObserver(() => {
    if (target.clientWidth > 0) plot.setSize({ width: target.clientWidth, height });
  });
  observer.observe(target);
  return () => observer.disconnect();
}
