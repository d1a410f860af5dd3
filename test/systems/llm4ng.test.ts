import { graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { path } from '../support/graphs';
import { expectNoLeak } from '../support/numeric';
import { blocks, LABELS, oneShot, written } from '../support/oneShot';

describe('nodes that a language model writes', () => {
  test('[llm4ng] new nodes stand after the others, joined to the nodes of the highest scores; nothing of what was there changes', () => {
    const g = graph.fromEdges({ ...path(4).directedOptions, nodeFeatures: [[1, 0], [0, 1], [2, 2], [3, 1]], weights: [1, 2, 3, 4, 5, 6] }); // prettier-ignore
    const { graph: output, report } = graph.rewire.insertNodes(g, { features: [[7, 7], [8, 8]], scores: [[0.1, 0.9, 0.5, 0.9], [3, 1, 2, 0]], perNode: 2 }); // prettier-ignore
    expect(output.numNodes).toBe(6);
    const edges = (of: graph.Graph): string[] => Array.from(of.sources, (source, e) => `${source} ${of.targets[e]} ${of.weightOf(e)}`); // prettier-ignore
    expect(edges(output).filter((edge) => !/[45] [0-9]$|[0-9] [45] /.test(edge) && edge.split(' ').slice(0, 2).every((node) => Number(node) < 4)).sort()).toEqual(edges(g).sort()); // prettier-ignore
    expect(edges(output).filter((edge) => Number(edge.split(' ')[1]) >= 4).sort()).toEqual(['0 5 1', '1 4 1', '2 5 1', '3 4 1']); // prettier-ignore
    expect([...output.nodeFeatures!.values]).toEqual([...g.nodeFeatures!.values, 7, 7, 8, 8]);
    expect(report.added).toHaveLength(4);
    expect(() => graph.rewire.insertNodes(g, { features: [[1]], scores: [[0, 0, 0, 0]] })).toThrow('graph.rewire.insertNodes: features must be of width 2, and scores of 4 nodes each'); // prettier-ignore
    expect(() => graph.rewire.insertNodes(path(4), { features: [[1]], scores: [[0, 0, 0, 0]] })).toThrow('graph.rewire.insertNodes: the graph must have features of nodes, got none'); // prettier-ignore
  });

  test('[llm4ng] a predictor of the edges that are there joins what is new to its own class', () => {
    const g = blocks(4);
    const rows = written(g, 4);
    let share = 0;
    expectNoLeak(() => {
      const predictor = graph.edgePredictor(g, { steps: 60, seed: 1 });
      const best = tf.tidy(() => predictor.scores(tf.tensor2d(rows))).map((row) => row.map((score, node) => ({ score, node })).sort((a, b) => b.score - a.score).slice(0, 5)); // prettier-ignore
      predictor.dispose();
      share = best.flatMap((nodes, i) => nodes.map(({ node }) => Number(LABELS[node] === Math.floor(i / 4)))).reduce((a, b) => a + b) / 60; // prettier-ignore
    });
    expect(share).toBeGreaterThan(0.85);
    expect(() => graph.edgePredictor(path(3))).toThrow('graph.edgePredictor: the graph must have features of nodes, got none'); // prettier-ignore
  });

  test('[llm4ng] with one known node of each class new ones help, and more where the predictor joins them than where chance does', () => {
    [1, 2].map(oneShot).forEach(({ none, predicted, random: chance }) => {
      expect(predicted).toBeGreaterThan(none + 0.02);
      expect(predicted).toBeGreaterThan(chance + 0.1);
    });
  });
});
