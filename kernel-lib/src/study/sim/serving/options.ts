import { expectInteger, expectNumber, expectOneOf, fail } from '../../../base/core';

/** Request to a simulated server: when it comes, and its tokens. */
export interface ServingRequest {
  /** Seconds from the start. */
  arrival: number;
  promptTokens: number;
  /** Tokens to generate, the first included. */
  outputTokens: number;
}

/** Measured costs of the machine. */
export interface ServingProfile {
  /** Weights of one expert; bytes. */
  expertBytes: number;
  /** Bytes a second from where the weights lie. */
  memoryBandwidth: number;
  /** To compute one token in one layer; seconds. */
  secondsPerToken: number;
  /** Of each iteration; seconds. Default 0. */
  overheadSeconds?: number;
}

/** Options of simulated serving. */
export interface ServingOptions {
  requests: readonly ServingRequest[];
  /**
   * "chunkedPrefill": an iteration takes a chunk of the prompt through all layers (Sarathi-Serve, arXiv 2403.02310).
   * "layeredPrefill": it takes the whole prompt through one group of layers (arXiv 2510.08055).
   */
  schedule: ServingSchedule;
  /** L. */
  layers: number;
  /** Experts of a layer, and those of a token. */
  experts: { numExperts: number; k: number };
  profile: ServingProfile;
  /** Prompt tokens through all layers that an iteration may take, and as much work where it takes more through fewer. */
  tokenBudget: number;
  /** Groups that the layers are split into. Default: as many as the budget asks for, `ceil(promptTokens / tokenBudget)`, at most L. */
  layerGroups?: number;
  /** Experts of a token, position 0 its first of the prompt. Default: K different ones by chance, the same for the same `seed`. */
  route?: (at: { request: number; position: number; layer: number }) => readonly number[];
  /** Default 0. */
  seed?: number;
}

/** Schedule by which a simulated server forms its batches. */
export type ServingSchedule = 'chunkedPrefill' | 'layeredPrefill';

/** @throws {SwitchyardError} where an option is out of range. */
export function checkServing(options: ServingOptions): void {
  const where = 'sim.serving';
  const { requests, schedule, layers, experts, profile, tokenBudget, layerGroups } = options;
  expectOneOf(where, 'schedule', schedule, ['chunkedPrefill', 'layeredPrefill']);
  expectInteger(where, 'layers', layers, 1);
  expectInteger(where, 'experts.numExperts', experts.numExperts, 1);
  expectInteger(where, 'experts.k', experts.k, 1, experts.numExperts);
  expectInteger(where, 'tokenBudget', tokenBudget, 1);
  if (layerGroups !== undefined) {
    expectInteger(where, 'layerGroups', layerGroups, 1, layers);
  }
  expectNumber(where, 'profile.expertBytes', profile.expertBytes, 0);
  expectNumber(where, 'profile.secondsPerToken', profile.secondsPerToken, 0);
  expectNumber(where, 'profile.overheadSeconds', profile.overheadSeconds ?? 0, 0);
  if (!(profile.memoryBandwidth > 0)) {
    fail(where, 'profile.memoryBandwidth must be more than 0 bytes a second', profile.memoryBandwidth);
  }
  requests.forEach(({ arrival, promptTokens, outputTokens }, i) => {
    expectNumber(where, `requests[${i}].arrival`, arrival, requests[i - 1]?.arrival ?? 0);
    expectInteger(where, `requests[${i}].promptTokens`, promptTokens, 1);
    expectInteger(where, `requests[${i}].outputTokens`, outputTokens, 1);
  });
}
