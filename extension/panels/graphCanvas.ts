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
/** What is drawn is larger than what is in view, so that there is something to move. */
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
    const { _camera: camera, _scene: scene } = this;
    if (camera !== null && scene !== null) {
      this._look(magnified(camera, factor, about, wholeView(scene.graph.x, scene.graph.y, this._size())));
    }
  }

  /** The picture as it stands, as a PNG's address. */
  image(): { url: string; size: ISize } {
    this._draw();
    return { url: this._canvas.toDataURL('image/png'), size: this._size() };
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'wheel':
        return this._wheel(event as WheelEvent);
      case 'keydown':
        return this._key(event as KeyboardEvent);
      case 'pointerdown':
        this._held = event as PointerEvent;
        this._canvas.setPointerCapture?.((event as PointerEvent).pointerId);
        return;
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

  private _look(camera: ICamera): void {
    this._camera = camera;
    this._frame.schedule();
  }

  /** A frame: goes on drawing, and shows what is drawn where it belongs now. */
  private _draw(): void {
    const { _scene: scene, _theme: theme } = this;
    const size = this._size();
    const context = this._canvas.getContext('2d');
    if (scene === null || theme === null || context === null || size.width === 0 || size.height === 0) {
      return;
    }
    const density = window.devicePixelRatio || 1;
    const pixels = { width: Math.round(size.width * density), height: Math.round(size.height * density) };
    this._camera ??= wholeView(scene.graph.x, scene.graph.y, size);
    const camera = { ...this._camera, scale: this._camera.scale * density };
    this._paint(scene, camera, { width: Math.round(pixels.width * BEYOND), height: Math.round(pixels.height * BEYOND) }, density); // prettier-ignore
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

  /** Draws for some milliseconds, and begins anew where the view is another one by then. */
  private _paint(scene: IGraphScene, camera: ICamera, size: ISize, density: number): void {
    const isDrawn = (): boolean => !this._isStale && this._drawn !== null && isSame(this._drawn.camera, camera) && this._drawn.size.width === size.width && this._drawn.size.height === size.height; // prettier-ignore
    if (this._painter === null && isDrawn()) {
      return;
    }
    this._painter ??= this._begin(scene, camera, size, density);
    const { painter, image, drawn } = this._painter;
    if (painter.paint(SLICE)) {
      if (this._bitmap.width !== image.width || this._bitmap.height !== image.height) {
        Object.assign(this._bitmap, { width: image.width, height: image.height });
      }
      this._bitmap.getContext('2d')?.putImageData(image, 0, 0);
      this._drawn = drawn;
      this._painter = null;
    }
    if (this._painter !== null || !isDrawn()) {
      this._frame.schedule();
    }
    this.node.dataset.state = this._painter !== null || !isDrawn() ? 'drawing' : 'drawn';
  }

  private _begin(
    scene: IGraphScene,
    camera: ICamera,
    size: ISize,
    density: number
  ): NonNullable<GraphCanvas['_painter']> {
    const { width, height } = size;
    if (this._image?.width !== width || this._image.height !== height) {
      this._image = new ImageData(width, height);
    }
    this._isStale = false;
    const image = this._image;
    const data = new Uint32Array(image.data.buffer);
    const [ground, ...colours] = asPixels(this._theme!.background, [...scene.edgePalette, ...scene.nodePalette]);
    const edgeColours = Uint32Array.from(colours.slice(0, scene.edgePalette.length));
    const nodeColours = Uint32Array.from(colours.slice(scene.edgePalette.length));
    const painter = new GraphPainter(
      { data, width, height },
      { scene, camera, density, ground, edgeColours, nodeColours }
    );
    return { painter, image, drawn: { camera, size } };
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

  private _wheel(event: WheelEvent): void {
    // A notebook that is scrolled past must not be held up: the wheel magnifies what has the focus.
    if (event.ctrlKey || event.metaKey || this.node === document.activeElement) {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      this.magnify(Math.exp(-event.deltaY * lines * WHEEL), this._fromMiddle(event));
    }
  }

  private _point(event: PointerEvent): void {
    if (this._held !== null && this._camera !== null) {
      this._look(moved(this._camera, event.clientX - this._held.clientX, event.clientY - this._held.clientY));
      this._held = event;
    } else {
      this._find(this._fromMiddle(event), NEAR);
    }
  }

  /** Marks the node nearest to a point, counted from the middle. */
  private _find([right, down]: [number, number], within: number): void {
    const { _camera: camera, _scene: scene } = this;
    if (camera !== null && scene !== null) {
      const at = moved(camera, -right, -down);
      this._mark(nearestNode(scene.graph, at, within / camera.scale));
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
    if (event.key in moves && this._camera !== null) {
      this._look(moved(this._camera, ...moves[event.key]));
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
