import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { EvaluationView } from '../../protocol';
import { useInnerSize } from '../innerSize';
import { count, percent } from '../numbers';
import { shown } from '../text';
import { plural, t } from '../words';
import { sum } from './confusions';
import { cellSentence, nextCell } from './matrixCell';

interface MatrixProps {
  readonly evaluation: EvaluationView;
  /** Indices of the classes that are drawn. */
  readonly classes: readonly number[];
  readonly unit: 'counts' | 'percent';
  readonly choose: (truth: string, predicted: string) => void;
  readonly chosen: { readonly truth: string; readonly predicted: string } | null;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** Below this width a cell has no room for its number, and is drawn by its size instead. */
const roomForNumber = 30;
/** Below this width a column has no room for its rotated label. */
const roomForLabel = 12;
/** How long a rotated label may be, as in panel.css, and how wide a letter is on average. */
const longestRotated = 110;
const letter = 6.6;
const widest = 84;
/** Where cells are narrower, the column of totals is left out. */
const roomForTotal = 6;
const totalWidth = 48;
const narrowest = 3;

/** The confusion matrix as a heat map: rows are the truth, columns what the model said. */
export function Matrix({ evaluation, classes, unit, choose, chosen }: MatrixProps) {
  const { labels, confusion } = evaluation;
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const active = useSignal<Place>({ row: 0, column: 0 });
  const pointed = useSignal<Place | null>(null);

  useInnerSize(box, (size) => (width.value = size.width));

  const label = (place: number) => labels[classes[place] ?? -1] ?? '';
  const images = (row: number, column: number) => confusion[classes[row] ?? -1]?.[classes[column] ?? -1] ?? 0;
  const totals = classes.map((truth) => sum(confusion[truth] ?? []));
  const cell = cellWidth(width.value, classes, labels);
  const compact = cell < roomForNumber;
  const totalled = cell >= roomForTotal;
  const fitting = (room: number) =>
    classes.filter((index) => shown(labels[index] ?? '').length * letter <= room).length;
  const rotated = compact || fitting(longestRotated) > fitting(cell - 4);

  const placeOf = (target: EventTarget | null): Place | null => {
    const found = target instanceof Element ? target.closest('td[data-row]') : null;
    if (!(found instanceof HTMLElement)) return null;
    return { row: Number(found.dataset['row']), column: Number(found.dataset['column']) };
  };
  const chooseAt = ({ row, column }: Place) => {
    active.value = { row, column };
    choose(label(row), label(column));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = placeOf(event.target);
    if (!at || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      chooseAt(at);
      return;
    }
    const next = nextCell(event.key, at, classes.length, event.ctrlKey);
    if (!next) return;
    event.preventDefault();
    active.value = next;
    box.current
      ?.querySelector<HTMLElement>(`td[data-row="${next.row}"][data-column="${next.column}"]`)
      ?.focus();
  };
  const reading = pointed.value;

  return (
    <>
      <div class="matrix-box" ref={box}>
        <table
          class={`matrix ${compact ? 'compact' : ''} ${rotated ? 'rotated' : ''} ${cell < roomForLabel ? 'unlabelled' : ''}`}
          style={`--cell: ${cell}px; --line-height: ${compact ? Math.max(14, Math.min(22, cell)) : 38}px`}
          role="grid"
          aria-label={t('Confusion matrix: rows are what it is, columns what the model said')}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            const at = placeOf(event.target);
            if (at) chooseAt(at);
          }}
          onMouseOver={(event) => {
            pointed.value = placeOf(event.target);
          }}
          onMouseLeave={() => {
            pointed.value = null;
          }}
          onFocusIn={(event) => {
            pointed.value = placeOf(event.target);
          }}
          onFocusOut={() => {
            pointed.value = null;
          }}
        >
          <thead>
            <tr>
              <td role="presentation" />
              {classes.map((index, column) => (
                <th
                  key={index}
                  scope="col"
                  class={reading?.column === column ? 'lit' : ''}
                  title={shown(labels[index] ?? '')}
                >
                  <bdi>{shown(labels[index] ?? '')}</bdi>
                </th>
              ))}
              {totalled && (
                <th scope="col" class="total">
                  {t('all')}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {classes.map((index, row) => (
              <tr key={index}>
                <th scope="row" class={reading?.row === row ? 'lit' : ''} title={shown(labels[index] ?? '')}>
                  <bdi>{shown(labels[index] ?? '')}</bdi>
                </th>
                {classes.map((other, column) => {
                  const n = images(row, column);
                  const total = totals[row] ?? 0;
                  const share = total > 0 ? n / total : 0;
                  return (
                    <td
                      key={other}
                      data-row={row}
                      data-column={column}
                      class={n === 0 ? 'none' : row === column ? 'hit' : 'miss'}
                      style={`--share: ${share.toFixed(3)}`}
                      tabIndex={active.value.row === row && active.value.column === column ? 0 : -1}
                      aria-selected={chosen?.truth === label(row) && chosen.predicted === label(column)}
                      aria-label={cellSentence({
                        truth: label(row),
                        predicted: label(column),
                        images: n,
                        total,
                      })}
                    >
                      <span class="cell">
                        {compact ? '' : n === 0 ? '·' : unit === 'counts' ? count(n) : percent(share)}
                      </span>
                    </td>
                  );
                })}
                {totalled && <td class="total">{count(totals[row] ?? 0)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="reading">
        {/* Both stand in the same place, so that nothing below moves when a cell is read. */}
        <p class={reading ? 'away' : ''}>
          {compact
            ? t(
                'Rows: what it is. Columns: what the model said. Filled cells are right, dots are wrong. Choose one to see its photos.',
              )
            : t('Rows: what it is. Columns: what the model said. Choose a cell to see its photos.')}
        </p>
        {reading && (
          <p class="read">
            {cellSentence({
              truth: label(reading.row),
              predicted: label(reading.column),
              images: images(reading.row, reading.column),
              total: totals[reading.row] ?? 0,
            })}
          </p>
        )}
      </div>
      {classes.length < labels.length && (
        <p class="note">
          {plural(
            labels.length,
            'Drawn: the {drawn} classes with the most confusions, of {n} class.',
            'Drawn: the {drawn} classes with the most confusions, of {n} classes.',
            { drawn: classes.length },
          )}
        </p>
      )}
    </>
  );
}

/** The width of a cell in pixels that lets all columns fit, within sensible bounds. */
function cellWidth(width: number, classes: readonly number[], labels: readonly string[]): number {
  const longest = Math.max(0, ...classes.map((index) => shown(labels[index] ?? '').length));
  const labelWidth = Math.min(150, Math.max(48, longest * 7 + 14), Math.max(48, width * 0.3));
  const room = (spacing: number, total: number) =>
    (width - labelWidth - total - spacing * (classes.length + 4)) / Math.max(1, classes.length);
  // Half pixels are as sharp as whole ones on most screens, and 50 cells add up to a column's width.
  const half = (pixels: number) => Math.floor(pixels * 2) / 2;
  const wide = room(2, totalWidth);
  if (wide >= roomForNumber) return Math.min(widest, Math.floor(wide));
  const narrow = half(room(1, totalWidth));
  return narrow >= roomForTotal ? narrow : Math.max(narrowest, half(room(1, 0)));
}
