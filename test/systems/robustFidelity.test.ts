import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { baMotif, degraded, fidelityOrders } from '../support/motifs';

describe('robust fidelity', () => {
  test('[robust-fidelity] probabilities of one are Fid+ and Fid- as they are usually measured, of none 0; both directions go together', () => {
    const { g, motif } = baMotif(0);
    const explanation = degraded(baMotif(0), 0, 1);
    const asked: graph.Graph[] = [];
    const predict = (of: graph.Graph): number => {
      asked.push(of);
      return of.numEdges / 100;
    };
    const found = graph.probes.fidelity(g, { predict, explanation, alpha1: 1, alpha2: 1 });
    expect(asked.map((each) => each.numEdges)).toEqual([g.numEdges, g.numEdges - 2 * motif.length, 2 * motif.length]);
    expect(found.plus).toBeCloseTo((2 * motif.length) / 100, 9);
    expect(found.minus).toBeCloseTo((g.numEdges - 2 * motif.length) / 100, 9);
    expect(graph.probes.fidelity(g, { predict, explanation, alpha1: 0, alpha2: 0 })).toEqual({ plus: 0, minus: 0 });
    asked.length = 0;
    // In expectation the share alpha of them; each graph has edges both ways.
    const drawn = graph.probes.fidelity(g, { predict, explanation, alpha1: 0.3, alpha2: 0.5, samples: 400, seed: 2 });
    expect(asked.every(({ sources, targets }) => Array.from(sources, (s, e) => sources.some((_, f) => sources[f] === targets[e] && targets[f] === s)).every(Boolean))).toBe(true); // prettier-ignore
    expect(Math.abs(drawn.plus - 0.3 * 0.12)).toBeLessThan(0.01);
    expect(Math.abs(drawn.minus - 0.5 * 0.24)).toBeLessThan(0.01);
    const half = explanation.map((is, edge) => is && g.sources[edge] < g.targets[edge]);
    expect(() => graph.probes.fidelity(g, { predict, explanation: half })).toThrow(/graph.probes.fidelity: the explanation must hold both directions of edge/); // prettier-ignore
    expect(() => graph.probes.fidelity(g, { predict, explanation, alpha1: 2 })).toThrow('graph.probes.fidelity: alpha1 must be a number 0..1, got 2'); // prettier-ignore
    expect(() => graph.probes.fidelity(g, { predict, explanation: [] })).toThrow(/edges of the explanation must be an integer/); // prettier-ignore
  });

  test('[robust-fidelity] motifs on trees, degraded step by step: the robust measures stand in the order of the degradation', () => {
    const { accuracy, robust, original } = fidelityOrders(1);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(Math.min(robust.plus, robust.minus)).toBeGreaterThan(0.9);
    // All removed at once, the network says the same of graphs that are unlike those it knows.
    // Of six ranks each alone may be level, by the last bits of the training.
    expect(original.plus + original.minus).toBeLessThan(robust.plus + robust.minus);
  });
});
