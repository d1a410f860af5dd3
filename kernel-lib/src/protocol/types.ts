/**
 * @file What a kernel tells a panel. Values, never figures: a whole snapshot each time, at most 64 kB, NaN as null.
 * The JSON Schema in `schema/` is generated from these types. This folder imports nothing, so that the extension can
 * share it and a kernel in another language can follow it.
 *
 * Letters: S steps kept, L layers, E experts, K chosen, T tokens sampled, G domains.
 */

/** A number that may be undefined at this point (NaN and infinities have no JSON form). */
export type Numeric = number | null;

/** One message of the contract. The kind decides the shape of `data`. */
export type Payload = RoutingPayload | TrainingPayload;

/** What every payload carries around its data. */
export interface Envelope<Kind extends string, Data> {
  /** Major and minor version of this contract, for example "1.0". A reader accepts every minor of the majors it knows. */
  schemaVersion: string;
  kind: Kind;
  /** One run is one display: later snapshots of the same run replace earlier ones. */
  runId: string;
  /** Grows by one with each snapshot of a run. */
  seq: number;
  source: Source;
  data: Data;
}

/** Where a snapshot comes from. */
export interface Source {
  /** Program and version that wrote it, for example "@switchyard/kernel-lib 0.1.0". */
  producer: string;
  /** A title for people, for example "MoE transformer, top-2 of 16". */
  title: string;
  /** Training step the snapshot was taken at; 0 before the first. */
  step: number;
  /** Steps the run will take; null where it is open. */
  totalSteps: number | null;
  /** Milliseconds since the Unix epoch. */
  time: number;
  /** True for the last snapshot of a run. */
  final: boolean;
  /** Why the run is no longer going, where it is not: "finished", "stopped", "failed". */
  status: 'running' | 'finished' | 'stopped' | 'failed';
}

/** Routing of every routed layer at one moment, and its history. */
export type RoutingPayload = Envelope<'routing', RoutingData>;

export interface RoutingData {
  /** The routed layers in order of depth; L. */
  layers: LayerRouting[];
  /** Scalars over time, shared by the whole run. */
  history: RoutingHistory;
  /** A sample of tokens with their choices; null where none was taken. */
  tokens: TokenSample | null;
  /** Names of the data's domains; G. Empty where domains are unknown. */
  domains: string[];
}

/** One routed layer, summed over the tokens since the last snapshot. */
export interface LayerRouting {
  /** Module path, for example "layers.2.moe". */
  path: string;
  /** Router's kind, for example "top-k". */
  router: string;
  numExperts: number;
  /** Experts a token is sent to; the maximum where it varies. */
  k: number;
  /** A label for each expert; E. */
  experts: string[];
  /** Share of all assignments that each expert received; E, sums to 1. Fair share is 1/E. */
  load: number[];
  /** Share of the routers' probability that each expert received; E, sums to 1. */
  importance: number[];
  /** (max load - mean load) / mean load. 0 is balanced; E/k - 1 sends every token to the same k experts. */
  maxVio: Numeric;
  /** Standard deviation (population) of load over its mean. */
  cv: Numeric;
  /** Mean entropy of a token's probabilities over log E: 1 is undecided, 0 is sure. */
  entropy: Numeric;
  /** exp of the entropy of load, over E: the share of experts in use. */
  effectiveExperts: Numeric;
  /** Share of assignments dropped because an expert was full. */
  dropped: Numeric;
  /** Share of experts that received nothing. */
  deadFraction: Numeric;
  /** Share of each domain's assignments by expert; [G][E]. Empty where domains are unknown. */
  domainLoad: number[][];
  /**
   * Of the tokens sent to expert i, the share also sent to expert j; [E][E], all pairs, diagonal 1 where i was used.
   * Null where it would not fit, or k is 1.
   */
  coActivation: Numeric[][] | null;
}

/** Series over the steps kept. All series have the length of `steps`; S <= 512. */
export interface RoutingHistory {
  steps: number[];
  /** Per layer; [L][S]. */
  maxVio: Numeric[][];
  cv: Numeric[][];
  entropy: Numeric[][];
  dropped: Numeric[][];
  /** Load of each expert over time; [L][S'][E] at the steps in `loadSteps`; S' <= 64. */
  loadSteps: number[];
  load: number[][][];
  /** Named scalars of the run, for example "loss/train", "loss/validation", "auxiliary/switch"; [S] each. */
  scalars: Record<string, Numeric[]>;
}

/** Consecutive tokens of one text, with what each layer chose for them. */
export interface TokenSample {
  /** Text of each token; T <= 512. */
  text: string[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: number[];
  /** Expert of each token and choice, best first, -1 where unused; [L][T][K]. */
  experts: number[][][];
  /** Its weight; [L][T][K]. */
  weights: Numeric[][][];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}

/** A training run of a network without routers: its scalars over time. */
export type TrainingPayload = Envelope<'training', TrainingData>;

export interface TrainingData {
  /** Steps of the series; S. */
  steps: number[];
  /** Named scalars, [S] each. */
  scalars: Record<string, Numeric[]>;
}
