/**
 * @file What a kernel tells a panel. Values, never figures: a whole snapshot each time, at most 64 kB, NaN as null.
 * The JSON Schema in `schema/` is generated from these types. This folder imports nothing, so that the extension can
 * share it and a kernel in another language can follow it.
 *
 * Letters: S steps kept, L layers, E experts, K chosen, T tokens sampled, G domains.
 */

/** A number that may be undefined at this point (NaN and infinities have no JSON form). */
export type Numeric = number | null;

/**
 * A whole number from 0.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * A whole number from 1.
 * @asType integer
 * @minimum 1
 */
export type Positive = number;

/**
 * A whole number that names an entry of a list, -1 where there is none.
 * @asType integer
 * @minimum -1
 */
export type Index = number;

/**
 * A part of a whole.
 * @minimum 0
 * @maximum 1
 */
export type Share = number;

/**
 * A number that is not negative.
 * @minimum 0
 */
export type Magnitude = number;

/**
 * A label, path, title or token; shown as text, never as markup.
 * @maxLength 256
 */
export type Text = string;

/**
 * A text that is not empty.
 * @minLength 1
 * @maxLength 256
 */
export type Name = string;

/** One message of the contract. The kind decides the shape of `data`. */
export type Payload = RoutingPayload | TrainingPayload;

/** What every payload carries around its data. */
export interface Envelope<Kind extends string, Data> {
  /**
   * Major and minor version of this contract, for example "1.0". A reader accepts every minor of the majors it knows.
   * @pattern ^1\.\d{1,4}$
   */
  schemaVersion: string;
  kind: Kind;
  /** One run is one display: later snapshots of the same run replace earlier ones. */
  runId: Name;
  /** Grows by one with each snapshot of a run. */
  seq: Count;
  source: Source;
  data: Data;
}

/** Where a snapshot comes from. */
export interface Source {
  /** Program and version that wrote it, for example "@switchyard/kernel-lib 0.1.0". */
  producer: Text;
  /** A title for people, for example "MoE transformer, top-2 of 16". */
  title: Text;
  /** Training step the snapshot was taken at; 0 before the first. */
  step: Count;
  /** Steps the run will take; null where it is open. */
  totalSteps: Count | null;
  /**
   * Milliseconds since the Unix epoch.
   * @minimum 0
   */
  time: number;
  /** True for the last snapshot of a run. */
  final: boolean;
  /** Why the run is no longer going, where it is not: "finished", "stopped", "failed". */
  status: 'running' | 'finished' | 'stopped' | 'failed';
}

/** Routing of every routed layer at one moment, and its history. */
export type RoutingPayload = Envelope<'routing', RoutingData>;

export interface RoutingData {
  /**
   * The routed layers in order of depth; L.
   * @maxItems 1024
   */
  layers: LayerRouting[];
  /** Scalars over time, shared by the whole run. */
  history: RoutingHistory;
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omittedLayers?: Count;
  /** A sample of tokens with their choices; null where none was taken. */
  tokens: TokenSample | null;
  /**
   * Names of the data's domains; G. Empty where domains are unknown.
   * @maxItems 64
   */
  domains: Text[];
}

/** One routed layer, summed over the tokens of the latest steps. */
export interface LayerRouting {
  /** Module path, for example "layers.2.moe". */
  path: Text;
  /** Router's kind, for example "top-k". */
  router: Text;
  /** E. */
  numExperts: Positive;
  /** Experts a token is sent to; the maximum where it varies. */
  k: Positive;
  /** A label for each expert; E. Empty where they would not fit: experts then go by their numbers. */
  experts: Text[];
  /**
   * Share of all choices that fell on each expert, dropped ones included; E, sums to 1, or all 0 where nothing was
   * chosen. Fair share is 1/E.
   */
  load: Share[];
  /** Share of the router's probability that each expert received; E, sums as `load` does. Empty where it would not fit. */
  importance: Share[];
  /** (max load - mean load) / mean load. 0 is balanced; E/k - 1 sends every token to the same k experts. */
  maxVio: Magnitude | null;
  /** Standard deviation (population) of load over its mean. */
  cv: Magnitude | null;
  /** Mean entropy of a token's probabilities over log E: 1 is undecided, 0 is sure. */
  entropy: Share | null;
  /** exp of the entropy of load, over E: the share of experts in use. */
  effectiveExperts: Share | null;
  /** Share of assignments dropped because an expert was full. */
  dropped: Share | null;
  /** Share of experts that received nothing. */
  deadFraction: Share | null;
  /** Share of each domain's assignments by expert; [G][E], rows sum as `load` does. Empty where domains are unknown or it would not fit. */
  domainLoad: Share[][];
  /**
   * Of the tokens sent to expert i, the share also sent to expert j; [E][E], all pairs, diagonal 1 where i was used.
   * Null where it would not fit, or k is 1.
   */
  coActivation: (Share | null)[][] | null;
}

/** Series over the steps kept. All series have the length of `steps`; S <= 512. */
export interface RoutingHistory {
  /**
   * Ascending.
   * @maxItems 512
   */
  steps: Count[];
  /** Per layer; [L][S]. */
  maxVio: (Magnitude | null)[][];
  cv: (Magnitude | null)[][];
  entropy: (Share | null)[][];
  dropped: (Share | null)[][];
  /**
   * Steps at which `load` was kept, ascending; S' <= 64.
   * @maxItems 64
   */
  loadSteps: Count[];
  /** Load of each expert over time; [L][S'][E]. */
  load: Share[][][];
  /**
   * Named scalars of the run, for example "loss/train", "loss/validation", "auxiliary/switch"; [S] each.
   * @maxProperties 64
   */
  scalars: Record<string, Numeric[]>;
}

/** Consecutive tokens of one text, with what each layer chose for them. */
export interface TokenSample {
  /**
   * Text of each token; T <= 512.
   * @maxItems 512
   */
  text: Text[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: Index[];
  /** Expert of each token and choice, best first, -1 where unused; [L][T][K]. */
  experts: Index[][][];
  /** Its weight; [L][T][K]. */
  weights: Numeric[][][];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}

/** A training run of a network without routers: its scalars over time. */
export type TrainingPayload = Envelope<'training', TrainingData>;

export interface TrainingData {
  /**
   * Steps of the series, ascending; S <= 512.
   * @maxItems 512
   */
  steps: Count[];
  /**
   * Named scalars, [S] each.
   * @maxProperties 64
   */
  scalars: Record<string, Numeric[]>;
}
