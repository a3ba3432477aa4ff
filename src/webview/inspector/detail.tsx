import type { PartRow, RowValues } from '../../protocol';
import { count, value } from '../numbers';
import { Picture } from '../picture';
import { Name, fileName } from '../text';
import type { Thumbnails } from '../thumbnails';
import { ThumbnailSource } from '../thumbnails';
import { plural, t } from '../words';
import { HistogramView } from './histogramView';
import { labelOf, pathOf } from './rowNames';
import { statisticsOf, type Scale } from './statistics';
import { ValueGrid } from './valueGrid';

interface DetailProps {
  readonly row: PartRow;
  readonly values: RowValues | undefined;
  readonly scale: Scale;
  /** Larger pictures than those of the table. */
  readonly pictures: Thumbnails;
  readonly open: (row: PartRow) => void;
}

/** The chosen row: its picture, where it lies, and all its values. */
export function Detail({ row, values, scale, pictures, open }: DetailProps) {
  const path = pathOf(row);
  return (
    <aside class="detail" aria-label={t('Row {row}', { row: row.row })}>
      {row.path !== null && (
        <ThumbnailSource.Provider value={pictures}>
          <button type="button" class="large" aria-label={t('Open the picture')} onClick={() => open(row)}>
            <Picture path={row.path} whole />
          </button>
        </ThumbnailSource.Provider>
      )}
      <p class="title">
        <Name of={fileName(path)} />
      </p>
      <p class="quiet">
        {path !== '' && <Name of={labelOf(row)} />}
        {path !== '' && ' · '}
        {t('row {row}', { row: row.row })}
      </p>
      <p class="quiet where">
        <Name of={path} />
      </p>
      {row.path === null && path !== '' && (
        <p>
          {t(
            'No image of the dataset has this content any more; this is where it was when its values were computed.',
          )}
        </p>
      )}
      {!values && <p class="quiet">{t('Reading the values…')}</p>}
      {row.checksum === 'wrong' && (
        <p class="wrong">
          <span aria-hidden="true">✗ </span>
          {t(
            'These values do not match their checksum and are not used. Retrain to have them computed again.',
          )}
        </p>
      )}
      {row.checksum === 'missing' && (
        <p class="wrong">{t('No line of the index says what this row holds, so it is not used.')}</p>
      )}
      {values && <Values values={values} scale={scale} />}
    </aside>
  );
}

function Values({ values, scale }: { values: RowValues; scale: Scale }) {
  const { minimum, maximum, mean, norm, zeros } = statisticsOf(values);
  const facts: readonly (readonly [string, string])[] = [
    [t('min'), value(minimum)],
    [t('max'), value(maximum)],
    [t('mean'), value(mean)],
    [t('norm'), value(norm)],
    [t('zeros'), count(zeros)],
  ];
  return (
    <>
      <dl class="statistics">
        {facts.map(([term, fact]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <h2>{t('Histogram')}</h2>
      <HistogramView row={values} />
      <h2>{plural(values.values.length, 'The {n} value', 'All {n} values')}</h2>
      <ValueGrid row={values} scale={scale} />
    </>
  );
}
