import type { RunComparison } from '../../protocol';
import { Capped } from '../capped';
import { count } from '../numbers';
import { Band } from '../panel/band';
import { Name } from '../text';
import { plural, t } from '../words';

type Dataset = RunComparison['dataset'];
type Known = Extract<Dataset, { kind: 'known' }>;

/** What became of the dataset between the two: images are told by their content, so a moved one is no change. */
export function DatasetBand({ dataset, open }: { dataset: Dataset; open: (path: string) => void }) {
  return (
    <Band
      id="dataset"
      title={t('What changed in the dataset')}
      aside={
        dataset.kind === 'known' && <span class="digits">{t('{n} unchanged', { n: dataset.unchanged })}</span>
      }
    >
      {dataset.kind === 'unknown' ? (
        <p class="note">
          {t('A run of an older version keeps no list of its images: what changed cannot be told.')}
        </p>
      ) : (
        <Changes dataset={dataset} open={open} />
      )}
    </Band>
  );
}

function Changes({ dataset, open }: { dataset: Known; open: (path: string) => void }) {
  const { added, removed, relabelled } = dataset;
  if (added.length + removed.length + relabelled.length === 0)
    return <p class="note">{t('Nothing: the same images under the same labels.')}</p>;
  return (
    <>
      <List
        title={plural(added.length, '{n} image added', '{n} images added')}
        items={added.map(({ path }) => ({ path, key: `after/${path}`, note: null }))}
        open={open}
      />
      <List
        title={plural(removed.length, '{n} image removed', '{n} images removed')}
        items={removed.map(({ path }) => ({ path, key: null, note: null }))}
        open={open}
      />
      <List
        title={plural(relabelled.length, '{n} image relabelled', '{n} images relabelled')}
        items={relabelled.map(({ before, after }) => ({
          path: after.path,
          key: `after/${after.path}`,
          note: before.label,
        }))}
        open={open}
      />
    </>
  );
}

interface Item {
  readonly path: string;
  /** What is opened; null: it is gone. */
  readonly key: string | null;
  /** The label before. */
  readonly note: string | null;
}

function List({
  title,
  items,
  open,
}: {
  title: string;
  items: readonly Item[];
  open: (path: string) => void;
}) {
  if (items.length === 0) return null;
  return (
    <section class="changes" aria-label={title}>
      <h3>
        {title} <span class="sr">{count(items.length)}</span>
      </h3>
      <Capped items={items} first={8} step={100}>
        {(some) => (
          <ul>
            {some.map(({ path, key, note }) => (
              <li key={path}>
                {key === null ? (
                  <span class="path gone">
                    <Name of={path} />
                  </span>
                ) : (
                  <button type="button" class="path" onClick={() => open(key)}>
                    <Name of={path} />
                  </button>
                )}
                {note !== null && (
                  <span class="note">
                    {' '}
                    {t('was')} <Name of={note} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Capped>
    </section>
  );
}
