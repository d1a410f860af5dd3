/** @file Which part of a graph is in view, and how large. */

/** A view of the plane: y goes up in a graph and down on a screen. */
export interface ICamera {
  /** Point of the graph in the middle of the view. */
  x: number;
  y: number;
  /** Pixels to a unit. */
  scale: number;
}

export interface ISize {
  width: number;
  height: number;
}

/** Room around a whole graph, in pixels. */
const MARGIN = 12;
/** How far it can be magnified, and made smaller, from where it is whole. */
const MOST = 2 ** 12;
const LEAST = 1 / 4;

/** The view that has all of a graph in it; x and y are [N]. */
export function wholeView(x: ArrayLike<number>, y: ArrayLike<number>, { width, height }: ISize): ICamera {
  const [[left, right], [low, high]] = [x, y].map(extent);
  const room = (pixels: number, span: number): number => Math.max(1, pixels - 2 * MARGIN) / (span || 1);
  const scale = Math.min(room(width, right - left), room(height, high - low));
  return { x: (left + right) / 2, y: (low + high) / 2, scale };
}

function extent(values: ArrayLike<number>): [number, number] {
  let [low, high] = values.length === 0 ? [0, 0] : [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** The view after what is in it moved by so many pixels, right and down. */
export function moved({ x, y, scale }: ICamera, right: number, down: number): ICamera {
  return { x: x - right / scale, y: y + down / scale, scale };
}

/** The view magnified by a factor about a pixel, counted from the middle; `whole` says how far that goes. */
export function magnified(camera: ICamera, factor: number, [right, down]: [number, number], whole: ICamera): ICamera {
  const scale = Math.min(Math.max(camera.scale * factor, whole.scale * LEAST), whole.scale * MOST);
  const change = 1 / camera.scale - 1 / scale;
  return { x: camera.x + right * change, y: camera.y - down * change, scale };
}

/** Where a picture of one view lies in another: its top left corner, and how much larger it is. */
export function placeIn(
  of: ICamera,
  size: ISize,
  view: ICamera,
  { width, height }: ISize
): { left: number; top: number; larger: number } {
  const larger = view.scale / of.scale;
  return {
    left: width / 2 + (of.x - view.x) * view.scale - (size.width / 2) * larger,
    top: height / 2 - (of.y - view.y) * view.scale - (size.height / 2) * larger,
    larger
  };
}

export function isSame(a: ICamera, b: ICamera): boolean {
  return a.x === b.x && a.y === b.y && a.scale === b.scale;
}
