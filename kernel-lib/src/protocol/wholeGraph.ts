/** @file A graph larger than an output holds, as a kernel tells it to one panel: a head in JSON, and columns in binary, little-endian. */
import type { GraphEdge, GraphSize } from './kinds';
import { jsonBytes } from './jsonBytes';
import { MAX_CLASSES, MAX_LIVE_EDGES, MAX_LIVE_NODES, MAX_TEXT } from './limits';
import { MAX_DETAILED_BYTES } from './mime';

/** States of edges, in the order of their numbers in a {@link WholeGraph}. */
export const EDGE_STATES: readonly GraphEdge['state'][] = ['kept', 'removed', 'added'];

/** A graph in columns, of N nodes and M edges. */
export interface WholeGraph {
  /** Size of the graph; more than is here where what is beyond the bounds was left out. */
  of: GraphSize;
  /** Names of the nodes, [N]; null where each is its number. */
  labels: readonly string[] | null;
  /** Index into the payload's `classes`, or -1, [N]. */
  classes: Int8Array;
  /** Places of the nodes, [N]. */
  x: Float32Array;
  y: Float32Array;
  /** Ends of the edges, as indices of nodes, [M]. */
  from: Uint16Array | Uint32Array;
  to: Uint16Array | Uint32Array;
  /** NaN where it is unknown, [M]. */
  curvature: Float32Array;
  /** Curvature before the graph was rewired, [M]; null where none is told. */
  before: Float32Array | null;
  /** Index into {@link EDGE_STATES}, [M]. */
  states: Uint8Array;
}

/** A buffer of a message as clients give it. */
export type BinaryColumn = ArrayBuffer | ArrayBufferView;

/** A {@link WholeGraph} as a message: its head, and the buffers beside it. */
export interface PackedGraph {
  head: PackedHead;
  buffers: Uint8Array[];
}

/** The part of a packed graph that is JSON. */
export interface PackedHead {
  of: GraphSize;
  nodes: number;
  edges: number;
  /** Curvature of the number 32,767 in its column. */
  most: number;
  labels: readonly string[] | null;
}

/** Characters of names, of which the most are taken that fit. */
const LENGTHS: readonly number[] = [MAX_TEXT, 64, 32, 16, 8, 4, 2];
/** Curvature is sent in so many steps from 0 to the largest; one more below is unknown. */
const STEPS = 32_767;
const UNKNOWN = -STEPS - 1;

/** A graph as a message of at most {@link MAX_DETAILED_BYTES}, its head's few numbers aside: names that are too long for it are cut. */
export function packWholeGraph(graph: WholeGraph): PackedGraph {
  const { of, labels, classes, x, y, curvature, before, states } = graph;
  const most = [curvature, before ?? []].reduce((top, column) => {
    column.forEach((value) => (top = Math.abs(value) > top ? Math.abs(value) : top));
    return top;
  }, 1e-9);
  const ends = [graph.from, graph.to].map((column) => Uint16Array.from(column));
  const steps = [curvature, ...(before === null ? [] : [before])].map((column) =>
    Int16Array.from(column, (value) => (Number.isNaN(value) ? UNKNOWN : Math.round((value / most) * STEPS)))
  );
  const columns = [x, y, classes, ...ends, states, ...steps];
  const buffers = columns.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  const room = MAX_DETAILED_BYTES - buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const cut = labels && (LENGTHS.map((length) => shortened(labels, length)).find((names) => jsonBytes(names, room) <= room) ?? null); // prettier-ignore
  return { head: { of, nodes: x.length, edges: states.length, most, labels: cut }, buffers };
}

function shortened(labels: readonly string[], length: number): readonly string[] {
  return length === MAX_TEXT ? labels : labels.map((label) => label.slice(0, length));
}

/** The graph of a message; null for one that follows no version of this contract. */
export function parseWholeGraph(value: unknown, buffers: readonly BinaryColumn[]): WholeGraph | null {
  const head = value as Partial<PackedHead> | null;
  if (typeof head !== 'object' || head === null || !isHead(head)) {
    return null;
  }
  const { of, nodes, edges, most, labels } = head;
  const [x, y] = [0, 1].map((i) => column(Float32Array, buffers[i], nodes));
  const classes = column(Int8Array, buffers[2], nodes);
  const [from, to] = [3, 4].map((i) => column(Uint16Array, buffers[i], edges));
  const states = column(Uint8Array, buffers[5], edges);
  const [curvature, before] = [6, 7].map((i) => column(Int16Array, buffers[i], edges));
  const isTold = before !== null || buffers.length === 7;
  if (
    x === null ||
    y === null ||
    classes === null ||
    from === null ||
    to === null ||
    states === null ||
    curvature === null ||
    !isTold
  ) {
    return null;
  }
  const sound =
    [x, y].every((places) => places.every(Number.isFinite)) &&
    [from, to].every((ends) => ends.every((end) => end < nodes)) &&
    classes.every((index) => index >= -1 && index < MAX_CLASSES) &&
    states.every((state) => state < EDGE_STATES.length);
  const amount = (steps: Int16Array): Float32Array =>
    Float32Array.from(steps, (step) => (step === UNKNOWN ? NaN : (step / STEPS) * most));
  const amounts = { curvature: amount(curvature), before: before && amount(before) };
  return sound ? { of, labels, classes, x, y, from, to, states, ...amounts } : null;
}

function isHead(head: Partial<PackedHead>): head is PackedHead {
  const { of, nodes, edges, most, labels } = head;
  const isCount = (count: unknown, max: number): boolean => Number.isSafeInteger(count) && Number(count) >= 0 && Number(count) <= max; // prettier-ignore
  return (
    isCount(nodes, MAX_LIVE_NODES) &&
    isCount(edges, MAX_LIVE_EDGES) &&
    typeof of === 'object' &&
    isCount(of?.nodes, Number.MAX_SAFE_INTEGER) &&
    isCount(of?.edges, Number.MAX_SAFE_INTEGER) &&
    Number.isFinite(most) &&
    (labels === null ||
      (Array.isArray(labels) &&
        labels.length === nodes &&
        labels.every((label) => typeof label === 'string' && label.length <= MAX_TEXT)))
  );
}

/** A column of so many numbers, copied: a message's buffers lie at any byte. Null where it has another length. */
function column<T extends ArrayBufferView>(
  Column: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  buffer: BinaryColumn | undefined,
  length: number
): T | null {
  if (buffer === undefined || buffer.byteLength !== length * Column.BYTES_PER_ELEMENT) {
    return null;
  }
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  return new Column(bytes.slice().buffer);
}
