import type { RunComparison } from '../../protocol';
import { count } from '../numbers';
import { Band } from '../panel/band';
import { quoted, shown } from '../text';
import { plural, t } from '../words';

type Confusion = RunComparison['confusion'];

/** So many fit the width of the page. */
const mostDrawn = 27;
/** Above this, the labels of the columns stand upright. */
const fewClasses = 7;

/** Whether the matrix needs the whole width. */
export function isWide({ labels }: Confusion): boolean {
  return labels.length > fewClasses;
}

/** The confusion matrix after, less that before, of the photos that both have: green where it got better, orange where worse. */
export function DifferenceMatrix({ confusion, photos }: { confusion: Confusion; photos: number }) {
  const { labels, before, after, difference } = confusion;
  const classes = classesToDraw(difference);
  const most = Math.max(1, ...difference.flat().map(Math.abs));
  const rotated = classes.length > fewClasses;
  const title = t('Confusion matrix: after less before');
  if (photos === 0)
    return (
      <Band id="difference" title={title}>
        <p class="note">{t('There is nothing to show: no photo was measured in both runs.')}</p>
      </Band>
    );
  return (
    <Band
      id="difference"
      title={title}
      aside={<span class="digits">{plural(photos, '{n} photo', '{n} photos')}</span>}
    >
      <div class="matrix-box" tabIndex={0} role="group" aria-label={title}>
        <table
          class={`matrix difference ${rotated ? 'rotated' : ''}`}
          style={`--cell: ${rotated ? 34 : 62}px; --line-height: 34px`}
        >
          <thead>
            <tr>
              <td />
              {classes.map((column) => (
                <th key={column} scope="col" title={shown(labels[column] ?? '')}>
                  <bdi>{shown(labels[column] ?? '')}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((row) => (
              <tr key={row}>
                <th scope="row" title={shown(labels[row] ?? '')}>
                  <bdi>{shown(labels[row] ?? '')}</bdi>
                </th>
                {classes.map((column) => {
                  const change = difference[row]?.[column] ?? 0;
                  const better = change > 0 === (row === column);
                  const sentence = t('{truth}, answered {predicted}: {before} before, {after} after', {
                    truth: quoted(labels[row] ?? ''),
                    predicted: quoted(labels[column] ?? ''),
                    before: before[row]?.[column] ?? 0,
                    after: after[row]?.[column] ?? 0,
                  });
                  return (
                    <td
                      key={column}
                      class={change === 0 ? 'none' : better ? 'hit' : 'miss'}
                      style={`--share: ${(Math.abs(change) / most).toFixed(3)}`}
                      title={sentence}
                    >
                      <span class="cell">
                        {change === 0 ? '·' : `${change > 0 ? '+' : '−'}${count(Math.abs(change))}`}
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        {t('Rows: what it is. Columns: what the model said. In the diagonal more is better, elsewhere less.')}
      </p>
      {classes.length < labels.length && (
        <p class="note">
          {plural(
            labels.length,
            'Drawn: the {drawn} classes that changed most, of {n} class.',
            'Drawn: the {drawn} classes that changed most, of {n} classes.',
            { drawn: classes.length },
          )}
        </p>
      )}
    </Band>
  );
}

/** All classes, or those that changed most, in their own order. */
function classesToDraw(difference: Confusion['difference']): number[] {
  const all = difference.map((_, i) => i);
  if (all.length <= mostDrawn) return all;
  const changes = all.map(() => 0);
  difference.forEach((row, i) => {
    row.forEach((change, j) => {
      changes[i] = (changes[i] ?? 0) + Math.abs(change);
      changes[j] = (changes[j] ?? 0) + Math.abs(change);
    });
  });
  return all
    .sort((a, b) => (changes[b] ?? 0) - (changes[a] ?? 0) || a - b)
    .slice(0, mostDrawn)
    .sort((a, b) => a - b);
}
