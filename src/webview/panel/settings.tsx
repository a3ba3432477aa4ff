import type { FromPanel, SettingControl, SettingName, SettingsView } from '../../protocol';
import { Name } from '../text';
import { t } from '../words';
import { SettingField } from './settingField';
import { settingGroups, settingWords, type SettingGroup } from './settingWords';

/** Why the value that was entered last for a setting is not taken; worded. */
export type Refused = Readonly<Partial<Record<SettingName, string>>>;

interface SettingsProps {
  readonly settings: SettingsView;
  readonly open: boolean;
  readonly refused: Refused;
  readonly post: (message: FromPanel) => void;
}

/** The settings of the dataset: a form while it is open, else what retrain.json decides, or why it cannot be used. */
export function Settings({ settings, open, refused, post }: SettingsProps) {
  if (settings.kind === 'damaged')
    return (
      <p class="settings failure" role="alert">
        {settings.message}{' '}
        <button type="button" class="link word" onClick={() => post({ kind: 'editSettings' })}>
          {t('Open retrain.json')}
        </button>
      </p>
    );
  if (open) return <SettingsForm {...settings} refused={refused} post={post} />;
  const { shownPath, controls } = settings;
  if (shownPath === null) return null;
  const names = controls.filter(({ named }) => named).map(({ name }) => name);
  return (
    <p class="settings">
      {t('Settings from')} <Name of={shownPath} />
      {names.length === 0 ? t(': none') : `: ${names.join(', ')}`}
    </p>
  );
}

/** For the header, whose button opens and closes it. */
export const settingsFormId = 'settings';

const order = Object.keys(settingWords) as SettingName[];

function SettingsForm({
  shownPath,
  controls,
  refused,
  post,
}: Extract<SettingsView, { kind: 'read' }> & Pick<SettingsProps, 'refused' | 'post'>) {
  const byName = new Map(controls.map((control) => [control.name, control]));
  const sorted = order
    .map((name) => byName.get(name))
    .filter((control): control is SettingControl => control !== undefined);
  return (
    <section class="form" id={settingsFormId} aria-label={t('Settings')}>
      {(Object.keys(settingGroups) as SettingGroup[]).map((group) => (
        <fieldset key={group}>
          <legend>{settingGroups[group]()}</legend>
          <div class="fields">
            {sorted
              .filter(({ name }) => settingWords[name].group === group)
              .map((control) => (
                <SettingField
                  key={control.name}
                  control={control}
                  refused={refused[control.name]}
                  post={post}
                />
              ))}
          </div>
        </fieldset>
      ))}
      <p class="note kept">
        {shownPath === null ? (
          t(
            'The first change makes a retrain.json in the folder of the photos. The next retraining goes by it.',
          )
        ) : (
          <>
            {t('Kept in')} <Name of={shownPath} />
            {t('; the next retraining goes by it.')}
          </>
        )}{' '}
        <button type="button" class="link word" onClick={() => post({ kind: 'editSettings' })}>
          {shownPath === null ? t('Make it with all settings') : t('Open it')}
        </button>
      </p>
    </section>
  );
}
