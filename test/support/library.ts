import { core, graph } from '@switchyard/kernel-lib';

const [AUTHORS, PAPERS, F] = [60, 120, 4];

/** Authors (first) write papers; edges of type 0 lead from author to paper, of type 1 back. The class of an author is that of the papers that stand between; authors hold noise. */
export function library(seed: number) {
  const next = core.Random.fromSeed(seed).generator();
  const pick = (count: number): number => Math.floor(next() * count);
  const classes = Array.from({ length: AUTHORS }, (_, author) => author % 2);
  const edges: [number, number, number][] = [];
  const rows = Array.from({ length: AUTHORS + PAPERS }, () => Array.from({ length: F }, () => next() - 0.5));
  for (let paper = 0; paper < PAPERS; paper++) {
    // A paper joins two authors of any class, and is of the class of the first.
    const [first, second] = [paper % AUTHORS, pick(AUTHORS)];
    edges.push([first, AUTHORS + paper, 0], [second, AUTHORS + paper, 0], [AUTHORS + paper, first, 1]);
    rows[AUTHORS + paper][0] += 2 * classes[first] - 1;
  }
  const g = graph.fromEdges({
    numNodes: AUTHORS + PAPERS,
    edges: edges.map(([u, v]) => [u, v] as const),
    edgeTypes: edges.map(([, , type]) => type),
    nodeFeatures: rows
  });
  return { g, classes, nodes: classes.map((_, author) => author) };
}

/** Share of authors told right by the nearest mean of the class of every second one. */
function probe({ values, width }: { values: Float32Array; width: number }, classes: readonly number[]): number {
  const row = (author: number): Float32Array => values.subarray(author * width, (author + 1) * width);
  const known = classes.map((_, author) => author).filter((author) => author % 4 < 2);
  const mean = [0, 1].map((of) => Array.from({ length: width }, (_, f) => known.filter((author) => classes[author] === of).reduce((sum, author) => sum + row(author)[f] / (known.length / 2), 0))); // prettier-ignore
  const asked = classes.map((_, author) => author).filter((author) => author % 4 >= 2);
  const distance = (author: number, of: number): number => Math.hypot(...mean[of].map((value, f) => value - row(author)[f])); // prettier-ignore
  return asked.filter((author) => Number(distance(author, 1) < distance(author, 0)) === classes[author]).length / asked.length; // prettier-ignore
}

/** Share of authors told right by contrast over the meta-path from author to author. */
export function authorAccuracy(
  seed: number,
  options: Partial<Parameters<typeof graph.embed.metaPathContrast>[2]> = {}
): number {
  const { g, classes, nodes } = library(seed);
  return probe(graph.embed.metaPathContrast(g, nodes, { dim: 6, paths: [[0, 1]], steps: 40, seed: seed + 1, ...options }), classes); // prettier-ignore
}
