/** @file A graph on a canvas, to be moved and magnified by pointer, wheel and keys. */
import type { ICamera, ISize } from '../charts/graphRewiring/camera';
import { isSame, magnified, moved, placeIn, wholeView } from '../charts/graphRewiring/camera';
import { GraphPainter } from '../charts/graphRewiring/graphPainter';
import type { IGraphScene } from '../charts/graphRewiring/graphScene';
import { nearestNode } from '../charts/graphRewiring/nearestNode';
import { element } from '../base/dom';
import { FrameScheduler } from '../base/frame';
import type { ITheme } from '../base/theme';

/** Milliseconds of a frame that drawing may take: what stands is moved meanwhile. */
const SLICE = 8;
/** Sides of the bitmap over those of the view, so that there is something to move. */
const BEYOND = 1.5;
/** Points that an arrow key moves, and how much a key and a turn of the wheel magnify. */
const STEP = 40;
const KEY_FACTOR = 1.4;
const WHEEL = 0.002;
/** Points within which the pointer finds a node. */
const NEAR = 12;

/** The graph as it was drawn last: bitmap, view and size in pixels. */
interface IDrawn {
  camera: ICamera;
  size: ISize;
}

export class GraphCanvas {
  readonly node: HTMLElement;

  /** @param pointed - Called with the node under the pointer, or in the middle where keys move the view; null where there is none. */
  constructor(private readonly pointed: (node: number | null) => void) {
    this.node = element('div', { class: 'jp-switchyard-graph', attributes: { role: 'application', tabindex: '0' } });
    this.node.append(this._canvas);
  }

  /** Draws another scene; the view stays where it is of the same graph. */
  show(scene: IGraphScene, theme: ITheme): void {
    if (scene.graph !== this._scene?.graph) {
      this._camera = null;
      this._node = null;
      this._drawn = null;
    }
    this._scene = scene;
    this._theme = theme;
    this._painter = null;
    this._isStale = true;
    this._frame.schedule();
  }

  /** Puts the whole graph in view. */
  reset(): void {
    this._camera = null;
    this._frame.schedule();
  }

  magnify(factor: number, about: [number, number] = [0, 0]): void {
    const whole = this._whole();
    if (whole !== null) {
      this._look(magnified(this._camera ?? whole, factor, about, whole));
    }
  }

