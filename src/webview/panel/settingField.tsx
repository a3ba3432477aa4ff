import type { TargetedEvent, TargetedInputEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { FromPanel, SettingControl } from '../../protocol';
import { Name } from '../text';
import { t } from '../words';
import { settingWords, valueTitle } from './settingWords';

type Value = NonNullable<SettingControl['value']>;

interface FieldProps {
  readonly control: SettingControl;
  /** Why the value that was entered last is not taken. */
  readonly refused: string | undefined;
  readonly post: (message: FromPanel) => void;
}

/** One setting: its name, what it is, what that means. */
export function SettingField({ control, refused, post }: FieldProps) {
  const { name, named, choices } = control;
  const { title, hint } = settingWords[name];
  const id = `setting-${name}`;
  const change = (value: Value | null) => post({ kind: 'changeSetting', name, value });
  const value = control.value ?? control.usual;
  const meaning = hint?.() ?? (typeof value === 'string' && choices?.[value] ? t(choices[value]) : undefined);
  const described = [meaning !== undefined && `${id}-hint`, refused !== undefined && `${id}-refused`]
    .filter((one) => one !== false)
    .join(' ');
  return (
    <div class={named ? 'setting named' : 'setting'}>
      <div class="setting-head">
        <label for={id}>{title()}</label>
        {named && (
          <button
            type="button"
            class="word"
            aria-label={t('Reset {setting}', { setting: title() })}
            title={t('Takes it out of retrain.json.')}
            onClick={() => change(null)}
          >
            {t('Reset')}
          </button>
        )}
      </div>
      {name === 'backbone' ? (
        <Backbone id={id} value={String(value)} choose={() => post({ kind: 'chooseBackbone' })} />
      ) : (
        <Input
          id={id}
          control={control}
          described={described}
          invalid={refused !== undefined}
          change={change}
        />
      )}
      {meaning !== undefined && (
        <p class="note" id={`${id}-hint`}>
          {meaning}
        </p>
      )}
      {refused !== undefined && (
        <p class="refused" id={`${id}-refused`} role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

/** Chosen from a list of the editor, which says of each what it is and where it is. */
function Backbone({ id, value, choose }: { id: string; value: string; choose: () => void }) {
  return (
    <div class="setting-choice">
      <Name of={value} />
      <button id={id} type="button" class="button" onClick={choose}>
        {t('Choose…')}
      </button>
    </div>
  );
}

interface InputProps {
  readonly id: string;
  readonly control: SettingControl;
  readonly described: string;
  readonly invalid: boolean;
  readonly change: (value: Value | null) => void;
}

function Input(props: InputProps) {
  const { id, control, described, change } = props;
  const { name, input, choices } = control;
  const value = control.value ?? control.usual;
  switch (input.kind) {
    case 'choice':
      return (
        <select
          id={id}
          aria-describedby={described}
          value={String(value)}
          onChange={(event) => change(event.currentTarget.value)}
        >
          {Object.keys(choices ?? {}).map((one) => (
            <option key={one} value={one}>
              {valueTitle(name, one)}
            </option>
          ))}
        </select>
      );
    case 'toggle':
      return (
        <input
          id={id}
          type="checkbox"
          aria-describedby={described}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case 'number':
    case 'text':
      return <Entry {...props} />;
  }
}

/** What is typed, and what held then. */
interface Draft {
  readonly text: string;
  readonly over: string;
}

/** A number or a text that is typed. It stays as typed until it holds: a page that is drawn anew takes nothing back. */
function Entry({ id, control, described, invalid, change }: InputProps) {
  const { input, value, usual, named } = control;
  const [draft, setDraft] = useState<Draft | null>(null);
  const over = JSON.stringify([value, named]);
  const commit = (entry: HTMLInputElement) => {
    if (entry.validity.badInput) return entry.reportValidity();
    const text = entry.value.trim();
    const entered = text === '' ? null : input.kind === 'number' ? Number(text) : text;
    if (entered === value || (entered === null && !named)) return setDraft(null);
    return change(entered);
  };
  const common = {
    id,
    'aria-describedby': described,
    'aria-invalid': invalid,
    placeholder: usual === null ? '' : String(usual),
    value: draft?.over === over ? draft.text : value === null ? '' : String(value),
    onInput: (event: TargetedInputEvent<HTMLInputElement>) =>
      setDraft({ text: event.currentTarget.value, over }),
    onChange: (event: TargetedEvent<HTMLInputElement>) => commit(event.currentTarget),
  };
  if (input.kind !== 'number') return <input type="text" {...common} />;
  const { least, most, whole } = input;
  return <input type="number" min={least} max={most ?? undefined} step={whole ? 1 : 'any'} {...common} />;
}
