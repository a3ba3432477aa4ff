/** Pictures of 260 x 260 that any program can make, by name: the formulas stand in the golden files, too. */
export const goldenPictures: readonly {
  readonly name: string;
  readonly pixel: (y: number, x: number, c: number) => number;
}[] = [
  { name: 'noise', pixel: (y, x, c) => (((y * 260 + x) * 3 + c) * 7919) % 256 },
  {
    name: 'waves',
    pixel: (y, x, c) => {
      const t = (x * (c + 1) + y * (3 - c)) % 510;
      return t <= 255 ? t : 510 - t;
    },
  },
  {
    name: 'disc',
    pixel: (y, x, c) => ((x - 130) ** 2 + (y - 110) ** 2 < 4900 ? 230 - 70 * c : 40 + 60 * c + (y % 32)),
  },
];

/** The golden pictures, [3, 260, 260, 3]. */
export function goldenPixels(): Uint8Array {
  const size = 260 * 260 * 3;
  const pixels = new Uint8Array(goldenPictures.length * size);
  goldenPictures.forEach(({ pixel }, image) => {
    for (let i = 0; i < size; i++)
      pixels[image * size + i] = pixel(Math.floor(i / 780), Math.floor(i / 3) % 260, i % 3);
  });
  return pixels;
}
