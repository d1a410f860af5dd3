/** What one routed layer decided in one pass, on the host: read once from the device, shared with the dispatch. */
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
  /** Sum over tokens of each expert's probability; [E]. */
  importance: Float32Array;
  /** Mean over tokens of the entropy of the probabilities, in nats. */
  entropy: number;
}

/** Receives the record of every routed layer of a pass, in order of depth. */
export interface RoutingObserver {
  observe(record: RoutingRecord): void;
}
