import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

/** Twelve persons, six schools, two degrees and three towns; relations: studied at, with the degree, lies in. */
const [PERSONS, SCHOOLS, DEGREES, TOWNS] = [12, 6, 2, 3];
const ENTITIES = PERSONS + SCHOOLS + DEGREES + TOWNS;
const [STUDIED, DEGREE, LIES] = [0, 1, 2];
const school = (person: number, degree: number): number => PERSONS + ((5 * person + 1 + 2 * degree) % SCHOOLS);
const town = (of: number): number => PERSONS + SCHOOLS + DEGREES + ((of - PERSONS) % TOWNS);

const model = (seed = 1): graph.QueryEmbedding => new graph.QueryEmbedding({ entities: ENTITIES, relations: 3, width: 16, seed }); // prettier-ignore
const logits = (of: graph.QueryEmbedding, queries: graph.HyperQuery[]): number[][] => tf.tidy(() => of.scores(queries, core.Context.create()).arraySync()); // prettier-ignore

/** Where somebody took a degree, in one step, and in which town that lies, in two. */
function questions(qualified: boolean): { queries: graph.HyperQuery[]; answers: number[] } {
  const queries: graph.HyperQuery[] = [];
  const answers: number[] = [];
  for (let person = 0; person < PERSONS; person++) {
    for (let degree = 0; degree < DEGREES; degree++) {
      const qualifiers: graph.Qualifier[] = qualified ? [[DEGREE, PERSONS + SCHOOLS + degree]] : [];
      const first = { source: 0, target: 1, relation: STUDIED, qualifiers };
      queries.push({ nodes: [person, null], edges: [first], asked: 1 });
      queries.push({ nodes: [person, null, null], edges: [first, { source: 1, target: 2, relation: LIES }], asked: 2 });
      answers.push(school(person, degree), town(school(person, degree)));
    }
  }
  return { queries, answers };
}

/** Share of questions whose answer comes first after training on them. */
function hits(qualified: boolean): number {
  const { queries, answers } = questions(qualified);
  const own = model();
  const classes = tf.oneHot(tf.tensor1d(answers, 'int32'), ENTITIES);
  minimise(own, (ctx) => own.scores(queries, ctx).logSoftmax().mul(classes).sum(1).mean().neg(), { steps: 120, learningRate: 0.03 }); // prettier-ignore
  const right = logits(own, queries).filter((row, i) => row.indexOf(Math.max(...row)) === answers[i]).length;
  classes.dispose();
  own.dispose();
  return right / answers.length;
}

describe('StarQE', () => {
  test('[starqe] a query by hand: the relation is composed with its qualifiers', () => {
    const own = new graph.QueryEmbedding({ entities: 4, relations: 3, width: 3, steps: 1, seed: 2 });
    const query: graph.HyperQuery = { nodes: [2, null], edges: [{ source: 0, target: 1, relation: 0, qualifiers: [[1, 3], [2, 0]] }], asked: 1 }; // prettier-ignore
    tf.tidy(() => {
      const read = (name: string): tf.Tensor => own.parameters().get(name)!.read();
      const row = (name: string, i: number): tf.Tensor2D => read(name).slice([i, 0], [1, 3]) as tf.Tensor2D;
      const map = (y: tf.Tensor, name: string): tf.Tensor => tf.matMul(y as tf.Tensor2D, read(`${name}.weight`) as tf.Tensor2D); // prettier-ignore
      const pairs = row('relations', 1)
        .mul(row('entities', 3))
        .add(row('relations', 2).mul(row('entities', 0)));
      const relation = row('relations', 0).add(map(pairs, 'qualifiers'));
      const message = map(row('entities', 2).mul(relation), 'message');
      const wanted = map(row('unknown', 1), 'own').add(read('own.bias')).add(message).tanh();
      expectClose(own.embed([query], core.Context.create()), wanted, 1e-5);
      expectNoLeak(() => own.embed([query], core.Context.create()).dispose());
    });
    own.dispose();
  });

  test('[starqe] without qualifiers it is the model of triples; their order does not matter, they themselves do, and queries of a batch do not hear each other', () => {
    const own = model();
    const of = (qualifiers?: graph.Qualifier[]): graph.HyperQuery => ({ nodes: [3, null], edges: [{ source: 0, target: 1, relation: 0, qualifiers }], asked: 1 }); // prettier-ignore
    const [plain, none] = logits(own, [of(), of([])]);
    expect(none).toEqual(plain);
    // What qualifiers go through does not matter where there are none.
    const map = own.parameters().get('qualifiers.weight')!;
    const kept = map.variable.clone();
    map.assign(tf.zerosLike(kept));
    expect(logits(own, [of(), of()])[0]).toEqual(plain);
    map.assign(kept);
    const several: graph.Qualifier[] = [[1, 18], [2, 20], [1, 19]]; // prettier-ignore
    const [one, other] = logits(own, [of(several), of([several[2], several[0], several[1]])]);
    expect(other).toEqual(one);
    expect(Math.max(...one.map((value, i) => Math.abs(value - plain[i])))).toBeGreaterThan(0.01);
    expectClose(logits(own, [of(several)])[0], one, 1e-6);
    // Edges may stand in any order.
    const steps: graph.QueryEdge[] = [{ source: 1, target: 2, relation: 2 }, { source: 0, target: 1, relation: 0, qualifiers: several }]; // prettier-ignore
    const [there, back] = [steps, [...steps].reverse()].map((edges) => logits(own, [{ nodes: [3, null, null], edges, asked: 2 }])[0]); // prettier-ignore
    expectClose(there, back, 1e-6);
    expect(() => logits(own, [of([[1, 99]])])).toThrow('graph.QueryEmbedding: values of query 0 must be an integer 0..22, got 99'); // prettier-ignore
    expect(() => logits(own, [{ nodes: [0], edges: [], asked: 1 }])).toThrow('graph.QueryEmbedding: asked of query 0 must be an integer 0..0, got 1'); // prettier-ignore
    own.dispose();
  });

  test('[starqe] where a qualifier tells which of two schools is meant, answers in one and in two steps come first with it, and about half of the time without', () => {
    const [full, without] = [hits(true), hits(false)];
    expect(full).toBeGreaterThan(0.95);
    expect(without).toBeLessThan(0.75);
  });
});
