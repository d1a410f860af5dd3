import { expectInteger } from '../../base/core';
import type { Observer, PublishedEvent } from '../../base/core';
import { MAX_DEPTH_TOKENS } from '../../protocol';
import type { DepthSample, DepthUsageData } from '../../protocol';
import { MAX_MODULES } from '../../protocol/limits';
import type { Batch } from '../../train/data';
import { shares } from './layerRouting';
import { sampledTokens } from './sampledTokens';

/** Options of `telemetry.DepthRecorder`. */
export interface DepthRecorderOptions {
  /** Names of the data's domains, which a batch's `domains` point into. Default: none. */
  domains?: readonly string[];
  /** Text of a token, for the sample. Default: none, and no token is shown. */
  decode?: ((token: number) => string) | null;
  /** Tokens of each batch that are shown, 0..512. Default: those of the first sequence, at most 64. */
  tokenSample?: number;
  /** Shares are of the latest 1 to 2 times this many steps. Default 8. */
  window?: number;
}

/** Modules that one layer gave the tokens of the window, and of the latest batch. */
interface Layer {
  modules: readonly string[];
  current: Float64Array;
  previous: Float64Array;
  /** Of the tokens of the batch under way; null where it was not of them all. */
  taken: Int32Array | null;
}

/**
 * Adds up how much of each layer tokens take, whichever way the layer says it: a module or so many steps ("depth"), going on or being merged
 * or dropped ("tokens"). Give it to a pass as `Context.create({ observers: [recorder] })`, or watch a run with `show.depth()`. It reads
 * nothing from the device.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function depthRecorder(options: DepthRecorderOptions = {}): DepthRecorder {
  return new DepthRecorder(options);
}

/** See {@link depthRecorder}. */
export class DepthRecorder implements Observer<'depth' | 'tokens'> {
  readonly kinds = ['depth', 'tokens'] as const;
  private readonly options: Required<Omit<DepthRecorderOptions, 'tokenSample'>> & { tokenSample: number | null };
  private readonly layers = new Map<string, Layer>();
  private latest: Batch | null = null;
  private steps = 0;

  constructor(options: DepthRecorderOptions) {
    const { domains = [], decode = null, tokenSample = null, window = 8 } = options;
    if (tokenSample !== null) {
      expectInteger('telemetry.depthRecorder', 'tokenSample', tokenSample, 0, MAX_DEPTH_TOKENS);
    }
    expectInteger('telemetry.depthRecorder', 'window', window, 1);
    this.options = { domains, decode, tokenSample, window };
  }

  /** The batch whose events follow, where it is of text. */
  batch(batch: Batch | null): void {
    this.latest = batch;
    this.layers.forEach((layer) => (layer.taken = null));
  }

  observe(event: PublishedEvent<'depth' | 'tokens'>): void {
    const { path } = event;
    const modules = event.kind === 'depth' ? event.modules : [event.rest, 'kept'];
    const taken = event.kind === 'depth' ? event.taken : Int32Array.from(event.kept);
    let layer = this.layers.get(path);
    if (layer === undefined || layer.modules.join('\n') !== modules.join('\n')) {
      const [current, previous] = [0, 0].map(() => new Float64Array(modules.length));
      layer = { modules: [...modules], current, previous, taken: null };
      this.layers.set(path, layer);
    }
    const { current } = layer;
    taken.forEach((module) => module >= 0 && current[module]++);
    const known = this.latest !== null && taken.length === this.latest.batchSize * this.latest.length;
    layer.taken = known ? taken : null;
  }

  /** Ends a step: every so many of them the window moves on. */
  step(): void {
    if (++this.steps % this.options.window === 0) {
      this.layers.forEach((layer) => {
        [layer.previous, layer.current] = [layer.current, layer.previous];
        layer.current.fill(0);
      });
    }
  }

  /** Everything recorded, as a payload holds it; exact and unbounded, see `telemetry.bound`. Modules beyond the 32 that a legend holds count as the last. */
  data(): DepthUsageData {
    const layers = [...this.layers.values()];
    const all = [...new Set(layers.flatMap(({ modules }) => modules))];
    const modules = all.length === 0 ? ['none'] : all.slice(0, MAX_MODULES);
    const indexOf = (label: string): number => Math.min(all.indexOf(label), modules.length - 1);
    const usage = layers.map((layer) => {
      const counts = new Float64Array(modules.length);
      layer.modules.forEach((label, m) => (counts[indexOf(label)] += layer.current[m] + layer.previous[m]));
      return shares(counts);
    });
    return {
      ...{ layers: [...this.layers.keys()], modules, usage, flops: [], cost: null, budget: null },
      ...{ tokens: this.sample(layers, indexOf), domains: [...this.options.domains] }
    };
  }

  // The first tokens of the batch, where every layer said what it did with them.
  private sample(layers: readonly Layer[], indexOf: (label: string) => number): DepthSample | null {
    const { latest } = this;
    const { decode, tokenSample, domains } = this.options;
    if (latest === null || decode === null || layers.some(({ taken }) => taken === null)) {
      return null;
    }
    const { tokens, domain } = sampledTokens(latest, tokenSample, domains.length);
    if (tokens.length === 0) {
      return null;
    }
    return {
      text: Array.from(tokens, (token) => decode(token)),
      domain,
      executed: layers.map(({ taken, modules }) =>
        Array.from(taken!.subarray(0, tokens.length), (module) => (module < 0 ? -1 : indexOf(modules[module])))
      ),
      difficulty: [],
      truncated: tokens.length < latest.length
    };
  }
}
