import { core, graph, nas, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { relationTask } from '../support/relationTask';

const SEARCH = { order: 'first', learningRate: 0.03, weightDecay: 0, warmup: 0, schedule: 'constant', architectureRate: 0.1, architectureDecay: 0, seed: 3 } as const; // prettier-ignore
/** Operations per pair of vertices: seven on nodes and four on relations. */
const EACH = 11;
type Search = Pick<nas.RelationNetworkOptions, 'nodeOperations' | 'relationOperations'>;

/** Searches a network on a planted truth: what it found, and the share of the variance that it explains after each event. */
async function search(kind: 'given' | 'learnt', operations: Search, { steps = 50, divisions = 0 } = {}) {
  const { data, task, explained, sizes, dispose } = relationTask(3, kind);
  const model = new graph.OnGraph(data, nas.relationNetwork({ ...sizes, width: 8, seed: 3, ...operations }));
  const shares: number[] = [];
  const watch = (): void => void shares.push(explained(model));
  const report = await nas.proliferate(model, { ...SEARCH, task, validation: task, steps, divisions, watch });
  model.dispose();
  dispose();
  return { report, shares };
}

describe('Automatic relation-aware graph network proliferation [argnp]', () => {
  test('where nodes hear by the kind of an edge, a search picks the operation by relations, a division changes nothing, and what is grown explains more', async () => {
    const before = tf.memory().numTensors;
    const { report, shares } = await search('given', { nodeOperations: ['none', 'sum', 'relation-sum'], relationOperations: ['none', 'filter'] }, { divisions: 1 }); // prettier-ignore
    expect(report.chosen['network.v1.nodes0']).toBe('relation-sum');
    const [searched, divided, grown] = shares;
    expect(searched).toBeGreaterThan(0.85);
    expect(divided).toBe(searched);
    expect(grown).toBeGreaterThan(0.99);
    expect(tf.memory().numTensors).toBe(before);
    // Neighbours all alike cannot say it.
    const alike = await search('given', { nodeOperations: ['none', 'sum'], relationOperations: [] });
    expect(alike.shares[0]).toBeLessThan(0.7);
  });

  test('where nodes hear by what both ends of an edge hold, the operation that learns relations is picked; without any it is not found', async () => {
    const nodeOperations = ['none', 'relation-sum'] as const;
    const learnt = await search('learnt', { nodeOperations, relationOperations: ['none', 'product'] });
    expect(learnt.report.chosen).toEqual({ 'network.v1.nodes0': 'relation-sum', 'network.v1.relations0': 'product' });
    expect(learnt.shares[0]).toBeGreaterThan(0.85);
    const without = await search('learnt', { nodeOperations, relationOperations: [] });
    expect(without.shares[0]).toBeLessThan(0.6);
  });

  test('a search costs as vertices, where one of the whole graph costs as their pairs; each division computes what was computed', async () => {
    const { data, task, sizes, explained, dispose } = relationTask(1, 'given');
    const network = nas.relationNetwork({ ...sizes, width: 3 });
    const model = new graph.OnGraph(data, network);
    const shares: number[] = [];
    const report = await nas.proliferate(model, { ...SEARCH, task, validation: task, steps: 1, divisions: 3, watch: () => shares.push(explained(model)) }); // prettier-ignore
    expect(report.vertices).toEqual([1, 2, 4, 8]);
    // A daughter reads two vertices; all searches up to n vertices together weigh (2 n - 1) EACH.
    expect(report.candidates).toEqual([EACH, 2 * EACH, 4 * EACH, 8 * EACH]);
    const whole = (vertices: number): number => {
      const supernet = nas.relationNetwork({ ...sizes, width: 3, vertices });
      const { candidates } = supernet;
      supernet.dispose();
      return candidates;
    };
    expect([1, 2, 4, 8].map(whole)).toEqual([1, 3, 10, 36].map((pairs) => pairs * EACH));
    [0, 2, 4].forEach((searched) => expect(shares[searched + 1]).toBe(shares[searched]));
    expect(network.candidates).toBe(0);
    model.dispose();
    dispose();
  });

  test('after a division a daughter stands between its parent and those after it', () => {
    const { data, sizes, x, dispose } = relationTask(1, 'given');
    const network = nas.relationNetwork({ ...sizes, width: 3, vertices: 2 });
    const model = new graph.OnGraph(data, network);
    expect(() => network.divide()).toThrow('nas.proliferate: operations must be settled before vertices divide (nas.settle), got 33 candidates'); // prettier-ignore
    nas.settle(model);
    const output = (): Float32Array => {
      const ctx = core.Context.create();
      const values = tf.tidy(() => model.apply(x, ctx).dataSync() as Float32Array);
      ctx.dispose();
      return values;
    };
    const before = output();
    network.divide();
    expect(network.wiring).toEqual([
      { name: 'v1', base: 'input', inputs: ['input'] },
      { name: 'v3', base: 'v1', inputs: ['input', 'v1'] },
      { name: 'v2', base: 'v3', inputs: ['input', 'v3'] },
      { name: 'v4', base: 'v2', inputs: ['v3', 'v2'] }
    ]);
    expect(output()).toEqual(before);
    model.dispose();
    dispose();
  });

  test('what is refused', async () => {
    const { task, sizes, dispose } = relationTask(1, 'given');
    expect(() => nas.relationNetwork({ ...sizes, width: 0 })).toThrow('nas.relationNetwork: width must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => nas.relationNetwork({ ...sizes, relationAware: false, nodeOperations: ['sum', 'relation-sum'] })).toThrow('nas.relationNetwork: nodeOperations must be one of none, sum, mean, max, got relation-sum'); // prettier-ignore
    const network = nas.relationNetwork(sizes);
    const plain = new graph.OnGraph({ numNodes: 1, edges: [] }, network);
    expect(() => plain.apply(tf.ones([1, 3]), core.Context.create())).toThrow('the pass must have features of edges (relations of graph.OnGraph), got none'); // prettier-ignore
    const without = new graph.NeighbourAggregation({ aggregation: 'sum' });
    await expect(nas.proliferate(without, { task, validation: task, steps: 1, divisions: 1 })).rejects.toThrow('nas.proliferate: the model must have a nas.relationNetwork, got neighbour-aggregation'); // prettier-ignore
    await expect(nas.proliferate(plain, { task, validation: task, steps: 1, divisions: -1 })).rejects.toThrow('nas.proliferate: divisions must be an integer of at least 0, got -1'); // prettier-ignore
    plain.dispose();
    dispose();
  });
});
