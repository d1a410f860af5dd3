import { expect, test } from 'vitest';
import { GraphPainter } from '../../../../extension/charts/graphRewiring/graphPainter';
import { graphScene } from '../../../../extension/charts/graphRewiring/graphScene';
import { context } from '../../support/payloads';
import { square, withWhole } from '../../support/wholeGraph';

const GROUND = 0xffffffff;
/** The middle of the square is in the middle of the picture, half a pixel off, so that lines are in the middle of pixels. */
const CAMERA = { x: 5 - 1 / 16, y: 5 + 1 / 16, scale: 8 };

function painted(graph = square(), camera = CAMERA, choices = {}) {
  const { scene } = graphScene(withWhole(graph), { ...context, choices })!;
  const pixels = { data: new Uint32Array(200 * 200), width: 200, height: 200 };
  // A colour of its own for each place of the palettes.
  const edgeColours = Uint32Array.from(scene.edgePalette, (_, i) => 0xff000000 + i);
  const nodeColours = Uint32Array.from(scene.nodePalette, (_, i) => 0xff00ff00 + i);
  const painter = new GraphPainter(pixels, { scene, camera, density: 1, ground: GROUND, edgeColours, nodeColours });
  const at = (x: number, y: number): number => pixels.data[Math.floor(100 - (y - camera.y) * camera.scale) * 200 + Math.floor(100 + (x - camera.x) * camera.scale)]; // prettier-ignore
  return { painter, pixels, at, scene, edgeColours, nodeColours };
}

test('edges and nodes are where the view puts them, in their colours, y upwards', () => {
  const { painter, at, scene, edgeColours, nodeColours } = painted();
  expect(painter.paint(1000)).toBe(true);
  expect(at(5, 0)).toBe(edgeColours[scene.edgePaint[0]]);
  expect(at(10, 5)).toBe(edgeColours[scene.edgePaint[1]]);
  expect([at(0, 0), at(10, 10), at(5, 15)]).toEqual([nodeColours[0], nodeColours[1], GROUND]); // prettier-ignore
});

test('added edges are dashed and removed ones dotted; as it was, what was removed is a line', () => {
  const inked = (choices: object): number => {
    const { painter, pixels, scene, edgeColours } = painted(square(), CAMERA, choices);
    painter.paint(1000);
    const column = Array.from({ length: 60 }, (_, row) => pixels.data[(70 + row) * 200 + 60]);
    return column.filter((pixel) => pixel === edgeColours[scene.edgePaint[4]]).length;
  };
  expect(inked({ 'graph-whole.when': 'before' })).toBe(60);
  const dotted = inked({});
  expect([dotted > 10, dotted < 40]).toEqual([true, true]);
});

test('nodes too small to see are left out, and hide no edge', () => {
  const alone = (scale: number): number => {
    const { painter, at } = painted(square(), { ...CAMERA, scale });
    painter.paint(1000);
    return at(5, 20);
  };
  expect([alone(0.3) === GROUND, alone(2) === GROUND]).toEqual([true, false]);
});

test('drawing stops when its time is over, and goes on to the same picture', () => {
  const many = (): ReturnType<typeof square> => {
    const graph = square();
    const edges = Uint32Array.from({ length: 5000 }, (_, e) => e);
    const from = Uint16Array.from(edges, (e) => e % 4);
    const to = Uint16Array.from(edges, (e) => (e + 1) % 4);
    const states = new Uint8Array(5000);
    return { ...graph, from, to, states, curvature: new Float32Array(5000), before: null };
  };
  const whole = painted(many());
  whole.painter.paint(1e9);
  const sliced = painted(many());
  let [now, slices] = [0, 1];
  while (!sliced.painter.paint(8, () => (now += 5))) {
    slices++;
  }
  expect(slices).toBeGreaterThan(3);
  expect(sliced.pixels.data).toEqual(whole.pixels.data);
});
