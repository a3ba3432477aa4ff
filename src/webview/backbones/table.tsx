import type { BackbonesState, ComparedBackbone } from '../../protocol';
import { Columns } from '../columns';
import { count, fixed, percent } from '../numbers';
import { Name } from '../text';
import { t } from '../words';

interface TableProps {
  readonly compared: readonly ComparedBackbone[];
  readonly failed: BackbonesState['failed'];
  /** What the setting says. */
  readonly chosen: string;
  readonly use: (id: string) => void;
}

/** The numbers behind the points, and a button to take one. */
export function BackboneTable({ compared, failed, chosen, use }: TableProps) {
  return (
    <div class="wide" tabIndex={0} role="group" aria-label={t('Backbones')}>
      <table class="list backbones">
        <Columns
          names={[
            t('backbone'),
            t('values'),
            t('right, %'),
            t('95 %'),
            t('ms an image'),
            t('runtime'),
            t('setting'),
          ]}
        />
        <tbody>
          {compared.map(({ backbone, runtime, accuracy, interval, millisecondsAnImage }, i) => (
            <tr key={backbone.id}>
              <th scope="row">
                <span class="digit">{i + 1}</span> <Name of={backbone.name} />
                {backbone.id !== backbone.name && <span class="note id">{backbone.id}</span>}
              </th>
              <td>{count(backbone.dimension)}</td>
              <td>{percent(accuracy, 1)}</td>
              <td class="interval">
                {percent(interval.low, 1)} – {percent(interval.high, 1)}
              </td>
              <td>{fixed(millisecondsAnImage, 1)}</td>
              <td>{runtime}</td>
              <td>
                {backbone.id === chosen ? (
                  t('in use')
                ) : (
                  <button
                    type="button"
                    class="word link"
                    aria-label={t('Use {id}', { id: backbone.id })}
                    onClick={() => use(backbone.id)}
                  >
                    {t('Use')}
                  </button>
                )}
              </td>
            </tr>
          ))}
          {failed.map(({ id, message }) => (
            <tr key={id} class="failed">
              <th scope="row">
                <span class="digit" /> <Name of={id} />
              </th>
              <td colSpan={6} class="failure">
                {message}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
