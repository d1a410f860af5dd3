import type { core, data } from '@switchyard/kernel-lib';

export interface RecordOptions {
  path?: string;
  numExperts?: number;
  k?: number;
  numTokens?: number;
}

/** A record of these choices, all weights 1/K and all probabilities equal. */
export function recordOf(
  indices: number[],
  { path = 'moe', numExperts = 4, k = 2 }: RecordOptions = {}
): core.PublishedEvent<'routing'> {
  const numTokens = indices.length / k;
  return {
    kind: 'routing',
    path,
    router: 'top-k',
    numExperts,
    k,
    numTokens,
    experts: Array.from({ length: numExperts }, (_, e) => `expert ${e}`),
    indices: Int32Array.from(indices),
    weights: new Float32Array(indices.length).fill(1 / k),
    dropped: null,
    importance: new Float32Array(numExperts).fill(numTokens / numExperts),
    entropy: Math.log(numExperts)
  };
}

/** A record of random choices, K different experts for each token. */
export function randomRecord(
  next: () => number,
  { path = 'moe', numExperts = 16, k = 2, numTokens = 256 }: RecordOptions = {}
): core.PublishedEvent<'routing'> {
  const indices: number[] = [];
  for (let t = 0; t < numTokens; t++) {
    const first = Math.floor(next() * numExperts);
    const stride = 1 + Math.floor((next() * (numExperts - 1)) / k);
    for (let i = 0; i < k; i++) {
      indices.push((first + i * stride) % numExperts);
    }
  }
  return recordOf(indices, { path, numExperts, k });
}

/** Scores of these logits [T][E]. */
export function scoresOf(logits: number[][], selectionBias: number[] | null = null): core.RouterScores {
  const squares = logits.map((row) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) ** 2);
  return {
    logits: Float32Array.from(logits.flat()),
    zLoss: squares.reduce((sum, x) => sum + x, 0) / squares.length,
    selectionBias: selectionBias && Float32Array.from(selectionBias)
  };
}

/** A batch of tokens 0, 1, 2, ... with these domains of its sequences. */
export function batchOf(domains: number[], length: number): data.Batch {
  const tokens = Int32Array.from({ length: domains.length * (length + 1) }, (_, i) => i);
  return { tokens, batchSize: domains.length, length, domains: Int32Array.from(domains) };
}
