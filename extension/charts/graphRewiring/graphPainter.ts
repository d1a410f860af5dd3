/** @file Draws a graph into pixels, a few milliseconds at a time. */
import type { ICamera } from './camera';
import type { IGraphScene } from './graphScene';
import type { IPixels, IStroke } from './pixels';
import { drawDisc, drawLine } from './pixels';

/** Edges or nodes between two looks at the clock. */
const BETWEEN = 256;
/** Widths and radii as shares of the mean length of an edge, and how small and large they may be, in points. */
const EDGE = { share: 0.12, least: 0.6, most: 1.8 };
const CHANGED = { share: 0.16, least: 1.6, most: 2.4 };
const NODE = { share: 0.14, least: 0, most: 4.5 };
/** Nodes are drawn from this radius on: smaller ones would hide the edges' colours. */
const SEEN = 0.7;
/** Points of dashes and gaps, by state. */
const DASHES: readonly (readonly [number, number] | null)[] = [null, [2, 3], [6, 4]];

export interface IPainting {
  scene: IGraphScene;
  /** In pixels of the picture. */
  camera: ICamera;
  /** Pixels to a point of the screen. */
  density: number;
  ground: number;
  /** The scene's palettes as pixels. */
  edgeColours: Uint32Array;
  nodeColours: Uint32Array;
}

export class GraphPainter {
  constructor(
    private readonly pixels: IPixels,
    private readonly painting: IPainting
  ) {
    const { scene, camera, density, ground } = painting;
    const length = (scene.meanLength * camera.scale) / density;
    const sized = ({ share, least, most }: typeof EDGE): number => Math.min(Math.max(share * length, least), most);
    pixels.data.fill(ground);
    this._strokes = [EDGE, CHANGED, CHANGED].map((size, state) => {
      const dash = scene.isDashed ? DASHES[state] : null;
      const own = scene.isDashed ? size : EDGE;
      return {
        width: sized(own) * density,
        colour: 0,
        ...(dash ? { dash: [dash[0] * density, dash[1] * density] } : {})
      };
    });
    this._radius = sized(NODE);
  }

  /** Goes on drawing until so many milliseconds have passed; whether all is drawn. */
  paint(milliseconds: number, now = () => performance.now()): boolean {
    const until = now() + milliseconds;
    const { order } = this.painting.scene;
    const { x } = this.painting.scene.graph;
    const last = order.length + (this._radius >= SEEN ? x.length : 0);
    while (this._next < last) {
      const end = Math.min(last, this._next + BETWEEN);
      for (; this._next < end; this._next++) {
        if (this._next < order.length) {
          this._edge(order[this._next]);
        } else {
          this._node(this._next - order.length);
        }
      }
      if (now() >= until) {
        break;
      }
    }
    return this._next >= last;
  }

  private _edge(edge: number): void {
    const { graph, edgePaint } = this.painting.scene;
    const { x, y, from, to, states } = graph;
    const [a, b] = [from[edge], to[edge]];
    const stroke = this._strokes[states[edge]];
    stroke.colour = this.painting.edgeColours[edgePaint[edge]];
    drawLine(this.pixels, this._column(x[a]), this._row(y[a]), this._column(x[b]), this._row(y[b]), stroke);
  }

  private _node(node: number): void {
    const { scene, density, ground, nodeColours } = this.painting;
    const [column, row] = [this._column(scene.graph.x[node]), this._row(scene.graph.y[node])];
    const radius = this._radius * density;
    if (this._radius >= 2) {
      drawDisc(this.pixels, column, row, radius + density, ground);
    }
    drawDisc(this.pixels, column, row, radius, nodeColours[scene.nodePaint[node]]);
  }

  private _column(x: number): number {
    const { camera } = this.painting;
    return this.pixels.width / 2 + (x - camera.x) * camera.scale;
  }

  private _row(y: number): number {
    const { camera } = this.painting;
    return this.pixels.height / 2 - (y - camera.y) * camera.scale;
  }

  private readonly _strokes: IStroke[];
  /** In points. */
  private readonly _radius: number;
  /** The edge, in the scene's order, or the node after them that is drawn next. */
  private _next = 0;
}
