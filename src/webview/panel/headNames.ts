import type { CrossValidatedHead, HeadKind } from '../../protocol';
import { t } from '../words';

/** What a person calls a kind of head. */
export function headTitle(head: HeadKind): string {
  switch (head) {
    case 'softmax':
      return t('Softmax regression');
    case 'ridge':
      return t('Ridge classifier');
    case 'hidden':
      return t('Hidden layer');
    case 'neighbours':
      return t('Nearest neighbours');
    case 'centroid':
      return t('Class centroid');
  }
}

/** What was cross-validated, and whether in the training of the run. */
export function comparedTitle({ head, asSet }: CrossValidatedHead): string {
  return asSet ? t('{head}, as set', { head: headTitle(head) }) : headTitle(head);
}
