import { graph } from '@switchyard/kernel-lib';
import { clustersOf } from './clusters';

/** Communities in a ring, each a clique of six and a star of six leaves, joined at the hub: roles are those of clique, hub and leaf in all of them. */
function communities(count: number) {
  const size = 13;
  const edges: [number, number][] = [];
  for (let c = 0; c < count; c++) {
    const [clique, hub] = [c * size, c * size + 6];
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < i; j++) {
        edges.push([clique + j, clique + i]);
      }
      edges.push([hub, hub + 1 + i]);
    }
    edges.push([clique, hub], [hub, ((c + 1) % count) * size + 6]);
  }
  const nodes = Array.from({ length: count * size }, (_, node) => node);
  const g = graph.fromEdges({ numNodes: nodes.length, edges, undirected: true });
  return { g, roles: nodes.map((node) => (node % size < 6 ? 0 : node % size === 6 ? 1 : 2)), of: nodes.map((node) => Math.floor(node / size)) }; // prettier-ignore
}

/** How well clusters of identities and of positions go with roles and communities (adjusted Rand), on a graph of four communities that is trained on and on one of six that is not. */
export function roleScores(seed: number) {
  const [seen, unseen] = [communities(4), communities(6)];
  const trained = graph.embed.identityPosition(seen.g, { dim: 16, walks: 100, steps: 80, seed });
  const found = [seen, unseen].map((data) => {
    const { identity, position } = trained.of(data.g);
    const count = Math.max(...data.of) + 1;
    const score = (of: graph.Features) => ({ role: graph.metrics.adjustedRand(clustersOf(of, 3), data.roles), community: graph.metrics.adjustedRand(clustersOf(of, count), data.of) }); // prettier-ignore
    return { identity: score(identity), position: score(position) };
  });
  trained.dispose();
  return found;
}
