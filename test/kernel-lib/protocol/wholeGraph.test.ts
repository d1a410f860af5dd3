import { protocol } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const graph = (): protocol.WholeGraph => ({
  of: { nodes: 3, edges: 7 },
  labels: ['a', 'b', 'ç'],
  classes: Int8Array.of(-1, 0, 1),
  x: Float32Array.of(0, 1.5, -2),
  y: Float32Array.of(3, 0, 0.25),
  from: Uint32Array.of(0, 1),
  to: Uint32Array.of(2, 2),
  curvature: Float32Array.of(-2, NaN),
  before: Float32Array.of(1, 0.5),
  states: Uint8Array.of(0, 1)
});

/** As a client gets it: JSON, and buffers at any byte. */
function sent({ head, buffers }: protocol.PackedGraph): [unknown, DataView[]] {
  const views = buffers.map((bytes) => {
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    return new DataView(shifted.buffer, 1);
  });
  return [JSON.parse(JSON.stringify(head)), views];
}

test('a graph that was packed is read again: curvature to 1/32,767 of the largest, all else exactly', () => {
  const { curvature, before, ...rest } = graph();
  const read = protocol.parseWholeGraph(...sent(protocol.packWholeGraph(graph())))!;
  expect(read).toMatchObject({ ...rest, from: Uint16Array.of(0, 1), to: Uint16Array.of(2, 2) });
  expect([read.curvature[0], read.curvature[1]]).toEqual([curvature[0], NaN]);
  read.before!.forEach((value, edge) => expect(Math.abs(value - before![edge])).toBeLessThan(2 / 32_767));
  const unchanged = protocol.parseWholeGraph(
    ...sent(protocol.packWholeGraph({ ...graph(), before: null, labels: null }))
  )!;
  expect([unchanged.before, unchanged.labels]).toEqual([null, null]);
});

test('as large as it may be it is no longer than details may be; longer names are cut', () => {
  const [nodes, edges] = [protocol.MAX_LIVE_NODES, protocol.MAX_LIVE_EDGES];
  const large = (label: string): protocol.WholeGraph => ({
    of: { nodes, edges },
    labels: Array.from({ length: nodes }, () => label),
    classes: new Int8Array(nodes),
    ...{ x: new Float32Array(nodes), y: new Float32Array(nodes) },
    ...{ from: new Uint32Array(edges), to: new Uint32Array(edges).fill(nodes - 1) },
    ...{ curvature: new Float32Array(edges), before: new Float32Array(edges), states: new Uint8Array(edges) }
  });
  const { head, buffers } = protocol.packWholeGraph(large('name'));
  const bytes = JSON.stringify(head).length + buffers.reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThan(protocol.MAX_DETAILED_BYTES);
  expect(head.labels?.[0]).toBe('name');
  expect(protocol.parseWholeGraph(...sent({ head, buffers }))?.to[0]).toBe(nodes - 1);
  const names = (label: string): string | undefined => protocol.packWholeGraph(large(label)).head.labels?.[0];
  expect([names('a longer name'), names('名'.repeat(9))]).toEqual(['a longer', '名名']);
});

test('what breaks the contract is nothing', () => {
  const good = sent(protocol.packWholeGraph(graph()));
  const [head, buffers] = good as [Record<string, unknown>, DataView[]];
  const details = { type: 'details', layer: '', graph: head };
  expect(protocol.parseControlDetails(details, buffers)).toMatchObject({
    layer: '',
    graph: { labels: ['a', 'b', 'ç'] }
  });
  const spoilt = (i: number, bytes: number[]): DataView[] =>
    buffers.map((buffer, at) => (at === i ? new DataView(Uint8Array.from(bytes).buffer) : buffer));
  const wrong: [unknown, DataView[]][] = [
    [null, buffers],
    [{ ...head, nodes: 2 }, buffers],
    [{ ...head, nodes: protocol.MAX_LIVE_NODES + 1 }, buffers],
    [{ ...head, edges: -1 }, buffers],
    [{ ...head, of: null }, buffers],
    [{ ...head, most: null }, buffers],
    [{ ...head, labels: ['a'] }, buffers],
    [{ ...head, labels: ['a', 'b', 3] }, buffers],
    [head, buffers.slice(0, 6)],
    [head, spoilt(0, [0, 0, 128, 127, 0, 0, 0, 0, 0, 0, 0, 0])],
    [head, spoilt(2, [0, 64, 0])],
    [head, spoilt(3, [0, 0, 3, 0])],
    [head, spoilt(4, [3, 0, 0, 0])],
    [head, spoilt(5, [0, 3])],
    [head, spoilt(7, [0, 0])]
  ];
  for (const [value, given] of wrong) {
    expect(protocol.parseWholeGraph(value, given)).toBeNull();
    expect(protocol.parseControlDetails({ ...details, graph: value }, given)).toBeNull();
  }
  expect(protocol.parseControlDetails(details)).toBeNull();
});
