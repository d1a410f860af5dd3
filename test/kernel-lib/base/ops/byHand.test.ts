/** @file Stacks that are read page by page, trees and fixed points over edges, and stored numbers, each worked out by hand. */
import { core, graph, ops, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { bytesOf, decodeValues, unitOf } from '@switchyard/kernel-lib/dist/base/ops/formats/decodeValues.js';
import { multiplyGroups } from '@switchyard/kernel-lib/dist/base/ops/multiply.js';
import { PagedTensor } from '@switchyard/kernel-lib/dist/base/ops/pagedTensor.js';
import { PagePool } from '@switchyard/kernel-lib/dist/base/ops/pagePool.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

afterEach(() => useCustomOps(true));

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;
const PAGE = 2 * 3 * 4;

/** A stack of four matrices [3, 2] of one number each, 1 to 4, that says which were read. */
function stackOf(pool: PagePool, count = 4) {
  const reads: number[] = [];
  const layout = { format: 'F32', matrices: null, rows: 2, columns: 3, transposed: true };
  const read = (matrix: number, into: Uint8Array): void => {
    reads.push(matrix);
    into.set(new Uint8Array(Float32Array.from({ length: 6 }, () => matrix + 1).buffer));
  };
  return { stack: new PagedTensor({ count, layout, read }, pool), reads };
}

describe('a stack that is read page by page', () => {
  test('says its shape, its bytes and what fits', () => {
    const pool = new PagePool('test', { bytes: 2 * PAGE + 1 });
    expect([pool.capacity, pool.report.of]).toEqual([0, 0]);
    const { stack } = stackOf(pool);
    expect([stack.shape, stack.format, stack.count, stack.pageBytes, stack.bytes, stack.capacity]).toEqual([[4, 3, 2], 'F32', 4, PAGE, 0, 2]); // prettier-ignore
    expect(pool.report).toEqual({ policy: 'lru', capacity: 2, held: 0, of: 4, hits: 0, misses: 0, hitRate: NaN, bytesHeld: 0, bytesRead: 0 }); // prettier-ignore
    expect(new PagePool('test', { bytes: 1 }).capacity).toBe(0);
    stack.dispose();
  });

  test('what was used longest ago leaves; what is held is not read again', () => {
    const pool = new PagePool('test', { bytes: 2 * PAGE });
    const { stack, reads } = stackOf(pool);
    expectNoLeak(() => {
      const use = (...matrices: number[]) => stack.pages(matrices).map((page) => tf.tidy(() => page.unpack().dataSync()[0])); // prettier-ignore
      expect([use(0), use(1), use(0), use(2), use(0), use(1)].flat()).toEqual([1, 2, 1, 3, 1, 2]);
      // 2 comes for 1, and 1 for 2.
      expect(reads).toEqual([0, 1, 2, 1]);
      expect(pool.report).toMatchObject({ held: 2, hits: 2, misses: 4, hitRate: 2 / 6, bytesHeld: 2 * PAGE, bytesRead: 4 * PAGE }); // prettier-ignore
      expect(stack.bytes).toBe(2 * PAGE);
      stack.dispose();
    });
    expect(pool.report).toMatchObject({ held: 0, of: 0 });
    expect(() => stack.pages([0])).toThrow(refusal('ops.PagePool: a stack must not have been disposed, got one that has')); // prettier-ignore
  });

  test('stacks share the room; the largest page says how many fit', () => {
    const pool = new PagePool('test', { bytes: 2 * PAGE });
    const [a, b] = [stackOf(pool), stackOf(pool, 2)];
    a.stack.pages([0]);
    b.stack.pages([1]);
    expect([a.stack.bytes, b.stack.bytes, pool.report.of]).toEqual([PAGE, PAGE, 6]);
    a.stack.pages([3]);
    a.stack.pages([2]);
    expect([a.stack.bytes, b.stack.bytes]).toEqual([2 * PAGE, 0]);
    [a, b].forEach(({ stack }) => stack.dispose());
  });

  test('what could not be read is read when it is next asked for', () => {
    const pool = new PagePool('test', { bytes: 4 * PAGE });
    let broken = true;
    const layout = { format: 'F32', matrices: null, rows: 2, columns: 3, transposed: false };
    const read = (matrix: number): void => {
      if (matrix === 1 && broken) {
        throw new Error('gone');
      }
    };
    const stack = new PagedTensor({ count: 2, layout, read }, pool);
    expect(stack.shape).toEqual([2, 2, 3]);
    expect(() => stack.pages([0, 1])).toThrow('gone');
    expect(pool.report).toMatchObject({ held: 1, hits: 0, misses: 0 });
    broken = false;
    expect(stack.pages([0, 1])).toHaveLength(2);
    expect(pool.report).toMatchObject({ held: 2, hits: 1, misses: 1 });
    stack.dispose();
  });

  test.each([true, false])(
    'its product is that of its matrices, some at a time and none for no rows; custom ops: %s',
    (custom) => {
      // prettier-ignore
      useCustomOps(custom);
      const pool = new PagePool('test', { bytes: PAGE });
      const { stack, reads } = stackOf(pool);
      const stored = { packed: stack, read: () => stack.unpack() } as unknown as Parameters<typeof multiplyGroups>[1];
      tf.tidy(() => {
        // Rows of experts 0, 2, 2 and 3.
        const plan = ops.planDispatch(Int32Array.from([0, 2, 2, 3]), { numTokens: 4, k: 1, numExperts: 4 });
        const x = tf.tensor2d([[1, 0, 0], [0, 1, 0], [1, 1, 1], [2, 0, 1]]); // prettier-ignore
        expectClose(multiplyGroups(x, stored, plan), [1, 1, 3, 3, 9, 9, 12, 12], 1e-6);
        expect(reads).toEqual([0, 2, 3]);
        const gradient = tf.grad((rows: tf.Tensor) => multiplyGroups(rows as tf.Tensor2D, stored, plan).sum())(x);
        expectClose(gradient, [2, 2, 2, 6, 6, 6, 6, 6, 6, 8, 8, 8], 1e-6);
        const nothing = ops.planDispatch(new Int32Array(0), { numTokens: 0, k: 1, numExperts: 4 });
        expect(multiplyGroups(tf.zeros([0, 3]), stored, nothing).shape).toEqual([0, 2]);
        expectClose(stack.unpack(), [1, 2, 3, 4].flatMap((value) => new Array<number>(6).fill(value)), 0); // prettier-ignore
      });
      stack.dispose();
    }
  );

  test('a pool of nothing, and a policy that there is not, are refused', () => {
    expect(() => new PagePool('test', { bytes: 0 })).toThrow(refusal('test: expertCache.bytes must be an integer of at least 1, got 0')); // prettier-ignore
    expect(() => new PagePool('test', { bytes: 1, policy: 'fifo' as never })).toThrow(/^test: .*policy/);
  });
});

// Into 0 three edges, into 1 none, into 2 one, into 3 two; their order is that of the list.
const EDGES: [number, number][] = [[0, 0], [1, 0], [2, 0], [0, 2], [1, 3], [2, 3]]; // prettier-ignore
const small = graph.fromEdges({ numNodes: 4, edges: EDGES });

describe('a tree of the edges of each node', () => {
  const values = tf.tensor2d([[1], [2], [3], [4], [5], [6]]);

  test('puts neighbours together two by two, in their order, all of a level at once', () => {
    const calls: number[][][] = [];
    // Not associative and not commutative: 2 a + b.
    const out = tf.tidy(() => graph.treeReduce(values, small, (left, right) => {
      calls.push([[...left.dataSync()], [...right.dataSync()]]);
      return left.mul<tf.Tensor2D>(2).add<tf.Tensor2D>(right);
    })); // prettier-ignore
    // (1, 2) = 4, (4, 3) = 11; nothing; 4; (5, 6) = 16.
    expect([...out.dataSync()]).toEqual([11, 0, 4, 16]);
    expect(calls).toEqual([[[1, 5], [2, 6]], [[4], [3]]]); // prettier-ignore
    out.dispose();
  });

  test.each<[string, () => unknown, string | RegExp]>([
    ['rows that are no edges', () => graph.treeReduce(tf.ones([5, 1]), small, (a) => a), 'graph.treeReduce: expects shape [6, F], got [5, 1]'], // prettier-ignore
    ['no operation', () => graph.treeReduce(values, small, 'sum' as never), 'graph.treeReduce: combine must be a function, got sum'], // prettier-ignore
    ['another width', () => graph.treeReduce(values, small, (a) => tf.concat([a, a], 1)), 'graph.treeReduce: expects shape [2, 1], got [2, 2]'] // prettier-ignore
  ])('%s is refused', (_name, run, message) => {
    expect(() => tf.tidy(() => void run())).toThrow(refusal(message as string));
  });
});

describe('a fixed point over edges', () => {
  const x = tf.tensor2d([[1], [2], [4], [8]]);
  // Only forwards: 0 -> 1 -> 2 -> 3, each by a half.
  const chain = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [2, 3]] }); // prettier-ignore
  const half = tf.fill([3], 0.5);

  test('of a chain is what each has and half of the one before, wherever it begins', () => {
    const expected = [1, 2.5, 5.25, 10.625];
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(graph.neighbourSolve(x, chain, half), expected, 1e-6);
        expectClose(graph.neighbourSolve(x, chain, half, { start: tf.fill([4, 1], -50) }), expected, 1e-6);
      })
    );
  });

  test('ends as soon as nothing moves by more than is asked', () => {
    const near = tf.tidy(() => [...graph.neighbourSolve(x, chain, half, { tolerance: 0.5, steps: 5 }).dataSync()]);
    // From 1, 2, 4, 8: one step to 1, 2.5, 5, 10 moves 2 of 10, which is little enough.
    expect(near).toEqual([1, 2.5, 5, 10]);
    // Four steps: the last of them sees that the third moved nothing more.
    expectClose(tf.tidy(() => graph.neighbourSolve(x, chain, half, { tolerance: 0, steps: 4 })), [1, 2.5, 5.25, 10.625], 1e-6); // prettier-ignore
    expect(() => graph.neighbourSolve(x, chain, half, { tolerance: 0, steps: 3 })).toThrow(refusal('graph.neighbourSolve: weights must be a contraction, got one that does not settle in 3 steps')); // prettier-ignore
  });

  test('has the gradient of its closed form', () => {
    const [ofX, ofWeights] = tf.grads((a: tf.Tensor, w: tf.Tensor) => graph.neighbourSolve(a as tf.Tensor2D, chain, w).sum())([x, half]); // prettier-ignore
    expectClose(ofX, [1.875, 1.75, 1.5, 1], 1e-6);
    // What flows in at the source, times what the target gives on.
    expectClose(ofWeights, [1 * 1.75, 2.5 * 1.5, 5.25 * 1], 1e-6);
    tf.dispose([ofX, ofWeights]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'rows too few',
      () => graph.neighbourSolve(tf.ones([3, 1]), chain, half),
      'graph.neighbourSolve: expects shape [4, F], got [3, 1]'
    ],
    ['a start of other rows', () => graph.neighbourSolve(x, chain, half, { start: tf.ones([3, 1]) }), 'graph.neighbourSolve: expects shape [4, F], got [3, 1]'], // prettier-ignore
    ['a tolerance below 0', () => graph.neighbourSolve(x, chain, half, { tolerance: -1 }), 'graph.neighbourSolve: tolerance must be a number of at least 0, got -1'], // prettier-ignore
    ['no step', () => graph.neighbourSolve(x, chain, half, { steps: 0 }), 'graph.neighbourSolve: steps must be an integer of at least 1, got 0'] // prettier-ignore
  ])('%s is refused', (_name, run, message) => {
    expect(() => tf.tidy(() => void run())).toThrow(message);
  });

  test('without a node nothing is solved', () => {
    const none = graph.fromEdges({ numNodes: 0, edges: [] });
    expect(tf.tidy(() => graph.neighbourSolve(tf.zeros([0, 2]), none, tf.zeros([0])).shape)).toEqual([0, 2]);
  });
});

