import type { RowValues } from '../../protocol';
import { value } from '../numbers';
import { plural } from '../words';
import { histogram, statisticsOf } from './statistics';

const bins = 40;

/** How the values of a row are spread. */
export function HistogramView({ row }: { row: RowValues }) {
  const counts = histogram(row, bins);
  const most = Math.max(1, ...counts);
  const { minimum, maximum } = statisticsOf(row);
  const label = plural(
    row.values.length,
    '{n} value between {low} and {high}; at most {most} in one of {bins} parts',
    '{n} values between {low} and {high}; at most {most} in one of {bins} parts',
    { low: value(minimum), high: value(maximum), most, bins },
  );
  return (
    <div class="histogram" role="img" aria-label={label}>
      <svg viewBox={`0 0 ${bins} 100`} preserveAspectRatio="none" aria-hidden="true">
        {counts.map((images, i) => (
          <rect
            key={i}
            x={i + 0.06}
            width={0.88}
            y={100 - (images / most) * 100}
            height={(images / most) * 100}
          />
        ))}
      </svg>
      <span class="digits low">{value(minimum)}</span>
      <span class="digits high">{value(maximum)}</span>
    </div>
  );
}
