import type { DatasetFacts, SkippedView } from '../../protocol';
import { Capped } from '../capped';
import { Name } from '../text';
import { plural, t } from '../words';
import { Band } from './band';

interface FindingsProps {
  readonly dataset: DatasetFacts;
  readonly reveal: (path: string) => void;
}

const first = 6;

/** What was found in the dataset: files left out, the same picture under two labels, other warnings. */
export function Findings({ dataset, reveal }: FindingsProps) {
  const { skipped, duplicates, warnings } = dataset;
  return (
    <>
      {warnings.length > 0 && (
        <Band id="warnings" title={t('Worth a look')}>
          <Capped items={warnings} first={first}>
            {(items) => (
              <ul class="sentences">
                {items.map((warning, index) => (
                  <li key={index}>{warning.message}</li>
                ))}
              </ul>
            )}
          </Capped>
        </Band>
      )}
      {duplicates.length > 0 && (
        <Band
          id="duplicates"
          title={t('Same picture, two labels')}
          aside={plural(duplicates.length, '{n} picture', '{n} pictures')}
        >
          <Capped items={duplicates} first={first}>
            {(items) => (
              <ul class="sentences">
                {items.map((group) => (
                  <li key={group.join('\n')} class="group">
                    {group.map((path) => (
                      <PathButton key={path} path={path} reveal={reveal} />
                    ))}
                  </li>
                ))}
              </ul>
            )}
          </Capped>
        </Band>
      )}
      {skipped.length > 0 && (
        <Band id="skipped" title={t('Skipped')} aside={plural(skipped.length, '{n} file', '{n} files')}>
          <Capped items={skipped} first={first}>
            {(items) => (
              <ul class="sentences skipped">
                {items.map((file) => (
                  <li key={file.path}>
                    <PathButton path={file.path} reveal={reveal} />
                    <span class="reason">{reasonOf(file)}</span>
                  </li>
                ))}
              </ul>
            )}
          </Capped>
        </Band>
      )}
    </>
  );
}

function PathButton({ path, reveal }: { path: string; reveal: (path: string) => void }) {
  return (
    <button type="button" class="path" onClick={() => reveal(path)}>
      <Name of={path} />
    </button>
  );
}

/** The message without the path it opens with, which already stands before it. */
function reasonOf({ path, message }: SkippedView): string {
  return message.startsWith(path) ? message.slice(path.length).replace(/^[:\s]+/, '') : message;
}