describe('values at the ends of edges', () => {
  test('are those of the end that is asked for, with their gradients; scattered by either end', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[10], [20], [30], [40]]);
      expect([...graph.edgeGather(x, small, 'source').dataSync()]).toEqual([10, 20, 30, 10, 20, 30]);
      expect([...graph.edgeGather(x, small, 'target').dataSync()]).toEqual([10, 10, 10, 30, 40, 40]);
      const counts = (end: 'source' | 'target') => [...tf.grad((y: tf.Tensor) => graph.edgeGather(y as tf.Tensor2D, small, end).sum())(x).dataSync()]; // prettier-ignore
      expect([counts('source'), counts('target')]).toEqual([[2, 2, 2, 0], [3, 0, 1, 2]]); // prettier-ignore
      const rows = tf.tensor2d([[1], [2], [3], [4], [5], [6]]);
      expect([...graph.edgeScatter(rows, small, 'sum').dataSync()]).toEqual([6, 0, 4, 11]);
      expect([...graph.edgeScatter(rows, small, 'sum', 'source').dataSync()]).toEqual([5, 7, 9, 0]);
      expect([...graph.edgeScatter(rows, small, 'mean').dataSync()]).toEqual([2, 0, 4, 5.5]);
    });
    expect(() => graph.edgeScatter(tf.ones([6, 1]), small, 'least' as never)).toThrow('graph.edgeScatter: reduction must be one of sum, mean, max, got least'); // prettier-ignore
    expect(() => graph.edgeScatter(tf.ones([5, 1]), small, 'sum')).toThrow(
      'graph.edgeScatter: expects shape [6, F], got [5, 1]'
    );
    expect(() => graph.edgeGather(tf.ones([4, 1]), small, 'end' as never)).toThrow('graph.edgeGather: end must be one of source, target, got end'); // prettier-ignore
  });
});

