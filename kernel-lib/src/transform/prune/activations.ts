import { tf } from '../../base/backend';
import { expectNumber, expectOneOf, fail } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { activate, FeedForward, GatedFeedForward, GroupedAttention, Linear } from '../../nn/layers';
import { thresholdsOf } from './activationThresholds';
import { checkCalibration, eachPass } from './importance/parts/calibration';
import type { Calibration, CalibrationOptions } from './importance/parts/calibration';
import { multiplyLive } from './multiplyLive';

/** Options of `prune.activations`. */
export interface ActivationsOptions<B = unknown> {
  /** Share of the activations that goes, 0..1, of each layer. */
  target: number;
  /** Data whose activations say where the thresholds lie. */
  calibration: Calibration<B>;
  /** Of the calibration. */
  calibrate?: CalibrationOptions;
  /**
   * "channel": each channel has its own, by what its values do to the output; "tensor": one for a layer, by their size alone (CATS, arXiv 2404.08763).
   * Default "channel".
   */
  threshold?: 'channel' | 'tensor';
  /** "selective": inputs of the queries and of the output of grouped attention too, keys and values stay whole. Default "none". */
  attention?: 'none' | 'selective';
  /**
   * A pass of one token reads the rows of the live channels only, where they lie. It computes the same. Of a gated network the matrix that its gate multiplies is kept
   * turned as well, as it is when this begins: [H, D] more in memory for each. Default false.
   */
  gather?: boolean;
}

/** Sparse activations, until they are stopped. */
export interface SparseActivations {
  /** By the path of the feed-forward network or the linear layer; [H]. */
  readonly thresholds: ReadonlyMap<string, Float32Array>;
  /** Share of the activations that went since it began, by path. */
  sparsity(): Map<string, number>;
  /** Takes it off the model. Called again it does nothing. */
  stop(): void;
}

/**
 * Activation sparsification (CHESS, arXiv 2409.01366): activations below the threshold of their channel count as 0, outside of training. A channel's lies where
 * what its values do to the output is least: of a gated network, `|a| E|u| |w|`, a the activated gate, u what it multiplies and w the row of the last matrix; of
 * a linear layer `|x| |w|`. The model's weights stay as they are.
 *
 * @throws {SwitchyardError} where an option is out of range, the model has no feed-forward network or a factored one, or an activation is not finite.
 */
export function activations<B = unknown>(model: Module, options: ActivationsOptions<B>): SparseActivations {
  const { target, calibration, calibrate = {}, threshold = 'channel', attention = 'none', gather = false } = options;
  expectNumber(WHERE, 'target', target, 0, 1);
  expectOneOf(WHERE, 'threshold', threshold, ['channel', 'tensor']);
  expectOneOf(WHERE, 'attention', attention, ['none', 'selective']);
  checkCalibration(WHERE, calibration, calibrate);
  const sites = sitesOf(model, attention);
  if (sites.size === 0) {
    fail(WHERE, 'the model must have a feed-forward network', model.kind);
  }
  for (const [path, site] of sites) {
    const whole = (site instanceof Linear ? [site] : [site.w1, site.w2, site.w3]).every(({ rank }) => rank === null);
    if (!whole) {
      fail(WHERE, `weights of "${path}" must be whole`, 'factors');
    }
  }
  const samples = sample(model, sites, calibration, calibrate);
  const thresholds = new Map(
    [...sites].map(([path, site]): [string, Float32Array] => {
      const seen = samples.get(path) ?? fail(WHERE, 'calibration inputs must reach every layer', path);
      const weights = threshold === 'tensor' ? new Float32Array(seen.channels).fill(1) : weightsOf(site, seen.factors);
      return [path, thresholdsOf(WHERE, seen, weights, target)];
    })
  );
  return begin(sites, thresholds, gather);
}

const WHERE = 'prune.activations';

type Site = GatedFeedForward | Linear;

function sitesOf(model: Module, attention: 'none' | 'selective'): Map<string, Site> {
  const sites = new Map<string, Site>();
  for (const [path, module] of model.modules()) {
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    if (module instanceof GatedFeedForward) {
      sites.set(path, module);
    } else if (module instanceof FeedForward) {
      sites.set(at('w2'), module.w2);
    } else if (module instanceof GroupedAttention && attention === 'selective') {
      sites.set(at('query'), module.query);
      sites.set(at('output'), module.output);
    }
  }
  return new Map([...sites].filter(([, site], i, all) => all.findIndex(([, other]) => other === site) === i));
}

