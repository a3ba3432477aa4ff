import { createHash } from 'node:crypto';
import { seededRandom } from '../base';
import type { Picture } from './picture';

/**
 * Raised by hand, for the distortions it concerns, whenever the same view may come out as other pixels, beside
 * `decoderVersion`: values of views of another version are computed anew. Golden pixels in the tests guard it.
 */
export function viewsVersion(distortions: Distortions): number {
  return flipsAlone(distortions) ? 2 : 1;
}

/** The largest number of a view; 0 is the image as it is. */
export const mostViews = 32;

/** How views differ from the image, as retrain.py's flags of these names say it; percentages are 0 to 100. */
export interface Distortions {
  /** Mirror one view in two; alone, every view. */
  readonly flipLeftRight: boolean;
  /** Margin around the part that is seen, as percent of that part. */
  readonly randomCrop: number;
  /** How much larger, at most, the image is made before it is cropped. */
  readonly randomScale: number;
  /** By how much, at most, the pixels are multiplied up or down. */
  readonly randomBrightness: number;
}

/** Which view of an image is wanted, 1 to `mostViews`, and of which distortions. */
export interface View {
  readonly number: number;
  readonly distortions: Distortions;
}

/** There is but one view then that is not the image: its mirror. */
function flipsAlone({ flipLeftRight, randomCrop, randomScale, randomBrightness }: Distortions): boolean {
  return flipLeftRight && randomCrop === 0 && randomScale === 0 && randomBrightness === 0;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is done to an image: it is stretched to `whole`, a part cut out at `left` and `top`, mirrored, brightened. */
export interface ViewPlan {
  readonly whole: Size;
  readonly part: Size;
  readonly left: number;
  readonly top: number;
  readonly mirrored: boolean;
  /** What pixels are multiplied by. */
  readonly brightness: number;
}

/**
 * What view `number` does to the image of this content, seen at `part`: retrain.py's `add_input_distortions`
 * (TensorFlow Hub, examples/image_retraining), its numbers drawn from the content and the view's number and nothing
 * else; with flips alone it is the mirror, of whatever number. All are drawn whatever the distortions are, so that switching one on or off leaves the others as they were.
 * @param sha256 of the image file, in hex
 */
export function planView(sha256: string, { number, distortions }: View, part: Size): ViewPlan {
  const { flipLeftRight, randomCrop, randomScale, randomBrightness } = distortions;
  // 48 bits: as many as a number can hold exactly and more images than there are
  const seed = createHash('sha256').update(`${sha256}/${number}`).digest().readUIntBE(0, 6);
  const random = seededRandom(seed);
  const [larger, fromLeft, fromTop, flip, light] = [random(), random(), random(), random(), random()];
  const scale = (1 + randomCrop / 100) * (1 + (larger * randomScale) / 100);
  const whole = { width: Math.trunc(part.width * scale), height: Math.trunc(part.height * scale) };
  return {
    whole,
    part: { width: part.width, height: part.height },
    left: Math.floor(fromLeft * (whole.width - part.width + 1)),
    top: Math.floor(fromTop * (whole.height - part.height + 1)),
    mirrored: flipLeftRight && (flip < 0.5 || flipsAlone(distortions)),
    brightness: 1 + ((2 * light - 1) * randomBrightness) / 100,
  };
}

/** The view of an image that was stretched to `plan.whole`: `[part.height, part.width, 3]`; pixels stay within 0 to 255. */
export function viewOf(pixels: Picture['data'], plan: ViewPlan): Uint8Array {
  const { whole, part, left, top, mirrored, brightness } = plan;
  const light = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round(value * brightness)));
  const out = new Uint8Array(part.width * part.height * 3);
  for (let y = 0, to = 0; y < part.height; y++) {
    const row = ((top + y) * whole.width + left) * 3;
    for (let x = 0; x < part.width; x++) {
      const from = row + (mirrored ? part.width - 1 - x : x) * 3;
      for (let channel = 0; channel < 3; channel++) out[to++] = light[pixels[from + channel] ?? 0] ?? 0;
    }
  }
  return out;
}
