import type { SettingsView } from '../../protocol';
import { Name } from '../text';
import { t } from '../words';

/** Which settings are those of a retrain.json, not of the editor; or why it cannot be used. */
export function SettingsLine({ settings }: { settings: SettingsView }) {
  if (settings.kind === 'damaged')
    return (
      <p class="settings failure" role="alert">
        {settings.message}
      </p>
    );
  const { shownPath, names } = settings;
  return (
    <p class="settings">
      {t('Settings from')} <Name of={shownPath} />
      {names.length === 0 ? t(': none') : `: ${names.join(', ')}`}
    </p>
  );
}
