import { useEffect, useRef } from 'preact/hooks';
import type { RowValues } from '../../protocol';
import { themeVersion } from '../theme';
import { drawStrip } from './heat';
import type { Scale } from './statistics';

/** A row's values at a glance. It is decoration beside the row's numbers. */
export function Strip({ row, scale, width }: { row: RowValues; scale: Scale; width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = themeVersion.value;
  useEffect(() => {
    if (canvas.current) drawStrip(canvas.current, row, scale);
  }, [row, scale, theme, width]);
  return <canvas ref={canvas} class="strip" aria-hidden="true" />;
}
