import type { ClassCount, ClassScore } from '../../protocol';
import { Capped } from '../capped';
import { Columns } from '../columns';
import { count, percent } from '../numbers';
import { Name } from '../text';
import { t } from '../words';
import { Band } from './band';

const first = 15;

/** Which classes: precision, recall and F1, weakest first, those that cannot be measured last. */
export function Classes({
  classes,
  open,
}: {
  classes: readonly ClassScore[];
  open: (label: string) => void;
}) {
  const ordered = [...classes].sort(
    (a, b) =>
      rank(a.f1, a) - rank(b.f1, b) || rank(a.recall, a) - rank(b.recall, b) || (a.label < b.label ? -1 : 1),
  );
  return (
    <Band id="classes" title={t('Classes, weakest first')}>
      <Capped items={ordered} first={first}>
        {(items) => (
          <table class="list classes">
            <Columns names={[t('class'), t('tested'), t('precision'), t('recall'), 'F1']} />
            <tbody>
              {items.map((score) => (
                <tr key={score.label}>
                  <th scope="row">
                    <button type="button" class="row-button" onClick={() => open(score.label)}>
                      <Name of={score.label} />
                    </button>
                  </th>
                  <td class="digits">{count(score.images)}</td>
                  {score.images === 0 ? (
                    <td colSpan={3} class="unmeasured">
                      {t('too small to measure')}
                    </td>
                  ) : (
                    <>
                      <Measure of={score.precision} />
                      <Measure of={score.recall} />
                      <Measure of={score.f1} />
                    </>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Capped>
    </Band>
  );
}

/** A class without testing photos, or without the measure, comes after those that were measured. */
function rank(measure: number | null, { images }: ClassScore): number {
  if (images === 0) return 3;
  return measure ?? 0;
}

function Measure({ of: measure }: { of: number | null }) {
  if (measure === null) {
    return (
      <td class="unmeasured" title={t('too small to measure')}>
        <span aria-hidden="true">–</span>
        <span class="sr">{t('too small to measure')}</span>
      </td>
    );
  }
  return (
    <td>
      <span class="measure">
        <span class="bar" style={`--share: ${measure.toFixed(3)}`} />
        <span class="digits">{percent(measure)}</span>
      </span>
    </td>
  );
}

/** What is known of the classes before there is a model: how many images each has. */
export function ClassCounts({ classes }: { classes: readonly ClassCount[] }) {
  const most = Math.max(1, ...classes.map((one) => one.count));
  return (
    <Band id="classes" title={t('Classes')} aside={<span class="digits">{count(classes.length)}</span>}>
      <Capped items={classes} first={first}>
        {(items) => (
          <table class="list classes counts">
            <Columns names={[t('class'), t('images')]} />
            <tbody>
              {items.map((one) => (
                <tr key={one.label}>
                  <th scope="row">
                    <Name of={one.label} />
                  </th>
                  <td>
                    <span class="measure">
                      <span class="bar" style={`--share: ${(one.count / most).toFixed(3)}`} />
                      <span class="digits">{count(one.count)}</span>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Capped>
    </Band>
  );
}
