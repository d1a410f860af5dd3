import { expect, test } from 'vitest';
import { graphBefore } from '../../../../extension/charts/graphRewiring/graphBefore';
import { graphRewiring } from '../../../../extension/charts/graphRewiring/graphRewiring';
import { graphScene } from '../../../../extension/charts/graphRewiring/graphScene';
import { filled, lacking, wholeOf } from '../../../../extension/charts/graphRewiring/whole';
import { signedColour } from '../../../../extension/charts/amounts';
import { asDetails, context, routing } from '../../support/payloads';
import { part, square, withWhole } from '../../support/wholeGraph';

const scene = (choices = {}, graph = square()) => graphScene(withWhole(graph), { ...context, choices })!;
const BEFORE = { 'graph-whole.when': 'before' };

test('a part is asked for; what its kernel tells stands beside it, and takes its place in pictures', () => {
  const payload = part();
  expect([lacking(payload), lacking({ ...payload, data: { ...payload.data, of: undefined } })]).toEqual(['', null]);
  expect(graphScene(payload, context)).toBeNull();
  const full = withWhole();
  expect([full.data, wholeOf(full)?.x.length, wholeOf(payload)]).toEqual([payload.data, 5, null]);
  expect(JSON.parse(JSON.stringify(full))).toEqual(JSON.parse(JSON.stringify(payload)));
  expect([graphRewiring(full, context), graphBefore(full, context)]).toEqual([null, null]);
});

test('an answer that tells no more, or of something else, changes nothing', () => {
  const payload = part();
  expect(filled(payload, asDetails(routing()))).toBe(payload);
  const graph = { ...square(), from: Uint16Array.of(0), to: Uint16Array.of(1), states: Uint8Array.of(0) };
  expect(filled(payload, { type: 'details', layer: '', graph })).toBe(payload);
});

test('of a part it is said of how much, and whether the rest is on its way', () => {
  const note = (awaits?: boolean) => graphRewiring(part(), { ...context, awaits })!.note;
  expect(note(true)).toBe('2 of 5 nodes, 1 of 5 edges. The kernel is asked for the whole graph.');
  expect(note()).toBe('2 of 5 nodes, 1 of 5 edges. No kernel that has the whole graph answers: run the cell again to see all of it.'); // prettier-ignore
  expect(graphRewiring(part(), context)!.summary).toMatch(/^2 of 5 nodes; 1 edges kept, 0 added, 0 removed\./);
  const whole = part();
  delete whole.data.of;
  expect(graphRewiring(whole, context)).not.toHaveProperty('note');
});

test('edges have the colours of the scale, whose ends are the farthest curvature of before and after', () => {
  const { scene: drawn, key } = scene();
  const colours = Array.from(drawn.edgePaint, (index) => drawn.edgePalette[index]);
  const { colours: scheme } = context.theme;
  expect(colours).toEqual([...[0.5, -1, 0, 1].map((at) => signedColour(at, scheme)), context.theme.mutedText]);
  expect([key.least, key.most, key.colours.at(0), key.colours.at(-1)]).toEqual(['-2', '2', signedColour(-1, scheme), signedColour(1, scheme)]); // prettier-ignore
  const far = { ...square(), curvature: Float32Array.of(1, 0, 0, 0, 0) };
  expect(scene({}, far).key.most).toBe('2');
});

test('removed edges lie over kept ones, and added ones over all; before, the added one is not there', () => {
  expect(Array.from(scene().scene.order)).toEqual([0, 1, 3, 4, 2]);
  const was = scene(BEFORE);
  expect(Array.from(was.scene.order)).toEqual([0, 1, 3, 4]);
  expect(was.scene.edgePalette[was.scene.edgePaint[4]]).toBe(signedColour(-1, context.theme.colours));
  expect([was.scene.isDashed, was.key.lines, scene().key.lines.map(({ state }) => state)]).toEqual([false, [], ['kept', 'added', 'removed']]); // prettier-ignore
  expect(scene().choices[0].selected + was.choices[0].selected).toBe('afterbefore');
});

test('nodes have their class, name and edges; a graph that nothing changed has one number', () => {
  const { scene: drawn, describe } = scene();
  expect(Array.from(drawn.nodePaint)).toEqual([0, 0, 1, 1, 2]);
  expect([0, 2, 4].map(describe)).toEqual([
    'a (left): 2 edges before, 2 after',
    'c (right): 2 edges before, 3 after',
    'e: 0 edges before, 0 after'
  ]);
  const plain = scene({}, { ...square(), labels: null, before: null, states: new Uint8Array(5) });
  expect([plain.describe(0), plain.describe(4), plain.choices, plain.key.lines]).toEqual(['0 (left): 3 edges', '4: 0 edges', [], []]); // prettier-ignore
});

test('it says how much is there, and its numbers begin with the narrowest edge', () => {
  expect(scene().note).toBe('All 5 nodes, 5 edges.');
  const { note } = scene({}, { ...square(), of: { nodes: 70_000, edges: 200_000 } });
  expect(note).toBe('5 of 70,000 nodes, 5 of 200,000 edges: as many as a panel shows, what changed and the most curved first.'); // prettier-ignore
  expect(scene().summary).toBe('5 nodes; 3 edges kept, 1 added, 1 removed.');
  const { columns, rows } = scene().table;
  expect([columns, rows[0], rows.at(-1)]).toEqual([['from', 'to', 'state', 'curvature'], ['b', 'c', 'kept', '-2'], ['c', 'd', 'kept', '2']]); // prettier-ignore
  expect(scene().scene.meanLength).toBeCloseTo((40 + Math.hypot(10, 10)) / 5, 5);
});
