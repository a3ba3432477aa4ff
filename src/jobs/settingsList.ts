import type { RunRecord } from '../models';

/** One setting of a run, by its name in run.json; what stands below another is `above.below`. */
export interface RunSetting {
  readonly key: string;
  readonly value: string | number | boolean | null;
}

/**
 * Everything a run was made with, as a list: the one place that says so, and it names no key of the settings
 * themselves, so that a new one appears wherever settings are shown.
 */
export function settingsList(run: Pick<RunRecord, 'settings' | 'backbone' | 'runtime'>): RunSetting[] {
  return [
    { key: 'backbone', value: run.backbone.id },
    { key: 'runtime', value: run.runtime.id },
    ...flattened(run.settings, ''),
  ];
}

function flattened(settings: object, above: string): RunSetting[] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]): RunSetting[] => {
    const key = `${above}${name}`;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return [{ key, value }];
    if (Array.isArray(value)) return [{ key, value: value.join(', ') }];
    if (typeof value === 'object' && value !== null) return flattened(value, `${key}.`);
    return value === null ? [{ key, value }] : [];
  });
}