describe('stored numbers', () => {
  const bytes = (...values: number[]) => Buffer.from(values);

  test('of 64 bits, of 32, and of half of them', () => {
    const doubles = Buffer.from(Float64Array.from([1.5, -2, 1e300]).buffer);
    expect([...decodeValues('test', 'F64', doubles, 3)]).toEqual([1.5, -2, Infinity]);
    expect([...decodeValues('test', 'F32', Buffer.from(Float32Array.from([0.1, -7]).buffer), 2)]).toEqual([...Float32Array.from([0.1, -7])]); // prettier-ignore
    // 1, -2, the least, infinity, and no number.
    const halves = decodeValues('test', 'F16', bytes(0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c, 0x01, 0x7c), 5);
    expect([...halves]).toEqual([1, -2, 2 ** -24, Infinity, NaN]);
    expect([...decodeValues('test', 'BF16', bytes(0x80, 0x3f, 0x20, 0xc1), 2)]).toEqual([1, -10]);
  });

  test('take the bytes that they take, and blocks are whole', () => {
    expect([bytesOf('test', 'F64', 3), bytesOf('test', 'BF16', 3), bytesOf('test', 'Q4_1', 64)]).toEqual([24, 6, 40]);
    expect([unitOf('test', 'F16'), unitOf('test', 'Q4_1')]).toEqual([1, 32]);
    expect(() => decodeValues('test', 'F32', bytes(1, 2, 3), 1)).toThrow(refusal('test: 1 values of F32 take 4 bytes, got 3')); // prettier-ignore
    expect(() => bytesOf('test', 'Q4_1', 33)).toThrow(refusal('test: Q4_1 stores blocks of 32 values, got 33 values'));
    expect(() => unitOf('test', 'I8')).toThrow(/^test: dtype must be one of F64, F32, F16, BF16, .*, got I8$/);
  });
});

