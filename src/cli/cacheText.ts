import type {
  CacheFinding,
  ClearResult,
  ExportResult,
  ImportResult,
  MergeResult,
  VerifyResult,
} from '../jobs';
import { leftOutLine, printable } from './text';

/** What a person reads on the terminal about a cache, one function a command. */

export function mergeText({ into, caches }: MergeResult): string {
  const lines = caches.flatMap(({ folder, backbones }) => [
    printable(folder),
    ...backbones.map(({ id, taken, present, damaged, unreadableParts }) => {
      const left = damaged === 0 ? '' : `, ${damaged} damaged and left`;
      const parts = unreadableParts === 0 ? '' : `, ${unreadableParts} parts that cannot be read`;
      return `  ${printable(id)}: ${taken} taken, ${present} already there${left}${parts}`;
    }),
    ...(backbones.length === 0 ? ['  nothing in it'] : []),
  ]);
  return [...lines, `Merged into ${printable(into)}`].join('\n');
}

export function importText({ cache, modules, unmatched }: ImportResult): string {
  const lines = modules.flatMap(({ module, id, dimension, taken, present, newer, skipped, without }) => [
    `${printable(module)}: ${taken} taken, ${present} already there, ${skipped.length} left out; ${dimension} values an image`,
    ...skipped.map((file) => `  left out: ${printable(file.message)}`),
    ...(newer > 0
      ? [
          `  ${newer} files are older than their image: if that was changed since, the values are of what it was`,
        ]
      : []),
    ...(without > 0 ? [`  ${without} images have no file`] : []),
    `  train on them with --backbone ${id}`,
  ]);
  for (const file of unmatched) lines.push(`of no image: ${printable(file)}`);
  return [...lines, `Imported into ${printable(cache)}`].join('\n');
}

export function exportText({ to, module, files, skipped }: ExportResult): string {
  return [
    ...leftOutLine(skipped),
    `Wrote ${files} files *_${printable(module)}.txt into ${printable(to)}`,
  ].join('\n');
}

export function verifyText(result: VerifyResult): string {
  const { rows, recomputed, recomputedViews, runtime, largestDistance, findings, missing } = result;
  const views = recomputedViews === 0 ? '' : ` and ${recomputedViews} views`;
  const lines = [
    `Checked ${rows} rows; computed ${recomputed} images${views} anew with ${runtime} (seed ${result.seed}): largest relative distance ${largestDistance.toExponential(1)}`,
    ...findings.map((finding) => `  ${findingText(finding)}`),
    findings.length === 0 ? 'No difference was found.' : `${findings.length} differences.`,
  ];
  if (missing > 0) lines.push(`The next run computes ${missing} images.`);
  if (findings.some(({ kind }) => kind === 'differs'))
    lines.push('Rows that differ are whole and stay in use; retrain clear has everything computed again.');
  return lines.join('\n');
}

function findingText(finding: CacheFinding): string {
  if (finding.kind === 'unreadable') return `unreadable: ${printable(finding.failure.message)}`;
  const { place } = finding;
  const where =
    place === null ? '' : ` (${printable(place.part)}${place.row === null ? '' : `, row ${place.row}`})`;
  const what = finding.path === null ? '' : ` ${printable(finding.path)}`;
  switch (finding.kind) {
    case 'damaged':
      return `damaged:${what}${where}`;
    case 'missingImage':
      return `image gone:${what}${where}`;
    case 'stale':
      return `stale:${what}${where}`;
    case 'differs':
      return `differs by ${finding.distance.toPrecision(2)}:${what}${where}`;
  }
}

export function clearText({ caches, rows, files, bytes, left }: ClearResult): string {
  const lines = [
    `Removed ${rows} rows of bottleneck values, ${files} files, ${sizeText(bytes)}: ${caches.map(printable).join(', ')}`,
  ];
  if (left > 0) lines.push(`${left} other files stay there.`);
  return lines.join('\n');
}

/** Bytes in the largest unit that gives 1 or more. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
