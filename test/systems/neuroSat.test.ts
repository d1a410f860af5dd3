import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(1);
const FORMULA: graph.Formula = { variables: 3, clauses: [[1, -2], [2, 3, -1], [-3]] }; // prettier-ignore

function on<T>(run: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  const out = run(ctx);
  ctx.dispose();
  return out;
}
const logitsOf = (model: graph.NeuroSat, formulas: graph.Formula[], rounds?: number): number[] =>
  tf.tidy(() => on((ctx) => [...model.votes(graph.literalClauses(formulas), ctx, rounds).logits.dataSync()]));

describe('NeuroSAT', () => {
  test('[neurosat] the graph, satisfied clauses and the solver by hand; pairs of formulas differ in one literal and in what the solver says', () => {
    const { graph: g, literals, formulaOf, formulas } = graph.literalClauses([FORMULA, { variables: 1, clauses: [[-1]] }]); // prettier-ignore
    expect([literals, formulas, g.numNodes, [...formulaOf]]).toEqual([8, 2, 12, [0, 0, 0, 0, 0, 0, 1, 1]]);
    expect(Array.from(g.sources, (source, e) => [source, g.targets[e]])).toEqual([[0, 8], [3, 8], [2, 9], [4, 9], [1, 9], [5, 10], [7, 11]]); // prettier-ignore
    expect(graph.satisfiedClauses(FORMULA, [true, false, true])).toBe(2);
    expect(graph.satisfy(FORMULA)).not.toBeNull();
    expect(graph.satisfiedClauses(FORMULA, graph.satisfy(FORMULA)!)).toBe(3);
    expect(graph.satisfy({ variables: 2, clauses: [[1, 2], [1, -2], [-1, 2], [-1, -2]] })).toBeNull(); // prettier-ignore
    expect(graph.satisfy({ variables: 2, clauses: [] })).toEqual([false, false]);
    for (let seed = 0; seed < 5; seed++) {
      const { unsatisfiable: no, satisfiable: yes } = graph.generators.satPairs({ variables: 5, seed });
      const values = [...Array(32).keys()].map((bits) => Array.from({ length: 5 }, (_, v) => ((bits >> v) & 1) === 1));
      const all = (of: graph.Formula): boolean => values.some((each) => graph.satisfiedClauses(of, each) === of.clauses.length); // prettier-ignore
      expect([all(no), all(yes)]).toEqual([false, true]);
      const apart = no.clauses.flatMap((clause, i) => clause.map((literal, k) => literal !== yes.clauses[i][k]));
      expect(apart.filter(Boolean).length).toBe(1);
    }
    expect(() => graph.literalClauses([{ variables: 1, clauses: [[2]] }])).toThrow('graph.literalClauses: literals of formula 0 must be 1..1 or their negatives, got 2'); // prettier-ignore
    expect(() => graph.literalClauses([])).toThrow('graph.literalClauses: there must be a formula, got none');
    expect(() => graph.generators.satPairs({ variables: 1 })).toThrow('graph.generators.satPairs: variables must be an integer of at least 2, got 1'); // prettier-ignore
  });

  test('[neurosat] votes do not depend on names: variables, clauses, a variable and its negation, formulas beside it; they do on what is negated', () => {
    const model = new graph.NeuroSat({ width: 6, rounds: 4, random });
    [...model.parameters().keys()].forEach((path) => setValue(model, path, (old) => old.mul(2)));
    const [vote] = logitsOf(model, [FORMULA]);
    const renamed: graph.Formula = { variables: 3, clauses: [[-1, 3], [1], [2, -1, -3].map((v) => (v === 2 ? 2 : v))] }; // prettier-ignore
    // 1 -> 3, 2 -> 2 turned round, 3 -> 1 turned round, and clauses and literals in another order.
    const moved = FORMULA.clauses.map((clause) => clause.map((v) => ({ 1: 3, 2: -2, 3: -1 })[Math.abs(v) as 1 | 2 | 3] * Math.sign(v)).reverse()).reverse(); // prettier-ignore
    expectClose(logitsOf(model, [{ variables: 3, clauses: moved }]), [vote], 1e-5);
    expectClose(logitsOf(model, [renamed, FORMULA]).slice(1), [vote], 1e-5);
    const turned = FORMULA.clauses.map((clause, i) => (i === 0 ? [1, 2] : [...clause]));
    expect(Math.abs(logitsOf(model, [{ variables: 3, clauses: turned }])[0] - vote)).toBeGreaterThan(1e-6);
    expect(Math.abs(logitsOf(model, [FORMULA], 9)[0] - vote)).toBeGreaterThan(1e-6);
    const table = graph.literalClauses([FORMULA]);
    on((ctx) => expectNoLeak(() => tf.tidy(() => void model.votes(table, ctx))));
    expect(() => model.apply()).toThrow('neuro-sat: a solver is of formulas (votes, decode), got a tensor');
    expect(() => on((ctx) => model.votes(table, ctx, -1))).toThrow('graph.NeuroSat.votes: rounds must be an integer of at least 0, got -1'); // prettier-ignore
    model.dispose();
  });

  test('[neurosat] two rounds by hand: clauses hear the sum of their literals, literals the sum of their clauses and their negation', () => {
    const model = new graph.NeuroSat({ width: 2, random });
    [...model.parameters().keys()].forEach((path) => setValue(model, path, (old) => old.mul(2)));
    tf.tidy(() => on((ctx) => {
      const read = (name: string): tf.Tensor2D => model.parameters().get(name)!.read() as tf.Tensor2D;
      const map = (x: tf.Tensor, name: string): tf.Tensor2D => tf.matMul(x as tf.Tensor2D, read(`${name}.weight`)).add(read(`${name}.bias`));
      const has = tf.tensor2d([[1, 0, 0, 1, 0, 0], [0, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1]]);
      const cell = (gates: tf.Tensor2D, memory: tf.Tensor): tf.Tensor[] => {
        const [enter, forget, now, leave] = tf.split(gates, 4, 1);
        const next = forget.sigmoid().mul(memory).add(enter.sigmoid().mul(now.tanh()));
        return [leave.sigmoid().mul(next.tanh()), next];
      };
      const [literal, clause] = [['literal', 6], ['clause', 3]].map(([name, count]) => read(name as string).reshape([1, 2]).div(Math.SQRT2).tile([count as number, 1]));
      let [l, c, lMemory, cMemory] = [literal, clause, tf.zeros([6, 2]), tf.zeros([3, 2])] as tf.Tensor[];
      for (let round = 0; round < 2; round++) {
        [c, cMemory] = cell(map(tf.matMul(has, map(l, 'fromLiteral').relu()), 'clauseInput').add(map(c, 'clauseState')), cMemory);
        const heard = tf.matMul(has, map(c, 'fromClause').relu() as tf.Tensor2D, true);
        const swap = tf.gather(l, tf.tensor1d([1, 0, 3, 2, 5, 4], 'int32'));
        [l, lMemory] = cell(map(tf.concat([heard, swap], 1), 'literalInput').add(map(l, 'literalState')), lMemory);
      }
      const literals = l;
      const votes = map(map(literals, 'vote').relu(), 'lastVote').mean();
      const found = model.votes(graph.literalClauses([FORMULA]), ctx, 2);
      expectClose(found.literals, literals, 1e-5);
      expectClose(found.logits, votes.reshape([1]), 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('[neurosat] one bit a formula is enough for gradients in all of it; assignments are read off clusters', () => {
    const model = new graph.NeuroSat({ width: 8, rounds: 4, random });
    [...model.parameters().keys()].forEach((path) => setValue(model, path, (old) => old.mul(2)));
    const formulas = Array.from({ length: 8 }, (_, i) => graph.generators.satPairs({ variables: 3, seed: i })).flatMap(({ unsatisfiable, satisfiable }) => [unsatisfiable, satisfiable]); // prettier-ignore
    const labels = formulas.map((_, i) => i % 2);
    const table = graph.literalClauses(formulas);
    const loss = (ctx: core.Context): tf.Tensor =>
      tf.losses.sigmoidCrossEntropy(tf.tensor1d(labels), model.votes(table, ctx).logits);
    const { grads, value } = tf.variableGrads(() => on((ctx) => loss(ctx)) as tf.Scalar);
    expect([...model.parameters().values()].every(({ variable }) => grads[variable.name] !== undefined)).toBe(true);
    // Through all rounds, by differences of where literals begin.
    const { variable } = model.parameters().get('literal')!;
    const [before, along] = [variable.clone(), grads[variable.name]];
    const at = (by: number): number => {
      setValue(model, 'literal', () => before.add(along.mul(by / 1e-3)));
      return tf.tidy(() => on((ctx) => loss(ctx).dataSync()[0]));
    };
    const size = tf.tidy(() => along.square().sum().dataSync()[0]);
    const step = 1e-3 * (0.1 / Math.sqrt(size));
    const slope = ((at(step) - at(-step)) / (2 * step)) * 1e-3;
    expect(Math.abs(slope / size - 1)).toBeLessThan(0.3);
    setValue(model, 'literal', () => before);
    tf.dispose([grads, value, before]);
    const found = on((ctx) => model.decode(formulas, ctx));
    expect(found.map((values) => values.length)).toEqual(formulas.map(() => 3));
    model.dispose();
    // Clusters that are far apart: true literals are those that their clauses alone have.
    const planted = new graph.NeuroSat({ width: 2, rounds: 1, random });
    [...planted.parameters().keys()].forEach((path) => setValue(planted, path, (old) => (/^(literal|clause)$/.test(path) ? tf.ones(old.shape) : path.endsWith('weight') ? tf.ones(old.shape) : tf.zeros(old.shape)))); // prettier-ignore
    const easy: graph.Formula = { variables: 3, clauses: [[1], [-2], [3], [1, -2], [-2, 3]] }; // prettier-ignore
    expect(on((ctx) => planted.decode([easy], ctx))).toEqual([[true, false, true]]);
    planted.dispose();
  });
});
