/**
 * @file What a pass, a search or a federation tells those who listen, as data on the host. Every kind of event has a name and a type of its
 * own, and nothing poses as another kind. A floor adds a kind where it is emitted, without a change here:
 * `declare module '../base/core/events' { interface EventKinds { spikes: SpikesRecord } }`.
 */

/** A routing: what one routed layer decided in one pass, read once from the device and shared with the dispatch. */
export interface RoutingRecord {
  /** Module path of the layer, for example "layers.2.moe". */
  path: string;
  /** The router's kind, for example "top-k". */
  router: string;
  numExperts: number;
  /** Experts a token is sent to, K; the maximum where it varies. */
  k: number;
  numTokens: number;
  /** A label for each expert; E. */
  experts: string[];
  /** Expert of each choice, best first, -1 where unused; [T * K], row by token. */
  indices: Int32Array;
  /** Weight of each choice; [T * K]. */
  weights: Float32Array;
  /** True where a choice was dropped because its expert was full; [T * K]. Null where nothing can be dropped. */
  dropped: Uint8Array | null;
  /** Choices that an expert takes at most in this pass; absent where that is not one number, or nothing can be dropped. */
  capacity?: number;
  /** Experts that work on every token besides; absent where there is none. */
  sharedExperts?: number;
  /** Sum over tokens of each expert's probability; [E]. */
  importance: Float32Array;
  /** Mean over tokens of the entropy of the probabilities, in nats. */
  entropy: number;
  /** Scores that the choice was made by; absent where the layer does not tell them. */
  scores?: RouterScores;
}

/** Scores that a routing was decided by, before they are probabilities. */
export interface RouterScores {
  /** Logits of tokens evenly over the batch, of all where there are at most 65,536 logits; [T' * E], row by token. */
  logits: Float32Array;
  /** Mean over all tokens of (log sum_i exp logit_i)^2, which a router z-loss keeps small (ST-MoE eq. 5, arXiv:2202.08906). */
  zLoss: number;
  /** Added to each expert's score for the choice alone (arXiv:2408.15664), as it was in this pass; [E]. Null where the router has none. */
  selectionBias: Float32Array | null;
}

/** Losses: what each token of a batch costs, as it is trained on. */
export interface LossesRecord {
  /** Path of the module that the loss is of; "" for the whole model. */
  path: string;
  /** Loss of each token, in nats, such as the cross entropy of the token after it; [T], in the order of the routing's tokens. */
  losses: Float32Array;
}

/** A reorganization of tokens: which of a sequence go on from a layer, and what becomes of the rest. */
export interface TokensRecord {
  path: string;
  /** Sequences, B. */
  batchSize: number;
  /** Tokens of a sequence that were chosen among, N; a class token aside. */
  length: number;
  /** 1 where a token goes on; [B * N]. */
  kept: Uint8Array;
  /** Score that the choice went by, such as the class token's attention; [B * N]. */
  scores: Float32Array;
  /** Fate of the others: one token made of them, or nothing. */
  rest: 'merged' | 'dropped';
}

/** A depth: how much of a layer each token took, such as a small module or so many steps. */
export interface DepthRecord {
  path: string;
  /** Modules that a token may take, the cheapest first; M. */
  modules: string[];
  /** Module that each token took, as an index into `modules`, or -1; [T]. */
  taken: Int32Array;
}

/** A mask: which values, or groups of values, of a parameter are kept. */
export interface MaskRecord {
  /** Path of the parameter. */
  path: string;
  shape: number[];
  /** 1 where a value is kept, row by row. */
  kept: Uint8Array;
}

/** An activation: what goes into a nonlinearity of a layer. */
export interface ActivationRecord {
  /** Path of the module that applies it. */
  path: string;
  /** Its name, for example "relu". */
  activation: string;
  /** Shape of its input, the batch first. */
  shape: number[];
  /** Values before it, row by row. */
  inputs: Float32Array;
}

/** Edges of a graph that a layer added and took away; nodes by number. */
export interface EdgesRecord {
  path: string;
  numNodes: number;
  /** Source and target of each edge, one after the other; [2 * M]. */
  added: Int32Array;
  removed: Int32Array;
}

/** A trial of a search, as it is now. */
export interface TrialRecord {
  /** From 0, in the order asked for. */
  number: number;
  /** The candidate, as JSON. */
  candidate: unknown;
  state: 'running' | 'complete' | 'pruned' | 'failed';
  /** Named measures so far. */
  values: Record<string, number>;
}

/** A round of federated training. */
export interface RoundRecord {
  /** From 1. */
  round: number;
  /** Clients that took part, by name. */
  clients: string[];
  /** Named measures of the round. */
  values: Record<string, number>;
}

/** Record that an event of each kind holds. */
export interface EventKinds {
  routing: RoutingRecord;
  losses: LossesRecord;
  tokens: TokensRecord;
  depth: DepthRecord;
  mask: MaskRecord;
  activation: ActivationRecord;
  edges: EdgesRecord;
  trial: TrialRecord;
  round: RoundRecord;
}

/** Name of a kind of event. */
export type EventKind = keyof EventKinds;

/** An event of one of these kinds; `kind` tells them apart. */
export type PublishedEvent<K extends EventKind = EventKind> = { [Each in K]: { kind: Each } & EventKinds[Each] }[K];

/** One who listens to events of some kinds, in the order in which they happen. Nothing is read from the device for kinds that nobody names. */
export interface Observer<K extends EventKind = EventKind> {
  readonly kinds: readonly K[];
  observe(event: PublishedEvent<K>): void;
}

/** An observer of one or several kinds: `observer('routing', (record) => records.push(record))`. */
export function observer<K extends EventKind>(
  kinds: K | readonly K[],
  observe: (event: PublishedEvent<K>) => void
): Observer<K> {
  return { kinds: typeof kinds === 'string' ? [kinds] : kinds, observe };
}
