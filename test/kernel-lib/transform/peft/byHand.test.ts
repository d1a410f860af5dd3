/** @file What adapters that mix add to a module, worked out again from their parameters; what they cost, train and refuse. */
import { core, layers, moe, peft, type routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const [WIDTH, HIDDEN, TOKENS] = [4, 6, 6];
const makeBase = (): layers.Sequential => new layers.Sequential([makeNetwork({ width: WIDTH, hidden: HIDDEN })]);
const linearOf = (base: layers.Sequential): core.Module => base.modules().get('0.w1')!;

function moved<A extends core.Module>(adapters: A): A {
  tf.tidy(() =>
    adapters.parameters().forEach((parameter, name) => {
      parameter.assign(Random.fromSeed(9).child(name).normal(parameter.shape, 0, 0.5));
    })
  );
  return adapters;
}

const value = (module: core.Module, path: string): tf.Tensor => module.parameters().get(path)!.variable;

/** Softmax over the experts of the K largest logits, 0 elsewhere; [T, E]. */
function chosen(logits: tf.Tensor2D, k: number): tf.Tensor2D {
  const kept = tf.topk(logits, k).values.slice([0, k - 1], [-1, 1]);
  return tf.softmax(tf.where(logits.greaterEqual(kept), logits, -1e9)) as tf.Tensor2D;
}

describe('what is added to a linear module', () => {
  const x = makeTokens(TOKENS, WIDTH);

  function added(adapters: peft.Adapters, base: layers.Sequential): tf.Tensor {
    const attached = outputOf(linearOf(base), x);
    adapters.detach();
    const plain = outputOf(linearOf(base), x);
    return tf.tensor(attached.map((y, i) => y - plain[i]), [TOKENS, HIDDEN]); // prettier-ignore
  }

  test.each([
    ['adapter', 2, 3, 5, 5 / 2],
    ['adapter', 2, 3, undefined, 1],
    // A rank is an expert, with a scale of its own.
    ['rank', 3, 3, undefined, 1],
    ['rank', 3, 3, 4, 4]
  ] as const)('%s of rank %i: sum of g_e (x A_e) B_e, times the scale', (granularity, rank, experts, alpha, scale) => {
    const base = makeBase();
    const options = { targets: ['0.w1'], granularity, rank, k: 2, ...(granularity === 'rank' ? {} : { experts }) };
    const adapters = moved(peft.moeLora(base, { ...options, ...(alpha === undefined ? {} : { alpha }) }));
    tf.tidy(() => {
      const [router, a, b] = ['router.weight', 'low.a', 'low.b'].map((name) => value(adapters, `0.w1.${name}`));
      const gates = chosen(x.matMul(router as tf.Tensor2D) as tf.Tensor2D, 2);
      const block = granularity === 'rank' ? 1 : rank;
      const outputs = Array.from({ length: experts }, (_, e) => {
        const ofA = a.slice([0, e * block], [-1, block]) as tf.Tensor2D;
        const ofB = b.slice([e * block, 0], [block, -1]) as tf.Tensor2D;
        return x
          .matMul<tf.Tensor2D>(ofA)
          .matMul<tf.Tensor2D>(ofB)
          .mul(gates.slice([0, e], [-1, 1]));
      });
      expectClose(added(adapters, base), tf.addN(outputs).mul(scale), 1e-5);
    });
    adapters.remove();
    base.dispose();
  });

  test('core space: (x A) (sum of g_e C_e) B, times alpha / r; all cores are mixed', () => {
    const base = makeBase();
    const options = { targets: ['0.w1'], granularity: 'coreSpace', experts: 3, rank: 2, alpha: 6 } as const;
    const adapters = moved(peft.moeLora(base, options));
    tf.tidy(() => {
      const [router, a, b, cores] = ['router.weight', 'low.a', 'low.b', 'cores'].map((name) => value(adapters, `0.w1.${name}`)); // prettier-ignore
      const inner = x.matMul<tf.Tensor2D>(a as tf.Tensor2D);
      const gates = tf.softmax(inner.matMul(router as tf.Tensor2D));
      const rows = inner.unstack().map((row, t) => {
        const core = cores.mul(gates.slice([t, 0], [1, -1]).reshape([3, 1, 1])).sum(0);
        return row
          .expandDims(0)
          .matMul<tf.Tensor2D>(core)
          .matMul<tf.Tensor2D>(b as tf.Tensor2D);
      });
      expectClose(added(adapters, base), tf.concat(rows).mul(6 / 2), 1e-5);
    });
    // A 4 x 2, B 2 x 6, three cores and the router's 2 x 3.
    expect(adapters.children.get('0.w1')!.cost({ length: 1 }).flops).toBe(2 * (8 + 12) + 2 * 3 * 4 + 2 * 6);
    adapters.remove();
    base.dispose();
  });

  test('by task: rows of A and columns of B of each head are mixed by its own weights', () => {
    const base = makeBase();
    const [experts, rank, tasks, heads] = [3, 2, 2, 2];
    const adapters = moved(peft.taskLora(base, { targets: ['0.w1'], experts, rank, tasks, heads, alpha: 5 }));
    const ids = [0, 1, 1, 0, 1, 0];
    const [a, b, z] = ['a', 'b', 'z'].map((name) => value(adapters, `0.w1.${name}`).arraySync() as number[][][]);
    const mixed = (task: number, head: number, of: (e: number) => number) => {
      const strength = z[task][head].map((each) => 1 / (1 + Math.exp(-each)));
      return strength.reduce((total, s, e) => total + s * of(e), 0) / strength.reduce((p, q) => p + q, 0);
    };
    const rows = (x.arraySync() as number[][]).map((token, t) =>
      Array.from({ length: HIDDEN }, (_, o) => {
        let total = 0;
        for (let r = 0; r < rank; r++) {
          const ofB = mixed(ids[t], Math.floor(o / (HIDDEN / heads)), (e) => b[e][r][o]);
          const inner = token.map((value, i) => value * mixed(ids[t], Math.floor(i / (WIDTH / heads)), (e) => a[e][i][r])); // prettier-ignore
          total += ofB * inner.reduce((p, q) => p + q, 0);
        }
        return (total * 5) / rank;
      })
    );
    const ctx = Context.create();
    ctx.setState(moe.TASK_IDS, tf.tensor1d(ids, 'int32'));
    const module = adapters.children.get('0.w1')!;
    expectClose(tf.tidy(() => module.apply(x, ctx).dataSync()), rows.flat(), 1e-5); // prettier-ignore
    // Any leading shape comes back.
    const shaped = tf.tidy(() => module.apply(x.reshape([2, 3, WIDTH]), ctx));
    expect(shaped.shape).toEqual([2, 3, HIDDEN]);
    // Both factors of each token; those of two tasks are mixed of three adapters once for twelve tokens.
    const both = rank * (WIDTH + HIDDEN);
    expect(module.cost({ length: 1, tokens: 12 }).flops).toBe(2 * both + (2 * tasks * experts * both) / 12);
    expect(() => module.apply(x, Context.create())).toThrow('task-routed: the context must hold 6 "taskIds", got null');
    const other = Context.create().within('here');
    other.setState(moe.TASK_IDS, tf.zeros([5], 'int32'));
    expect(() => module.apply(x, other)).toThrow('here: the context must hold 6 "taskIds", got 5');
    [ctx, other].forEach((each) => each.dispose());
    shaped.dispose();
    adapters.remove();
    base.dispose();
  });
});

describe('peft.adaptTasks', () => {
  const make = () => {
    const base = makeBase();
    return { base, from: moved(peft.taskLora(base, { targets: ['0.w1'], experts: 3, rank: 1, tasks: 2, heads: 2 })) };
  };

  test.each([
    ['full', { a: true, b: true, z: true }],
    ['z', { a: false, b: false, z: true }],
    ['mu', { a: true, b: true, z: false }]
  ] as const)('%s: what goes on and what is trained', (how, trained) => {
    const { base, from } = make();
    const names = ['a', 'b'] as const;
    const before = names.map((name) => value(from, `0.w1.${name}`).clone());
    const next = peft.adaptTasks(from, { tasks: 5, how });
    const parameters = next.parameters();
    expect(parameters.get('0.w1.z')!.shape).toEqual([5, 2, how === 'mu' ? 1 : 3]);
    names.forEach((name, i) => {
      const expected = tf.tidy(() => (how === 'mu' ? before[i].mean(0, true) : before[i]).dataSync());
      expectClose(value(next, `0.w1.${name}`), expected, 1e-6);
    });
    expect(Object.fromEntries([...parameters].map(([path, { trainable }]) => [path.slice('0.w1.'.length), trainable]))).toEqual(trained); // prettier-ignore
    // New routing is nearly even, and not quite.
    const z = value(next, '0.w1.z').dataSync();
    expect(Math.max(...z.map(Math.abs))).toBeLessThanOrEqual(1e-3);
    expect(new Set(z).size).toBe(z.length);
    tf.dispose(before);
    next.remove();
    base.dispose();
  });

  test('refuses other adapters, no tasks, and heads that do not divide the widths', () => {
    const { base, from } = make();
    expect(() => peft.adaptTasks(from, { tasks: 0, how: 'z' })).toThrow('peft.adaptTasks: tasks must be an integer of at least 1, got 0'); // prettier-ignore
    const lora = peft.lora(base, { targets: ['0.w2'], rank: 1 });
    expect(() => peft.adaptTasks(lora, { tasks: 1, how: 'z' })).toThrow('peft.adaptTasks: adapters must be of taskLora, got'); // prettier-ignore
    [lora, from].forEach((adapters) => adapters.remove());
    const options = { targets: ['0.w1'], experts: 2, rank: 1, tasks: 1 };
    expect(() => peft.taskLora(base, { ...options, heads: 3 })).toThrow('peft.taskLora: heads must divide the widths [4, 6], got 3'); // prettier-ignore
    expect(() => peft.taskLora(base, { ...options, heads: 4 })).toThrow('peft.taskLora: heads must divide the widths [4, 6], got 4'); // prettier-ignore
    base.dispose();
  });
});

describe('peft.moeAdapters', () => {
  const x = makeTokens(TOKENS, WIDTH);
  const trainable = (adapters: core.Module) => [
    ...new Set(
      [...adapters.parameters()].filter(([, each]) => each.trainable).map(([path]) => path.split('.').slice(0, 2).join('.')) // prettier-ignore
    )
  ];

  test('first a domain alone, then all of them and the task, weighed by a softmax of the router', () => {
    const base = makeBase();
    const plain = tf.tensor(outputOf(base, x), [TOKENS, WIDTH]);
    const adapters = moved(peft.moeAdapters(base, { targets: ['0'], domains: 2, hidden: 3 }));
    const mixture = adapters.children.get('0')!;
    const part = (name: string) => tf.tensor(outputOf(mixture.children.get(name)!, x), [TOKENS, WIDTH]);
    tf.tidy(() => {
      expect(trainable(adapters)).toEqual(['0.domain0']);
      expectClose(outputOf(base, x), plain.add(part('domain0')), 1e-5);
      adapters.trainDomain(1);
      expect(trainable(adapters)).toEqual(['0.domain1']);
      expectClose(outputOf(base, x), plain.add(part('domain1')), 1e-5);
      adapters.trainMixture();
      expect(trainable(adapters)).toEqual(['0.task', '0.router']);
      const gates = tf.softmax(x.matMul(value(adapters, '0.router.weight') as tf.Tensor2D));
      const outputs = ['domain0', 'domain1', 'task'].map((name, i) => part(name).mul(gates.slice([0, i], [-1, 1])));
      expectClose(outputOf(base, x), plain.add(tf.addN(outputs)), 1e-5);
    });
    for (const wrong of [-1, 2, 0.5]) {
      expect(() => adapters.trainDomain(wrong)).toThrow(`moeAdapters.trainDomain: domain must be 0..1, got ${wrong}`);
    }
    expect([adapters.kind, mixture.kind]).toEqual(['domain-adapters', 'domain-mixture']);
    adapters.remove();
    plain.dispose();
    base.dispose();
  });
});

describe('options', () => {
  const base = makeBase();
  const many = 'must be an integer of at least 1, got 0';
  const mixture = (options: object) => peft.moeLora(base, { targets: ['0.w1'], granularity: 'adapter', experts: 2, rank: 1, ...options }); // prettier-ignore
  const byTask = (options: object) => peft.taskLora(base, { targets: ['0.w1'], experts: 1, rank: 1, tasks: 1, ...options }); // prettier-ignore
  const domains = (options: object) => peft.moeAdapters(base, { targets: ['0'], domains: 1, hidden: 1, ...options });

  // prettier-ignore
  test.each<[string, () => unknown, string]>([
    ['moeLora', () => mixture({ rank: 0 }), `peft.moeLora: rank ${many}`],
    ['moeLora', () => mixture({ experts: 0 }), `peft.moeLora: experts ${many}`],
    ['moeLora', () => mixture({ granularity: 'value' }), 'peft.moeLora: granularity must be one of adapter, rank, coreSpace, got value'],
    ['moeLora', () => mixture({ granularity: 'rank', rank: 3 }), 'peft.moeLora: experts are the ranks (3) where granularity is "rank", got 2'],
    ['moeLora', () => mixture({ alpha: Infinity }), 'peft.moeLora: alpha must be a number, got Infinity'],
    ['moeLora', () => mixture({ granularity: 'rank', rank: 2, targets: ['0'] }), 'peft.moeLora: "0" must be linear, got feed-forward'],
    ['moeLora', () => mixture({ granularity: 'coreSpace', targets: ['0'] }), 'peft.moeLora: "0" must be linear, got feed-forward'],
    ['moeLora', () => mixture({ targets: [''] }), 'peft.moeLora: targets must name a module of the model, got [""]'],
    ['moeLora', () => mixture({ topK: 1 }), 'peft.moeLora: topK is called k, got 1'],
    ['taskLora', () => byTask({ experts: 0 }), `peft.taskLora: experts ${many}`],
    ['taskLora', () => byTask({ rank: 0 }), `peft.taskLora: rank ${many}`],
    ['taskLora', () => byTask({ tasks: 0 }), `peft.taskLora: tasks ${many}`],
    ['taskLora', () => byTask({ heads: 0 }), `peft.taskLora: heads ${many}`],
    ['taskLora', () => byTask({ alpha: NaN }), 'peft.taskLora: alpha must be a number, got NaN'],
    ['taskLora', () => byTask({ targets: ['0'] }), 'peft.taskLora: "0" must be linear, got feed-forward'],
    ['moeAdapters', () => domains({ domains: 0 }), `peft.moeAdapters: domains ${many}`],
    ['moeAdapters', () => domains({ hidden: 0 }), `peft.moeAdapters: hidden ${many}`],
    ['ranksByImportance', () => peft.ranksByImportance({}, { rank: 2 }), 'peft.ranksByImportance: importance must be of modules, got none'],
    ['ranksByImportance', () => peft.ranksByImportance({ a: 1 }, { rank: 0 }), `peft.ranksByImportance: rank ${many}`],
    ['ranksByImportance', () => peft.ranksByImportance({ a: 1 }, { rank: 2, least: 3 }), 'peft.ranksByImportance: least must be an integer 0..2, got 3'],
    ['ranksByImportance', () => peft.ranksByImportance({ a: -1 }, { rank: 2 }), 'peft.ranksByImportance: importance of "a" must be a number of at least 0, got -1']
  ])('of %s are checked: %#', (_name, make, message) => {
    expect(make).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
  });

  test('ranks are shared by importance, each has its least, and the sum is what it was', () => {
    // Six ranks for three modules, one each: the other three go 2 to 1.
    expect(peft.ranksByImportance({ a: 4, b: { importance: 2 }, c: 0 }, { rank: 2 })).toEqual({ 'a.**': 3, 'b.**': 2, 'c.**': 1 }); // prettier-ignore
    expect(peft.ranksByImportance({ a: 3, b: 0 }, { rank: 2, least: 0 })).toEqual({ 'a.**': 4, 'b.**': 0 });
  });

  test('the default router takes two of the adapters, balanced as it is told, and all of the cores', () => {
    const specOf = (options: object) => {
      const adapters = mixture(options);
      const { router } = adapters.children.get('0.w1') as core.Module & { router: routers.Router };
      const x = makeTokens(TOKENS, WIDTH);
      const ctx = Context.create({ training: true });
      const rows = tf.tidy(() => (options as { granularity?: string }).granularity === 'coreSpace' ? x.slice([0, 0], [-1, 1]) : x) as tf.Tensor2D; // prettier-ignore
      tf.tidy(() => void router.route(rows, ctx));
      const losses = [...ctx.losses.keys()];
      ctx.dispose();
      tf.dispose([x, rows]);
      adapters.remove();
      return [router.k, losses];
    };
    expect(specOf({ experts: 3 })).toEqual([2, ['/switch']]);
    expect(specOf({ experts: 1 })).toEqual([1, ['/switch']]);
    expect(specOf({ experts: 3, k: 1, balanceLoss: 0 })).toEqual([1, []]);
    expect(specOf({ experts: 3, granularity: 'coreSpace' })).toEqual([3, ['/switch']]);
  });
});
