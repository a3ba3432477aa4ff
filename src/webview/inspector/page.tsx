import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { FromInspector, PartRow, PartView } from '../../protocol';
import { count } from '../numbers';
import { Name, fileName } from '../text';
import type { Thumbnails } from '../thumbnails';
import { plural, t } from '../words';
import { Detail } from './detail';
import { rowsMatching } from './rowNames';
import type { RowStore } from './rowStore';
import { RowTable } from './rowTable';

interface PartPageProps {
  readonly part: PartView;
  readonly store: RowStore;
  /** The number of the chosen row; the host may choose, too. */
  readonly chosen: Signal<number | null>;
  readonly pictures: Thumbnails;
  readonly post: (message: FromInspector) => void;
}

/** One part of the cache: its rows as a table, the chosen one beside it. */
export function PartPage({ part, store, chosen, pictures, post }: PartPageProps) {
  const text = useSignal('');
  const rows = useMemo(() => rowsMatching(part.rows, text.value), [part, text.value]);
  const checks = useMemo(() => checksOf(part), [part]);
  const number = chosen.value;
  const row = number === null ? undefined : part.rows.find((one) => one.row === number);

  useEffect(() => {
    // A row the host chooses is shown, also when it is not among those looked for.
    if (number !== null && !rows.some((one) => one.row === number)) text.value = '';
  }, [number]);
  useEffect(() => {
    if (number !== null) store.need([number], performance.now());
  }, [number, store]);

  const open = ({ path }: PartRow) => {
    if (path !== null) post({ kind: 'openImage', path });
  };
  const version = store.version.value;
  return (
    <div class={row ? 'inspector with-detail' : 'inspector'} data-version={version}>
      <div class="table-side">
        <header class="top">
          <h1>
            <Name of={part.label} />
          </h1>
          <p class="quiet">
            <Name of={aboutOf(part)} /> · <span class="checks">{checks}</span>
          </p>
          <input
            type="search"
            class="find"
            placeholder={t('Find a file')}
            aria-label={t('Find a file')}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <p class="sr" role="status">
            {text.value === '' ? '' : plural(rows.length, '{n} row found', '{n} rows found')}
          </p>
        </header>
        {rows.length === 0 ? (
          <p class="nothing quiet">
            {part.rows.length === 0 ? t('This part holds no row yet.') : t('No file has this in its name.')}
          </p>
        ) : (
          <RowTable
            rows={rows}
            store={store}
            scale={part}
            chosen={number}
            choose={(next) => {
              chosen.value = next;
            }}
            open={open}
          />
        )}
      </div>
      {row && <Detail row={row} values={store.get(row.row)} scale={part} pictures={pictures} open={open} />}
    </div>
  );
}

function aboutOf(part: PartView): string {
  const shape = plural(part.rows.length, '{n} row × {values} values', '{n} rows × {values} values', {
    values: part.dimension,
  });
  return [fileName(part.file), shape, 'float32', bytesOf(part.bytes), part.backbone, part.runtime].join(
    ' · ',
  );
}

function checksOf({ rows }: PartView): string {
  const wrong = rows.filter((row) => row.checksum === 'wrong').length;
  const missing = rows.filter((row) => row.checksum === 'missing').length;
  const words = [
    wrong > 0 ? plural(wrong, '{n} checksum is wrong', '{n} checksums are wrong') : '',
    missing > 0 ? plural(missing, '{n} checksum is missing', '{n} checksums are missing') : '',
  ].filter((text) => text !== '');
  return words.length > 0 ? words.join(', ') : t('all checksums right');
}

function bytesOf(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${count(size >= 10 ? Math.round(size) : size)} ${units[unit] ?? ''}`;
}
