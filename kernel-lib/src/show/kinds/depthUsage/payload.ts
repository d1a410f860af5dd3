import { expectInteger, fail } from '../../../base/core';
import type { Module } from '../../../base/core';
import { MAX_DEPTH_TOKENS } from '../../../protocol';
import type { DepthSample, DepthUsagePayload } from '../../../protocol';
import type { Batch, TextData } from '../../../train/data';
import { still } from '../../envelope';
import { describeLayers } from './describeLayers';
import type { LayerDescription } from './describeLayers';

/** Options of `show.depthUsage`. */
export interface DepthUsageOptions extends Partial<LayerDescription> {
  /** Module that each layer executed for each token, -1 where unknown; [T * L], row by token: `adaptive.oracleRoutes(...).paths`. */
  paths: ArrayLike<number>;
  /** Says what is not given here: names of layers and modules, operations, and the router's costs and budget. */
  model?: Module;
  /** The text of the tokens: T is `batchSize * length`. Default: tokens are not shown. */
  batch?: Batch;
  data?: Pick<TextData, 'decode' | 'domains'>;
  /** Which sequence of the batch is shown token by token. Default 0. */
  sequence?: number;
  /** Tokens shown, 1..512. Default 128. */
  sample?: number;
  /** Gain of each token by more computation, in nats; [T]: `adaptive.oracleRoutes(...).difficulty`. */
  difficulty?: ArrayLike<number>;
  /** Title for people. Default "depth usage". */
  title?: string;
}

/**
 * Payload of the modules that each layer executed for each token: shares by layer, cost against budget, and a sample of tokens.
 * `show.payload(show.depthUsage({ paths: routes.paths, model, batch, data: text, difficulty: routes.difficulty }))`.
 *
 * @throws {SwitchyardError} where lengths do not agree, or a module is out of range.
 */
export function depthUsage(options: DepthUsageOptions): DepthUsagePayload {
  const { paths, title = 'depth usage' } = options;
  const described = describeLayers(options);
  const { layers, modules, flops, budget } = described;
  const wrong = Array.from(paths).find((m) => !Number.isInteger(m) || m < -1 || m >= modules.length);
  if (wrong !== undefined) {
    fail('show.depthUsage', `paths must hold -1..${modules.length - 1}`, wrong);
  }
  if (layers.length === 0 || paths.length % layers.length !== 0) {
    fail('show.depthUsage', `paths must be [T * L] with L = ${layers.length} layers`, paths.length);
  }
  const usage = layers.map((_, layer) => shares(column(paths, layers.length, layer), modules.length));
  const tokens = sampleOf(options, layers.length);
  const cost = costOf(paths, described);
  const domains = tokens === null ? [] : [...(options.data?.domains ?? [])];
  return still('depth-usage', { layers, modules, usage, flops, cost, budget, tokens, domains }, { title });
}

/** Modules that one layer executed for every token. */
function column(paths: ArrayLike<number>, numLayers: number, layer: number): number[] {
  return Array.from({ length: paths.length / numLayers }, (_, t) => paths[t * numLayers + layer]);
}

function shares(executed: readonly number[], numModules: number): number[] {
  const known = executed.filter((m) => m >= 0).length;
  return Array.from({ length: numModules }, (_, m) => executed.filter((x) => x === m).length / Math.max(1, known));
}

/** Executed cost over that of the costliest module everywhere; null where nothing was executed or a cost is unknown. */
function costOf(paths: ArrayLike<number>, { layers, flops, costs }: LayerDescription): number | null {
  let [spent, most] = [0, 0];
  for (let i = 0; i < paths.length; i++) {
    const row = costs ?? flops[i % layers.length] ?? [];
    const own = row[paths[i]] ?? null;
    if (paths[i] >= 0 && own === null) {
      return null;
    }
    spent += own ?? 0;
    most += paths[i] < 0 ? 0 : Math.max(...row.map((cost) => cost ?? 0));
  }
  return most === 0 ? null : spent / most;
}

function sampleOf(options: DepthUsageOptions, numLayers: number): DepthSample | null {
  const where = 'show.depthUsage';
  const { paths, batch, data, sequence = 0, sample = 128, difficulty } = options;
  const numTokens = paths.length / numLayers;
  if (difficulty !== undefined && difficulty.length !== numTokens) {
    fail(where, `difficulty must have an entry for each of ${numTokens} tokens`, difficulty.length);
  }
  if (batch === undefined || data === undefined) {
    return null;
  }
  if (numTokens !== batch.batchSize * batch.length) {
    fail(where, `paths must be of the batch's ${batch.batchSize * batch.length} tokens`, numTokens);
  }
  expectInteger(where, 'sequence', sequence, 0, batch.batchSize - 1);
  expectInteger(where, 'sample', sample, 1, MAX_DEPTH_TOKENS);
  const { length } = batch;
  const shown = Array.from({ length: Math.min(sample, length) }, (_, n) => n);
  const first = sequence * length;
  const domain = batch.domains[sequence] ?? -1;
  return {
    text: shown.map((n) => data.decode(batch.tokens[sequence * (length + 1) + n])),
    domain: shown.map(() => (domain < data.domains.length ? domain : -1)),
    executed: Array.from({ length: numLayers }, (_, layer) => shown.map((n) => paths[(first + n) * numLayers + layer])),
    difficulty: difficulty === undefined ? [] : shown.map((n) => difficulty[first + n]),
    truncated: shown.length < length
  };
}
