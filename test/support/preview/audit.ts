/** Checks of a page as it stands, run in the page itself. The types are the few of the browser's that are used. */

interface PageStyle {
  readonly color: string;
  readonly backgroundColor: string;
  readonly fontSize: string;
  readonly visibility: string;
}
interface PageNode {
  readonly nodeType: number;
  readonly textContent: string | null;
}
interface PageElement extends PageNode {
  readonly id: string;
  readonly tagName: string;
  readonly className: string;
  readonly parentElement: PageElement | null;
  readonly childNodes: Iterable<PageNode>;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  /** Of a field. */
  readonly labels?: Iterable<PageNode> | null;
  getAttribute(name: string): string | null;
  getClientRects(): { readonly length: number };
  closest(selector: string): PageElement | null;
}
interface Drawing {
  fillStyle: string;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: ArrayLike<number> };
}
declare const document: {
  readonly documentElement: PageElement;
  querySelectorAll(selector: string): Iterable<PageElement>;
  createElement(name: 'canvas'): {
    getContext(kind: '2d', options: { willReadFrequently: boolean }): Drawing;
  };
};
declare function getComputedStyle(element: PageElement): PageStyle;

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** What is wrong with the page for a person who cannot see well, or uses no mouse; empty when all is well. */
export function audit(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return [
    ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} pixels too wide`] : []),
    ...namelessControls(),
    ...repeatedIds(),
    ...faintTexts(),
  ];
}

function describeElement(element: PageElement): string {
  const text = (element.textContent ?? '').trim().slice(0, 30);
  return `<${element.tagName.toLowerCase()} class="${element.className}"> "${text}"`;
}

function namelessControls(): string[] {
  const named =
    'button, input, table, [role=grid], [role=gridcell], [role=slider], [role=img], [role=progressbar], [role=region]';
  return [...document.querySelectorAll(named)]
    .filter((element) => element.tagName !== 'TABLE' || element.getAttribute('role') === 'grid')
    .filter((element) => {
      const said = element.getAttribute('aria-label') ?? element.getAttribute('aria-labelledby') ?? '';
      // An empty cell is allowed to have nothing to say.
      return (
        said === '' &&
        element.getAttribute('role') !== 'gridcell' &&
        (element.textContent ?? '').trim() === '' &&
        labelled(element) === ''
      );
    })
    .map((element) => `no name: ${describeElement(element)}`);
}

/** What the labels of a field say. */
function labelled({ labels }: PageElement): string {
  return [...(labels ?? [])].map(({ textContent }) => (textContent ?? '').trim()).join(' ');
}

function repeatedIds(): string[] {
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `the id ${id} is used twice`);
}

/** Texts whose contrast to what lies behind them is under WCAG's 4.5 (3 for large letters). */
function faintTexts(): string[] {
  const drawing = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const found = new Set<string>();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    );
    const style = getComputedStyle(element);
    const hidden = element.getClientRects().length === 0 || style.visibility === 'hidden';
    if (!own || hidden || element.closest('.sr, [disabled], script') !== null) continue;
    const behind = background(element, drawing);
    const contrast = ratio(over(colourOf(style.color, drawing), behind), behind);
    const needed = Number.parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if (contrast < needed) found.add(`contrast ${contrast.toFixed(2)}: ${describeElement(element)}`);
  }
  return [...found];
}

function background(element: PageElement, drawing: Drawing): Colour {
  const own = colourOf(getComputedStyle(element).backgroundColor, drawing);
  if (own[3] >= 1) return own;
  return over(own, element.parentElement ? background(element.parentElement, drawing) : [255, 255, 255, 1]);
}

const colours = new Map<string, Colour>();

/** Lets the canvas read the colour, in whatever form the style gives it. */
function colourOf(text: string, drawing: Drawing): Colour {
  const known = colours.get(text);
  if (known) return known;
  drawing.clearRect(0, 0, 1, 1);
  drawing.fillStyle = text;
  drawing.fillRect(0, 0, 1, 1);
  const { data } = drawing.getImageData(0, 0, 1, 1);
  const colour: Colour = [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0, (data[3] ?? 0) / 255];
  colours.set(text, colour);
  return colour;
}

function over([red, green, blue, alpha]: Colour, behind: Colour): Colour {
  const mix = (upper: number, lower: number) => upper * alpha + lower * (1 - alpha);
  return [mix(red, behind[0]), mix(green, behind[1]), mix(blue, behind[2]), 1];
}

function ratio(one: Colour, other: Colour): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = ([red, green, blue]: Colour) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const [darker = 0, brighter = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (brighter + 0.05) / (darker + 0.05);
}