  /** The picture as it stands, as a PNG's address. */
  image(): { url: string; size: ISize } {
    // What is being drawn may be of a view before.
    this._draw(Infinity);
    this._draw(Infinity);
    return { url: this._canvas.toDataURL('image/png'), size: this._size() };
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'wheel':
        return this._wheel(event as WheelEvent);
      case 'keydown':
        return this._key(event as KeyboardEvent);
      case 'pointerdown':
        return this._hold(event as PointerEvent);
      case 'pointermove':
        return this._point(event as PointerEvent);
      case 'pointerup':
      case 'pointercancel':
        this._held = null;
        return;
      case 'pointerleave':
        return this._mark(null);
    }
  }

  /** Listens, where the canvas is on a page. */
  listen(): void {
    EVENTS.forEach((type) => this.node.addEventListener(type, this, { passive: type !== 'wheel' }));
    this._frame.schedule();
  }

  unlisten(): void {
    EVENTS.forEach((type) => this.node.removeEventListener(type, this));
  }

  dispose(): void {
    this.unlisten();
    this._frame.dispose();
    this._scene = this._painter = this._drawn = null;
    this._bitmap.width = this._bitmap.height = this._canvas.width = this._canvas.height = 0;
  }

  private _size(): ISize {
    return { width: this.node.clientWidth, height: this.node.clientHeight };
  }

  /** The view of all of the graph; null where there is none. */
  private _whole(): ICamera | null {
    return this._scene && wholeView(this._scene.graph.x, this._scene.graph.y, this._size());
  }

  private _look(camera: ICamera): void {
    this._camera = camera;
    this._frame.schedule();
  }

  /** A frame: goes on drawing for so many milliseconds, and shows what is drawn where it belongs now. */
  private _draw(slice = SLICE): void {
    const { _scene: scene, _theme: theme } = this;
    const size = this._size();
    if (scene === null || theme === null || size.width === 0 || size.height === 0) {
      return;
    }
    const context = this._canvas.getContext('2d')!;
    const density = window.devicePixelRatio || 1;
    const pixels = { width: Math.round(size.width * density), height: Math.round(size.height * density) };
    const view = this._camera ?? wholeView(scene.graph.x, scene.graph.y, size);
    const camera = { ...view, scale: view.scale * density };
    const beyond = { width: Math.round(pixels.width * BEYOND), height: Math.round(pixels.height * BEYOND) };
    this._paint(scene, { camera, size: beyond }, density, slice);
    if (this._canvas.width !== pixels.width || this._canvas.height !== pixels.height) {
      Object.assign(this._canvas, pixels);
    }
    context.fillStyle = theme.background;
    context.fillRect(0, 0, pixels.width, pixels.height);
    if (this._drawn !== null) {
      const { left, top, larger } = placeIn(this._drawn.camera, this._drawn.size, camera, pixels);
      const { width, height } = this._drawn.size;
      // Whole pixels, so that what only moved stays sharp.
      const [x, y] = larger === 1 ? [Math.round(left), Math.round(top)] : [left, top];
      context.drawImage(this._bitmap, x, y, width * larger, height * larger);
    }
    this._ring(context, camera, pixels, density);
  }

  /** Draws for some milliseconds, and begins anew where another picture is wanted by then. */
  private _paint(scene: IGraphScene, wanted: IDrawn, density: number, slice: number): void {
    const isDone = (): boolean => !this._isStale && this._drawn !== null && isAlike(this._drawn, wanted);
    if (this._painter !== null || !isDone()) {
      this._painter ??= this._begin(scene, wanted, density);
      const { painter, image, drawn } = this._painter;
      if (painter.paint(slice)) {
        if (this._bitmap.width !== image.width || this._bitmap.height !== image.height) {
          Object.assign(this._bitmap, { width: image.width, height: image.height });
        }
        this._bitmap.getContext('2d')?.putImageData(image, 0, 0);
        this._drawn = drawn;
        this._painter = null;
      }
    }
    const isOpen = this._painter !== null || !isDone();
    this.node.dataset.state = isOpen ? 'drawing' : 'drawn';
    if (isOpen) {
      this._frame.schedule();
    }
  }

  private _begin(scene: IGraphScene, drawn: IDrawn, density: number): NonNullable<GraphCanvas['_painter']> {
    const { width, height } = drawn.size;
    if (this._image?.width !== width || this._image.height !== height) {
      this._image = new ImageData(width, height);
    }
    this._isStale = false;
    const image = this._image;
    const [ground, ...colours] = asPixels(this._theme!.background, [...scene.edgePalette, ...scene.nodePalette]);
    const edgeColours = Uint32Array.from(colours.slice(0, scene.edgePalette.length));
    const nodeColours = Uint32Array.from(colours.slice(scene.edgePalette.length));
    const painting = { scene, camera: drawn.camera, density, ground, edgeColours, nodeColours };
    const pixels = { data: new Uint32Array(image.data.buffer), width, height };
    return { painter: new GraphPainter(pixels, painting), image, drawn };
  }

  /** Marks the node that is pointed at. */
  private _ring(context: CanvasRenderingContext2D, camera: ICamera, { width, height }: ISize, density: number): void {
    if (this._node !== null && this._scene !== null && this._theme !== null) {
      const { x, y } = this._scene.graph;
      const [column, row] = [
        width / 2 + (x[this._node] - camera.x) * camera.scale,
        height / 2 - (y[this._node] - camera.y) * camera.scale
      ];
      context.beginPath();
      context.arc(column, row, 6 * density, 0, 2 * Math.PI);
      context.lineWidth = 2 * density;
      context.strokeStyle = this._theme.accent;
      context.stroke();
    }
  }

  private _hold(event: PointerEvent): void {
    if (event.button === 0) {
      this._held = event;
      this._canvas.setPointerCapture(event.pointerId);
    }
  }

  private _wheel(event: WheelEvent): void {
    // A notebook that is scrolled past must not be held up: the wheel magnifies what has the focus.
    if (event.ctrlKey || event.metaKey || this.node === document.activeElement) {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      this.magnify(Math.exp(-event.deltaY * lines * WHEEL), this._fromMiddle(event));
    }
  }

  private _point(event: PointerEvent): void {
    const view = this._camera ?? this._whole();
    if (this._held !== null && view !== null) {
      this._look(moved(view, event.clientX - this._held.clientX, event.clientY - this._held.clientY));
      this._held = event;
    } else {
      this._find(this._fromMiddle(event), NEAR);
    }
  }

  /** Marks the node nearest to a point, counted from the middle. */
  private _find([right, down]: [number, number], within: number): void {
    const view = this._camera ?? this._whole();
    if (view !== null) {
      const at = moved(view, -right, -down);
      this._mark(nearestNode(this._scene!.graph, at, within / view.scale));
    }
  }

  private _mark(node: number | null): void {
    if (node !== this._node) {
      this._node = node;
      this.pointed(node);
      this._frame.schedule();
    }
  }

  private _fromMiddle({ clientX, clientY }: MouseEvent): [number, number] {
    const { left, top, width, height } = this._canvas.getBoundingClientRect();
    return [clientX - left - width / 2, clientY - top - height / 2];
  }

  private _key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [STEP, 0],
      ArrowRight: [-STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP]
    };
    const factors: Record<string, number> = { '+': KEY_FACTOR, '=': KEY_FACTOR, '-': 1 / KEY_FACTOR };
    const isOwn = event.key in moves || event.key in factors || event.key === '0' || event.key === 'Home';
    if (!isOwn || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    const view = this._camera ?? this._whole();
    if (event.key in moves && view !== null) {
      this._look(moved(view, ...moves[event.key]));
    } else if (event.key in factors) {
      this.magnify(factors[event.key]);
    } else {
      this.reset();
    }
    this._find([0, 0], Infinity);
  }

  private _canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  /** The picture that is complete. */
  private _bitmap = document.createElement('canvas');
  /** The one that is being drawn. */
  private _image: ImageData | null = null;
  private _painter: { painter: GraphPainter; image: ImageData; drawn: IDrawn } | null = null;
  private _drawn: IDrawn | null = null;
  /** Whether the scene is another one than is drawn. */
  private _isStale = true;
  private _scene: IGraphScene | null = null;
  private _theme: ITheme | null = null;
  /** In points; null where the whole graph is to be seen. */
  private _camera: ICamera | null = null;
  private _held: PointerEvent | null = null;
  private _node: number | null = null;
  private _frame = new FrameScheduler(() => this._draw());
}

function isAlike(a: IDrawn, b: IDrawn): boolean {
  return isSame(a.camera, b.camera) && a.size.width === b.size.width && a.size.height === b.size.height;
}

const EVENTS = ['wheel', 'keydown', 'pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'pointerleave'];

/** A ground, and colours on it, as pixels; the browser knows what a theme may say, and that a colour may be seen through. */
function asPixels(ground: string, colours: readonly string[]): Uint32Array {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: colours.length + 1, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, 1);
  colours.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect(i + 1, 0, 1, 1);
  });
  return new Uint32Array(context.getImageData(0, 0, canvas.width, 1).data.buffer);
}
