import picomatch from 'picomatch';
import { findDatasets as findBelow } from '../dataset';
import type { Job } from './context';

/** The folders below some folders that look like datasets, without what the globs `exclude` name. */
export const findDatasets: Job<'findDatasets'> = async ({ folders, exclude }, { signal }) => {
  const isExcluded = picomatch([...exclude], { dot: true });
  const found: string[] = [];
  for (const folder of folders) found.push(...(await findBelow(folder, isExcluded, signal)));
  return { datasets: [...new Set(found)] };
};
