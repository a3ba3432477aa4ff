import { statSync } from 'node:fs';
import path from 'node:path';
import { isInside, type Failure } from '../base';
import type { DatasetFacts } from '../jobs';
import { printable } from './words';

/**
 * What is wrong with a file, in a line as compilers say it: its path, relative to `folder` where it lies in it, the place
 * in it where that is known, then what it is. The problem matchers `$retrain` and `$retrain-position` of the extension read
 * these lines.
 */
function fileLine(
  file: string,
  place: string,
  severity: 'error' | 'warning',
  message: string,
  folder: string,
): string {
  const shown = isInside(folder, file) ? path.relative(folder, file) : file;
  return `${printable(shown)}${place}: ${severity}: ${printable(message)}`;
}

/** The files that were left out, one a line. */
export function skippedLines(
  { root, skipped }: Pick<DatasetFacts, 'root' | 'skipped'>,
  folder: string,
): string {
  return skipped
    .map(({ path: file, message }) => {
      const reason = message.replace(file, () => path.posix.basename(file));
      return `${fileLine(path.join(root, ...file.split('/')), '', 'warning', reason, folder)}\n`;
    })
    .join('');
}

/** A failure in a line, that of the file where it names one that is there. */
export function failureLine({ message, params }: Failure, folder: string): string {
  const { path: file, line, column } = params;
  if (typeof file !== 'string' || !path.isAbsolute(file) || !isFile(file)) return printable(message);
  const place = line === undefined || column === undefined ? '' : `:${line}:${column}`;
  return fileLine(
    file,
    place,
    'error',
    message.replace(file, () => path.basename(file)),
    folder,
  );
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
