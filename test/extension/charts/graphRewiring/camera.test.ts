import { expect, test } from 'vitest';
import { isSame, magnified, moved, placeIn, wholeView } from '../../../../extension/charts/graphRewiring/camera';
import { nearestNode } from '../../../../extension/charts/graphRewiring/nearestNode';

const SIZE = { width: 224, height: 124 };
const WHOLE = wholeView([0, 10], [0, 4], SIZE);

test('all of a graph is in view, with room around it; a single node, and none, too', () => {
  expect(WHOLE).toEqual({ x: 5, y: 2, scale: 20 });
  expect(wholeView([3], [4], SIZE)).toMatchObject({ x: 3, y: 4 });
  expect(wholeView([], [], SIZE)).toEqual({ x: 0, y: 0, scale: 100 });
});

test('what is moved right and down shows what was left and above', () => {
  expect(moved(WHOLE, 20, 40)).toEqual({ x: 4, y: 4, scale: 20 });
  expect(moved(moved(WHOLE, 7, -3), -7, 3)).toEqual(WHOLE);
});

test('magnified about a pixel, that pixel stays; not farther than is of use', () => {
  const near = magnified(WHOLE, 2, [60, -20], WHOLE);
  const under = ({ x, y, scale }: typeof WHOLE) => [x + 60 / scale, y + 20 / scale];
  expect([near.scale, under(near)]).toEqual([40, under(WHOLE)]);
  expect(magnified(WHOLE, 1e9, [0, 0], WHOLE).scale).toBe(20 * 4096);
  expect(magnified(WHOLE, 1e-9, [0, 0], WHOLE).scale).toBe(5);
});

test('a picture of one view has its place in another', () => {
  const size = { width: 448, height: 248 };
  expect(placeIn(WHOLE, size, WHOLE, SIZE)).toEqual({ left: -112, top: -62, larger: 1 });
  expect(placeIn(WHOLE, size, moved(WHOLE, 30, -10), SIZE)).toEqual({ left: -82, top: -72, larger: 1 });
  const { left, top, larger } = placeIn(WHOLE, size, magnified(WHOLE, 2, [0, 0], WHOLE), SIZE);
  expect([left, top, larger]).toEqual([112 - 448, 62 - 248, 2]);
  expect([isSame(WHOLE, { ...WHOLE }), isSame(WHOLE, moved(WHOLE, 1, 0))]).toEqual([true, false]);
});

test('the pointer finds the nearest node that is near enough', () => {
  const nodes = { x: Float32Array.of(0, 10, 11), y: Float32Array.of(0, 0, 0) };
  const at = (x: number, within: number) => nearestNode(nodes, { x, y: 0 }, within);
  expect([at(10.4, 1), at(10.6, 1), at(5, 1), at(5, Infinity), at(0, 0)]).toEqual([1, 2, null, 1, 0]);
  expect(nearestNode({ x: new Float32Array(0), y: new Float32Array(0) }, { x: 0, y: 0 }, Infinity)).toBeNull();
});
