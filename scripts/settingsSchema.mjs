// npm run settings: writes what follows from src/jobs/settingDescriptions.ts, the JSON schema of retrain.json
// (media/retrain.schema.json) and the table in docs/formats.md. A test holds both against it.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from './repository.mjs';

/** The descriptions as a list, each with its name. */
export function documentedSettings(descriptions) {
  return Object.entries(descriptions).map(([name, description]) => ({ name, ...description }));
}

/** The JSON schema of retrain.json, of draft 7, which editors know. */
export function settingsSchema(descriptions, distortionNames) {
  const settings = documentedSettings(descriptions);
  const bound = settings.filter(({ needs, fits }) => needs.length + fits.length > 0);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of a retraining',
    description: 'What retrain.json in a folder of photos, or above it in the workspace, may say.',
    type: 'object',
    properties: {
      $schema: { type: 'string', maxLength: 32768 },
      ...Object.fromEntries(
        settings.map(({ name, meaning, default: value, choices, schema }) => [
          name,
          {
            description: meaning,
            ...(value !== null && { default: value }),
            ...schema,
            ...(schema.enum && { enumDescriptions: schema.enum.map((one) => choices[one]) }),
          },
        ]),
      ),
    },
    dependencies: {
      ...Object.fromEntries(
        bound.map(({ name, needs, fits }) => [name, allOf([...needed(needs), ...fitting(fits)])]),
      ),
      views: {
        anyOf: distortionNames.map((name) => ({
          required: [name],
          properties: { [name]: { not: { enum: [false, 0] } } },
        })),
      },
    },
    additionalProperties: false,
  };
}

function needed(companies) {
  if (companies.length === 0) return [];
  return [anyOf(companies.map((company) => ({ required: Object.keys(company), ...allowed(company) })))];
}

/** One of several holds only where something of it is named, or nothing of any. */
function fitting(companies) {
  if (companies.length < 2) return companies.map(allowed);
  const named = (names) => anyOf(names.map((name) => ({ required: [name] })));
  const names = [...new Set(companies.flatMap((company) => Object.keys(company)))];
  return [
    anyOf([
      { not: named(names) },
      ...companies.map((company) => allOf([named(Object.keys(company)), allowed(company)])),
    ]),
  ];
}

function allowed(company) {
  return {
    properties: Object.fromEntries(Object.entries(company).map(([name, values]) => [name, { enum: values }])),
  };
}

function anyOf(schemas) {
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

function allOf(schemas) {
  return schemas.length === 1 ? schemas[0] : { allOf: schemas };
}

const begin = '<!-- npm run settings -->';
const end = '<!-- end -->';

/** `text` with the table of the settings between its marks. */
export function withSettingsTable(text, descriptions) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`There is no ${begin} with its ${end}.`);
  const rows = documentedSettings(descriptions).map((setting) => {
    const value = setting.default === null ? '' : `\`${setting.default}\``;
    return `| \`${setting.name}\` | ${valuesText(setting)} | ${value} | ${setting.meaning}${companyText(setting)} |`;
  });
  const table = ['| setting | values | default | meaning |', '|---|---|---|---|', ...rows];
  return `${text.slice(0, from)}${begin}\n\n${table.join('\n')}\n\n${text.slice(to)}`;
}

function valuesText({ schema, choices }) {
  if (choices)
    return `${Object.keys(choices)
      .map((value) => `\`${value}\``)
      .join(', ')}${schema.enum ? '' : ', ...'}`;
  if (schema.exclusiveMinimum !== undefined) return `greater than ${schema.exclusiveMinimum}`;
  if (schema.exclusiveMaximum !== undefined)
    return `${schema.minimum} to less than ${schema.exclusiveMaximum}`;
  if (schema.minimum !== undefined)
    return `${schema.minimum} to ${schema.maximum}${schema.not ? `, not ${schema.not.const}` : ''}`;
  if (schema.type === 'boolean') return '`true`, `false`';
  return 'text';
}

function companyText({ needs, fits }) {
  const one = (company) =>
    Object.entries(company)
      .map(([other, values]) => `\`${other}\`: ${values.map((value) => `\`${value}\``).join(' or ')}`)
      .join(' and ');
  const text = (word, companies) =>
    companies.length > 0 ? ` ${word} ${companies.map(one).join(', or ')}.` : '';
  return text('Beside', needs) + text('Only with', fits);
}

async function main() {
  const { distortionNames, settingDescriptions } = await import('../src/jobs/settingDescriptions.ts');
  const schema = `${JSON.stringify(settingsSchema(settingDescriptions, distortionNames), null, 2)}\n`;
  await writeFile(path.join(root, 'media', 'retrain.schema.json'), schema);
  const formats = path.join(root, 'docs', 'formats.md');
  await writeFile(formats, withSettingsTable(await readFile(formats, 'utf8'), settingDescriptions));
}

if (path.resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url))
  main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
