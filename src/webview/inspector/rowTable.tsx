import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ChecksumState, PartRow } from '../../protocol';
import { useInnerSize } from '../innerSize';
import { count, fixed } from '../numbers';
import { Picture } from '../picture';
import { Name, fileName, shown } from '../text';
import { t } from '../words';
import { labelOf, pathOf } from './rowNames';
import type { RowStore } from './rowStore';
import { statisticsOf, type Scale } from './statistics';
import { Strip } from './strip';

interface RowTableProps {
  /** Those that match what is looked for. */
  readonly rows: readonly PartRow[];
  readonly store: RowStore;
  readonly scale: Scale;
  /** The number of the chosen row. */
  readonly chosen: number | null;
  readonly choose: (row: number) => void;
  readonly open: (row: PartRow) => void;
}

const rowHeight = 38;
const headHeight = 32;
/** Lines that exist beyond the visible ones. */
const beyond = 6;

/** The rows of a part as a grid of which only the visible lines exist. */
export function RowTable({ rows, store, scale, chosen, choose, open }: RowTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const size = useSignal({ width: 0, height: 0 });

  useInnerSize(scroller, ({ width, height }) => (size.value = { width, height: height - headHeight }));

  const index = rows.findIndex((row) => row.row === chosen);
  useEffect(() => {
    if (scroller.current && index >= 0) reveal(scroller.current, index);
  }, [index, size.value.height > 0]);

  const first = Math.max(0, Math.floor(top.value / rowHeight) - beyond);
  const last = Math.min(rows.length, Math.ceil((top.value + size.value.height) / rowHeight) + beyond);
  const visible = rows.slice(first, last);
  const needed = visible.map((row) => row.row).join();
  useEffect(() => {
    // While the person scrolls fast, what flies past is not asked for.
    const timer = setTimeout(
      () =>
        store.need(
          visible.map((row) => row.row),
          performance.now(),
        ),
      40,
    );
    return () => clearTimeout(timer);
  }, [needed, store, store.version.value]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    if (event.key === 'Enter') {
      const row = rows[index];
      if (row) open(row);
      return;
    }
    const page = Math.max(1, Math.floor(size.value.height / rowHeight) - 1);
    const next = nextIndex(event.key, index, rows.length, page);
    const row = next === undefined ? undefined : rows[next];
    if (!row) return;
    event.preventDefault();
    choose(row.row);
  };

  return (
    <div
      class="grid"
      role="grid"
      aria-label={t('Rows of bottleneck values')}
      aria-rowcount={rows.length + 1}
      aria-colcount={7}
      tabIndex={0}
      {...(index >= first && index < last ? { 'aria-activedescendant': `row-${chosen}` } : {})}
      onKeyDown={onKeyDown}
    >
      <div
        class="lines"
        role="presentation"
        ref={scroller}
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
      >
        <div class="line head" role="row" aria-rowindex={1} style={`height: ${headHeight}px`}>
          <span role="columnheader">{t('row')}</span>
          <span role="columnheader">
            <span class="sr">{t('picture')}</span>
          </span>
          <span role="columnheader">{t('file')}</span>
          <span role="columnheader">{t('label')}</span>
          <span role="columnheader">{t('values, against the mean')}</span>
          <span role="columnheader">{t('norm')}</span>
          <span role="columnheader">{t('checksum')}</span>
        </div>
        <div class="height" role="rowgroup" style={`height: ${rows.length * rowHeight}px`}>
          {visible.map((row, i) => (
            <Line
              key={row.row}
              row={row}
              index={first + i}
              chosen={row.row === chosen}
              choose={choose}
              values={store.get(row.row)}
              scale={scale}
              width={size.value.width}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Line(props: {
  row: PartRow;
  index: number;
  chosen: boolean;
  choose: (row: number) => void;
  values: ReturnType<RowStore['get']>;
  scale: Scale;
  width: number;
}) {
  const { row, index, chosen, choose, values, scale, width } = props;
  const path = pathOf(row);
  // What does not match its checksum is not drawn as if it were a row's values.
  const used = row.checksum === 'right' ? values : undefined;
  return (
    <div
      id={`row-${row.row}`}
      class="line"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={`top: ${index * rowHeight}px; height: ${rowHeight}px`}
      onClick={() => choose(row.row)}
    >
      <span role="gridcell" class="digits quiet">
        {count(row.row)}
      </span>
      <span role="gridcell">
        {row.path === null ? <span class="picture" data-state="none" /> : <Picture path={row.path} />}
      </span>
      <span role="gridcell" class="file" title={shown(path)}>
        {row.path === null && <span class="quiet">{t('gone')} · </span>}
        <Name of={fileName(path)} />
      </span>
      <span role="gridcell" class="quiet">
        {path !== '' && <Name of={labelOf(row)} />}
      </span>
      <span role="gridcell">{used && <Strip row={used} scale={scale} width={width} />}</span>
      <span role="gridcell" class="digits quiet">
        {used && fixed(statisticsOf(used).norm, 1)}
      </span>
      <span role="gridcell" class={`checksum ${row.checksum}`}>
        {checksumWords(row.checksum)}
      </span>
    </div>
  );
}

function checksumWords(state: ChecksumState): string {
  switch (state) {
    case 'right':
      return `✓ ${t('right')}`;
    case 'wrong':
      return `✗ ${t('wrong')}`;
    case 'missing':
      return `– ${t('missing')}`;
  }
}

function nextIndex(key: string, at: number, rows: number, page: number): number | undefined {
  const within = (index: number) => Math.max(0, Math.min(rows - 1, index));
  switch (key) {
    case 'ArrowDown':
      return within(at + 1);
    case 'ArrowUp':
      return within(at - 1);
    case 'PageDown':
      return within(at + page);
    case 'PageUp':
      return within(at - page);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return undefined;
  }
}

/** Scrolls as little as needed; from afar so that the row comes to the middle. */
function reveal(scroller: HTMLElement, index: number): void {
  const above = index * rowHeight;
  const { scrollTop } = scroller;
  const height = scroller.clientHeight - headHeight;
  const below = above + rowHeight;
  if (above >= scrollTop && below <= scrollTop + height) return;
  const near = above > scrollTop - height && below < scrollTop + 2 * height;
  if (!near) scroller.scrollTop = above - (height - rowHeight) / 2;
  else scroller.scrollTop = above < scrollTop ? above : below - height;
}