interface Sample {
  sizes: Float32Array;
  channels: number;
  /** Mean size of what a gate multiplies; [H]. Null of a linear layer. */
  factors: Float32Array | null;
}

/** Sizes of the activations of every site on calibration data. */
function sample<B>(
  model: Module,
  sites: ReadonlyMap<string, Site>,
  calibration: Calibration<B>,
  calibrate: CalibrationOptions
): Map<string, Sample> {
  const parts = new Map<string, { sizes: Float32Array[]; factors: Float32Array[]; channels: number }>();
  const release = [...sites].map(([path, site]) =>
    site.intercept((inner, x, ctx) => {
      tf.tidy(() => {
        const own = site instanceof Linear ? x : gateOf(site, x, ctx);
        const channels = own.shape.at(-1)!;
        const known = parts.get(path) ?? { sizes: [], factors: [], channels };
        known.sizes.push(own.abs().dataSync<'float32'>().slice());
        if (!(site instanceof Linear)) {
          const up = site.w3.apply(x, ctx.within('w3')).reshape([-1, channels]);
          known.factors.push(up.abs().mean(0).dataSync<'float32'>().slice());
        }
        parts.set(path, known);
      });
      return inner(x);
    })
  );
  try {
    eachPass(model, calibration, calibrate, () => null);
  } finally {
    release.forEach((undo) => undo());
  }
  return new Map(
    [...parts].map(([path, { sizes, factors, channels }]) => {
      const all = new Float32Array(sizes.reduce((sum, { length }) => sum + length, 0));
      sizes.reduce((at, each) => (all.set(each, at), at + each.length), 0);
      // Passes of calibration data are of one size, or count alike.
      const mean = factors.length === 0 ? null : Float32Array.from({ length: channels }, (_, i) => factors.reduce((sum, each) => sum + each[i], 0) / factors.length); // prettier-ignore
      return [path, { sizes: all, channels, factors: mean }];
    })
  );
}

function gateOf({ activation, w1 }: GatedFeedForward, x: tf.Tensor, ctx: Context): tf.Tensor {
  return activate(activation, w1.apply(x, ctx.within('w1')));
}

/** Effect of a value of each channel on the output. */
function weightsOf(site: Site, factors: Float32Array | null): Float32Array {
  const matrix = site instanceof Linear ? site.weight : site.w2.weight;
  const norms = tf.tidy(() => matrix.read().norm('euclidean', 1).dataSync<'float32'>().slice());
  return factors === null ? norms : norms.map((norm, i) => norm * factors[i]);
}

function begin(
  sites: ReadonlyMap<string, Site>,
  thresholds: ReadonlyMap<string, Float32Array>,
  gather: boolean
): SparseActivations {
  const counts = new Map([...sites.keys()].map((path) => [path, { gone: 0, all: 0 }]));
  const turned = new Map<Site, tf.Tensor2D>();
  for (const site of gather ? sites.values() : []) {
    if (!(site instanceof Linear)) {
      turned.set(
        site,
        tf.tidy(() => tf.keep((site.w3.weight.read() as tf.Tensor2D).transpose()))
      );
    }
  }
  const release = [...sites].map(([path, site]) =>
    site.intercept((inner, x, ctx) => {
      if (ctx.training) {
        return inner(x);
      }
      const own = site instanceof Linear ? x : gateOf(site, x, ctx);
      const live = own.abs().greaterEqual(tf.tensor1d(thresholds.get(path)!));
      const count = counts.get(path)!;
      count.gone += own.size - live.sum().dataSync()[0];
      count.all += own.size;
      if (gather && own.size === own.shape.at(-1)!) {
        return multiplyLive(site, { own, x, live: live.flatten() as tf.Tensor1D, turned: turned.get(site) });
      }
      const kept = own.mul(live.toFloat());
      return site instanceof Linear
        ? inner(kept)
        : site.w2.apply(kept.mul(site.w3.apply(x, ctx.within('w3'))), ctx.within('w2'));
    })
  );
  return {
    thresholds,
    sparsity: () => new Map([...counts].map(([path, { gone, all }]) => [path, all === 0 ? 0 : gone / all])),
    stop: () => {
      release.forEach((undo) => undo());
      tf.dispose([...turned.values()]);
    }
  };
}
