import { readFileSync } from 'fs';
import { join } from 'path';
import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

interface Case {
  nodes: number;
  edges: [number, number][];
  weights: number[];
  resistance: number[];
  spectrum: number[];
  weightedSpectrum: number[];
  ollivier: number[];
  forman: number[];
}

interface Ranking {
  positives: number[];
  negatives: number[][];
  hits: Record<string, number>;
  mrr: number;
  hits3: number;
  auc: number;
}

const FIXTURE = readFileSync(join(__dirname, 'fixtures/graph_structure.json'), 'utf8');
const { cases, rankings } = JSON.parse(FIXTURE) as { cases: Case[]; rankings: Ranking[] };

test("curvatures of 40 random graphs equal the definition's enumeration and a linear program's", () => {
  expect(cases).toHaveLength(40);
  for (const { nodes, edges, forman, ollivier } of cases) {
    const g = graph.fromEdges({ numNodes: nodes, edges, undirected: true });
    graph.probes.balancedForman(g).forEach(({ curvature }, i) => expect(curvature).toBeCloseTo(forman[i], 8));
    graph.probes.ollivier(g).forEach(({ source, target, curvature }, i) => {
      expect([source, target]).toEqual(edges[i]);
      expect(curvature).toBeCloseTo(ollivier[i], 6);
    });
  }
});

test("effective resistance with weights, commute time and spectra equal networkx's", () => {
  for (const { nodes, edges, weights, resistance, spectrum, weightedSpectrum } of cases) {
    const g = graph.fromEdges({ numNodes: nodes, edges, weights, undirected: true });
    const plain = graph.fromEdges({ numNodes: nodes, edges, undirected: true });
    const [found, commute] = [graph.probes.effectiveResistance(g), graph.probes.commuteTime(g)];
    const volume = 2 * weights.reduce((sum, weight) => sum + weight, 0);
    let at = 0;
    for (let i = 0; i < nodes; i++) {
      for (let j = i + 1; j < nodes; j++) {
        expect(found[i][j]).toBeCloseTo(resistance[at], 6);
        expect(found[j][i]).toBeCloseTo(resistance[at], 6);
        expect(commute[i][j] / volume).toBeCloseTo(resistance[at++], 6);
      }
    }
    expect(graph.probes.totalResistance(g)).toBeCloseTo(
      resistance.reduce((sum, each) => sum + each, 0),
      5
    );
    expect(graph.probes.spectralGap(plain)).toBeCloseTo(spectrum[1], 8);
    expect(graph.probes.spectralGap(g)).toBeCloseTo(weightedSpectrum[1], 6);
    const { values } = graph.probes.laplacianSpectrum(g);
    values.forEach((value, i) => expect(value).toBeCloseTo(weightedSpectrum[i], 6));
  }
});

test("Hits@K and MRR of scores with many ties equal OGB's evaluators, AUC scikit-learn's", () => {
  expect(rankings).toHaveLength(10);
  for (const { positives, negatives, hits, mrr, hits3, auc } of rankings) {
    Object.entries(hits).forEach(([k, share]) => expect(graph.metrics.hitsAtK(positives, negatives.flat(), Number(k))).toBeCloseTo(share, 10)); // prettier-ignore
    const ranked = graph.metrics.meanReciprocalRank(positives, negatives);
    expect(ranked.mrr).toBeCloseTo(mrr, 6);
    expect(ranked.hits[3]).toBeCloseTo(hits3, 6);
    expect(graph.metrics.rocAuc(positives, negatives.flat())).toBeCloseTo(auc, 8);
  }
});
