import { applyEdits, modify, parseTree, type FormattingOptions } from 'jsonc-parser';
import { RetrainError, Untrusted, writeAtomic, writeNew } from '../base';
import type { Job } from './context';
import { asOutput } from './outputs';
import type { FlatSettings } from './retrainSettings';
import { boundTo, isThere } from './settingCompany';
import {
  distortionNames,
  isDistorted,
  readSettingValues,
  serves,
  settingDescriptions,
  settingNames,
  type SettingName,
} from './settingDescriptions';
import type { SettingChanges } from './settingsRequests';
import { findSettings, settingsFileIn, settingsText } from './settingsFile';
import { hasAnotherMeasure, valuesOf, withValues } from './settingValues';

/**
 * Changes some settings in the retrain.json of a dataset, which is made where there is none. What else the file says
 * stays as the person wrote it, but settings that would change nothing beside the new ones go.
 * @throws SETTING_REFUSED, SHARES_TOO_LARGE, SETTINGS_DAMAGED, FILE_UNREADABLE, OUTPUT_UNWRITABLE: the file is as it was
 */
export const changeSettings: Job<'changeSettings'> = async ({ folder, workspace, settings, changes }) => {
  const found = await findSettings(folder, workspace);
  const file = found?.file ?? settingsFileIn(folder);
  const refused = (reason: string) => new RetrainError('SETTING_REFUSED', { path: file, reason });
  const held = (values: FlatSettings): FlatSettings => {
    const read = readSettingValues(Untrusted.parse(JSON.stringify(values), refused));
    return valuesOf(withValues(settings, read, folder));
  };
  const before: FlatSettings = found?.values ?? {};
  const after = changed(before, changes, held);
  held(after);
  await asOutput(file, () =>
    found ? writeAtomic(file, edited(found.text, before, after)) : writeNew(file, settingsText(after)),
  );
  return { file };
};

/**
 * `before` with the changes. What is bound to a changed setting stays where it still changes something: class weights
 * stay with another head, the steps of an optimizer go with it.
 * @param held all that holds where the file says so much
 */
function changed(
  before: FlatSettings,
  changes: SettingChanges,
  held: (values: FlatSettings) => FlatSettings,
): FlatSettings {
  const names = settingNames.filter((name) => Object.hasOwn(changes, name));
  const reset = names.filter((name) => changes[name] === null);
  const bound = boundTo(names, settingDescriptions);
  const touched: ReadonlySet<string> = new Set([...names, ...bound]);
  const after = Object.fromEntries(Object.entries(before).filter(([name]) => !touched.has(name)));
  const heldBefore = held(before);
  for (const name of names) {
    const value = changes[name] ?? null;
    if (value === null) continue;
    Object.assign(after, companyOf(name, heldBefore, after), { [name]: value });
  }
  if (Object.hasOwn(after, 'views') && !isDistorted(new Map(Object.entries(after)))) {
    if (names.includes('views')) Object.assign(after, distortionsOf(heldBefore));
    else delete after['views'];
  }
  for (const name of settingNames) {
    const value = before[name];
    if (value === undefined || !bound.has(name) || names.includes(name)) continue;
    const isReset = settingDescriptions[name].needs.some((company) =>
      reset.some((other) => Object.hasOwn(company, other)),
    );
    const isOfAnother = hasAnotherMeasure(name, heldBefore['head'], changes.head ?? heldBefore['head']);
    if (!isReset && !isOfAnother && serves(name, held(after))) after[name] = value;
  }
  return after;
}

/** What must be named beside a setting and is not yet, as it holds. */
function companyOf(name: SettingName, held: FlatSettings, named: FlatSettings): FlatSettings {
  const there = new Map(Object.entries(held));
  const company = settingDescriptions[name].needs.find((one) => isThere(one, there)) ?? {};
  return Object.fromEntries(
    Object.entries(held).filter(([other]) => Object.hasOwn(company, other) && !Object.hasOwn(named, other)),
  );
}

function distortionsOf(held: FlatSettings): FlatSettings {
  return Object.fromEntries(
    Object.entries(held).filter(([name]) => distortionNames.some((one) => one === name)),
  );
}

/** The text of a settings file with what has changed, and nothing else, written anew. */
function edited(text: string, before: FlatSettings, after: FlatSettings): string {
  const formattingOptions = formattingOf(text);
  let now = text;
  const write = (name: SettingName, value: FlatSettings[string] | undefined) => {
    now = applyEdits(now, modify(now, [name], value, { formattingOptions }));
  };
  for (const name of settingNames) {
    if (before[name] === after[name]) continue;
    // It is the first that is written, and the last that holds.
    for (let others = timesNamed(now, name) - 1; others > 0; others--) write(name, undefined);
    write(name, after[name]);
  }
  return now;
}

function timesNamed(text: string, name: SettingName): number {
  const named = parseTree(text)?.children?.filter(({ children }) => children?.[0]?.value === name);
  return named?.length ?? 0;
}

/** As the first indented line has it. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
