import { RetrainError } from '../../base';

export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The picture a network takes: as `asked` for, else as the file says ([height, width, channels], -1 or undefined
 * where it leaves that open).
 * @throws BACKBONE_INPUT where neither says, or the network takes no colour pictures
 */
export function inputSize(
  path: string,
  asked: InputSize | undefined,
  said: readonly (number | undefined)[],
): InputSize {
  const [height, width, channels] = said;
  const fixed = (size: number | undefined): size is number => size !== undefined && size > 0;
  if (fixed(channels) && channels !== 3)
    throw new RetrainError('BACKBONE_INPUT', {
      path,
      reason: `it takes ${channels} channels where 3 belong`,
    });
  if (asked !== undefined) return asked;
  if (!fixed(height) || !fixed(width)) throw new RetrainError('BACKBONE_INPUT_OPEN', { path });
  if (height > maxSide || width > maxSide)
    throw new RetrainError('BACKBONE_INPUT', {
      path,
      reason: `it takes pictures of ${width} x ${height} pixels`,
    });
  return { height, width };
}

/** As `backbone.json` may have it. */
const maxSide = 4096;