test('tokens beyond the capacity are dropped by group, those of highest priority last', () => {
  const plan = (options: object) =>
    [...ops.planDispatch(Int32Array.from([0, 0, 0, 0, 1, 0]), { numTokens: 6, k: 1, numExperts: 2, ...options }).inverse].map((row) => +(row >= 0)); // prettier-ignore
  expect(plan({ capacity: 2 })).toEqual([1, 1, 0, 0, 1, 0]);
  expect(plan({ capacity: 2, priority: [0, 1, 5, 4, 0, 3] })).toEqual([0, 0, 1, 1, 1, 0]);
  expect(plan({ capacity: 1, group: 3 })).toEqual([1, 0, 0, 1, 1, 0]);
  expect(plan({ capacity: 2, group: 3 })).toEqual([1, 1, 0, 1, 1, 1]);
});

describe('what is too large to be stored at once is taken in parts', () => {
  const next = core.Random.fromSeed(7).generator();
  const node = () => Math.floor(next() * 50);
  const wide = graph.fromEdges({ numNodes: 50, edges: Array.from({ length: 1500 }, () => [node(), node()] as const) });
  const draw = (name: string, width: number) => core.Random.fromSeed(8).child(name).normal([50, width]) as tf.Tensor2D;

  test.each<[string, number, (x: tf.Tensor2D) => tf.Tensor]>([
    ['greatest values, by features', 4500, (x) => graph.neighbourMax(x, wide)],
    [
      'their gradients',
      4500,
      (x) =>
        tf.grad((y: tf.Tensor) =>
          graph
            .neighbourMax(y as tf.Tensor2D, wide)
            .square()
            .sum()
        )(x)
    ],
    ['products of ends, by edges', 1024, (x) => graph.edgeDot(x, x.reverse<tf.Tensor2D>(0), wide, { heads: 2 })]
  ])('%s: as the custom op, which takes none', (_name, width, run) => {
    tf.tidy(() => {
      const x = draw('x', width);
      const expected = run(x);
      useCustomOps(false);
      expectClose(run(x), expected, 1e-5);
    });
  });
});

test('the contrast of rows, by hand: of other lengths than they are many', () => {
  const [a, b] = [[[3, 4], [1, 0], [0, 2]], [[1, 0], [5, 0], [0, 1]]]; // prettier-ignore
  const cosine = ([p, q]: number[], [r, s]: number[]) => (p * r + q * s) / Math.hypot(p, q) / Math.hypot(r, s);
  const losses = a.map((row, t) => {
    const exps = b.map((other) => Math.exp(cosine(row, other) / 0.5));
    return -Math.log(exps[t] / exps.reduce((sum, each) => sum + each));
  });
  const found = tf.tidy(() => ops.infoNce(tf.tensor2d(a), tf.tensor2d(b), 0.5).dataSync()[0]);
  expect(found).toBeCloseTo(losses.reduce((sum, each) => sum + each) / 3, 5);
  expect(() => ops.infoNce(tf.tensor2d(a), tf.tensor2d(b), 0)).toThrow(/^ops\.infoNce: temperature must be a number/);
  expect(() => ops.diffKendall(tf.tensor1d([1, 2]), tf.tensor1d([1, 2]), { alpha: 0 })).toThrow(
    /^ops\.diffKendall: alpha must be a number/
  );
});
