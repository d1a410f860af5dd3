/** A node of a layered drawing. */
export interface LayeredNode {
  /** Edges on the longest way to it; 0 of a node that nothing leads to. */
  layer: number;
  /** Across, 0 in the middle. */
  place: number;
}

/** An edge of a layered drawing. */
export interface LayeredEdge {
  from: number;
  to: number;
  /** Where it crosses each layer between its ends. */
  via: number[];
}

export interface LayeredLayout {
  nodes: LayeredNode[];
  edges: LayeredEdge[];
}

/** Times that layers are put in order, down and up. */
const SWEEPS = 8;

/**
 * A layered drawing of a graph without circles (Sugiyama, Tagawa and Toda, 1981): a node stands one layer below the lowest that leads to it; an
 * edge over several layers has a place of its own in each, so that it runs past what stands there; and layers are put in order by the mean
 * place of their neighbours, from which crossings become few.
 *
 * @param edges - Pairs of nodes, 0..`numNodes` - 1.
 * @returns Null where edges go round in a circle.
 */
export function layeredLayout(numNodes: number, edges: readonly (readonly [number, number])[]): LayeredLayout | null {
  const layers = layersOf(numNodes, edges);
  if (layers === null) {
    return null;
  }
  const rows: number[][] = Array.from({ length: Math.max(0, ...layers) + 1 }, () => []);
  layers.forEach((layer, node) => rows[layer].push(node));
  let vertices = numNodes;
  const links: [number, number][] = [];
  const bends = edges.map(([from, to]) => {
    const own: number[] = [];
    let last = from;
    for (let layer = layers[from] + 1; layer < layers[to]; layer++) {
      rows[layer].push(vertices);
      links.push([last, vertices]);
      own.push(vertices);
      last = vertices++;
    }
    links.push([last, to]);
    return own;
  });
  const places = order(rows, links, vertices);
  return {
    nodes: layers.map((layer, node) => ({ layer, place: places[node] })),
    edges: edges.map(([from, to], e) => ({ from, to, via: bends[e].map((vertex) => places[vertex]) }))
  };
}

/** The layer of each node; null where some are in a circle. */
function layersOf(numNodes: number, edges: readonly (readonly [number, number])[]): number[] | null {
  const layers = new Array<number>(numNodes).fill(0);
  const waits = new Array<number>(numNodes).fill(0);
  const next: number[][] = layers.map(() => []);
  edges.forEach(([from, to]) => {
    waits[to]++;
    next[from].push(to);
  });
  const ready = waits.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let i = 0; i < ready.length; i++) {
    for (const to of next[ready[i]]) {
      layers[to] = Math.max(layers[to], layers[ready[i]] + 1);
      if (--waits[to] === 0) {
        ready.push(to);
      }
    }
  }
  return ready.length === numNodes ? layers : null;
}

/** Places of all vertices after sweeps down and up; the sweep with the fewest crossings counts. */
function order(rows: readonly number[][], links: readonly (readonly [number, number])[], vertices: number): number[] {
  const above: number[][] = Array.from({ length: vertices }, () => []);
  const below: number[][] = Array.from({ length: vertices }, () => []);
  links.forEach(([from, to]) => {
    above[to].push(from);
    below[from].push(to);
  });
  let now = rows.map((row) => [...row]);
  let best = placesOf(now, vertices);
  let fewest = crossings(links, now, best);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const [down, neighbours] = [sweep % 2 === 0, sweep % 2 === 0 ? above : below];
    const places = placesOf(now, vertices);
    const mean = (vertex: number): number => {
      const near = neighbours[vertex];
      return near.length === 0 ? places[vertex] : near.reduce((sum, each) => sum + places[each], 0) / near.length;
    };
    now = [...now];
    for (let i = 0; i < now.length; i++) {
      const r = down ? i : now.length - 1 - i;
      const keyed = now[r].map((vertex) => [mean(vertex), vertex] as const).sort((a, b) => a[0] - b[0]);
      now[r] = keyed.map(([, vertex]) => vertex);
      now[r].forEach((vertex, p) => (places[vertex] = p - (now[r].length - 1) / 2));
    }
    const count = crossings(links, now, places);
    if (count < fewest) {
      [fewest, best] = [count, [...places]];
    }
  }
  return best;
}

function placesOf(rows: readonly (readonly number[])[], vertices: number): number[] {
  const places = new Array<number>(vertices).fill(0);
  rows.forEach((row) => row.forEach((vertex, p) => (places[vertex] = p - (row.length - 1) / 2)));
  return places;
}

/** Pairs of links between the same two layers that cross. */
function crossings(
  links: readonly (readonly [number, number])[],
  rows: readonly (readonly number[])[],
  places: readonly number[]
): number {
  const layer = new Map(rows.flatMap((row, r) => row.map((vertex) => [vertex, r] as const)));
  const byLayer: (readonly [number, number])[][] = rows.map(() => []);
  links.forEach((link) => byLayer[layer.get(link[0])!].push(link));
  return byLayer.reduce(
    (sum, own) =>
      sum +
      own.reduce(
        (count, [a, b], i) =>
          count + own.slice(i + 1).filter(([c, d]) => (places[a] - places[c]) * (places[b] - places[d]) < 0).length,
        0
      ),
    0
  );
}
