import { tf } from '../../base/backend';
import { axesOf, expectInteger, expectOneOf, fail, maskedPaths, masksAt, Random } from '../../base/core';
import type { Module } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { filled } from '../../models/copyModel';
import { factorAt, ranksOf } from '../../models/factors';
import { feedForwardName } from '../../models/feedForward';
import { resize, sizesOf } from '../../models/spec';
import { noAttention } from '../../nn/layers';
import type { TransformReport } from '../moe/report';
import { divergence, DISTANCES, outputsOf } from './outputDivergence';
import type { OutputDistance } from './outputDivergence';
import { checkCalibration } from './importance/parts/calibration';

/** Unit that goes at once: the attention of a block, its feed-forward network or mixture, or both. */
export type LayerUnit = 'attention' | 'feedForward' | 'block';

/** Options of `prune.layers`. */
export interface LayersOptions {
  /** Units that go. */
  count: number;
  /** Kinds of units to choose among. Default `["attention", "feedForward"]`. */
  units?: readonly LayerUnit[];
  /** Inputs of the model, each of one pass, that outputs are compared on. */
  inputs: tf.Tensor | readonly tf.Tensor[];
  /** Distance of the outputs from the whole model's. Default "kl". */
  distance?: OutputDistance;
  /** Chooses again after each unit that went, by what is left; false ranks all units once. Default true. */
  greedy?: boolean;
}

export interface LayersReport extends TransformReport {
  mode: 'shrink';
  /** Units that went, in order, each with the distance of the outputs from the whole model's after it went. */
  removed: { path: string; distance: number }[];
  /** Distance after the first removal of each unit alone, by path. */
  alone: Record<string, number>;
}

/** A unit, and the modules that it takes along. */
interface Unit {
  path: string;
  modules: Module[];
}

/**
 * Layer pruning: whole sub-layers go, those whose absence moves the model's output least (FinerCut, arXiv 2405.18218: attention and feed-forward
 * networks apart, greedily, without retraining). A new model whose blocks go without; its spec says so ("none"), and the other blocks keep
 * their numbers. The one given stays as it is.
 *
 * @throws {SwitchyardError} where the model is not one stack of blocks of their own, an option is out of range, there are no inputs, or outputs are
 * not finite.
 */
export function layers<M extends BlockModel>(model: M, options: LayersOptions): { model: M; report: LayersReport } {
  const where = 'prune.layers';
  const { count, inputs, distance = 'kl', greedy = true } = options;
  const left = unitsOf(where, model, options.units ?? ['attention', 'feedForward']);
  expectInteger(where, 'count', count, 1, left.length);
  expectOneOf(where, 'distance', distance, DISTANCES);
  checkCalibration(where, inputs, {});
  const whole = outputsOf(model, inputs);
  const removed: LayersReport['removed'] = [];
  const release: (() => void)[] = [];
  const measure = (): number => divergence(where, model, inputs, { whole, distance });
  const without = (unit: Unit): number => {
    const undo = skip(unit);
    try {
      return measure();
    } finally {
      undo();
    }
  };
  try {
    const alone = new Map(left.map((unit) => [unit, without(unit)]));
    for (let distances = alone; removed.length < count;) {
      const best = left.reduce((a, b) => (distances.get(b)! < distances.get(a)! ? b : a));
      left.splice(left.indexOf(best), 1);
      release.push(skip(best));
      removed.push({ path: best.path, distance: measure() });
      // A block that went as a whole, or half of one, is no candidate again.
      left.splice(
        0,
        left.length,
        ...left.filter(({ modules }) => !modules.some((each) => best.modules.includes(each)))
      );
      if (left.length === 0 && removed.length < count) {
        fail(where, 'count must be of units that do not overlap', count);
      }
      distances = greedy && removed.length < count ? new Map(left.map((unit) => [unit, without(unit)])) : distances;
    }
    const gone = removed.map(({ path }) => path);
    const parameters = { before: model.countParameters(), after: 0 };
    release.splice(0).forEach((undo) => undo());
    const pruned = withoutUnits(model, gone);
    return {
      model: pruned,
      report: {
        ...{ transformation: 'layers', mode: 'shrink', removed },
        parameters: { ...parameters, after: pruned.countParameters() },
        alone: Object.fromEntries([...alone].map(([{ path }, each]) => [path, each]))
      }
    };
  } finally {
    release.forEach((undo) => undo());
    whole.forEach((each) => each.dispose());
  }
}

/** Lets the modules of a unit add nothing; gives what undoes it. */
function skip({ modules }: Unit): () => void {
  const undo = modules.map((module) => module.intercept((_, x) => tf.zerosLike(x)));
  return () => undo.forEach((each) => each());
}

function unitsOf(where: string, model: BlockModel, kinds: readonly LayerUnit[]): Unit[] {
  const { feedForwards, sharing = 'none' } = model.options;
  if (!Array.isArray(feedForwards)) {
    fail(where, 'the model must be one stack of blocks', model.kind);
  }
  expectOneOf(where, 'the sharing of blocks', sharing, ['none']);
  if ((model.options as { ensembleScale?: boolean }).ensembleScale) {
    fail(where, 'blocks must not be paths of an ensemble, which has a scale for each', 'ensembleScale');
  }
  kinds.forEach((kind) => expectOneOf(where, 'units', kind, ['attention', 'feedForward', 'block']));
  const modules = model.modules();
  return model.options.feedForwards.flatMap((feedForward, i) => {
    const paths = { attention: `layers.${i}.attention`, feedForward: `layers.${i}.${feedForwardName(feedForward)}` };
    const at = (path: string): Module[] => (modules.has(path) ? [modules.get(path)!] : []);
    return kinds.flatMap((kind): Unit[] => {
      const unit: Unit =
        kind === 'block'
          ? { path: `layers.${i}`, modules: [...at(paths.attention), ...at(paths.feedForward)] }
          : { path: paths[kind], modules: at(paths[kind]) };
      return unit.modules.length === 0 ? [] : [unit];
    });
  });
}

/** A model built anew whose blocks go without these: "layers.0.attention", "layers.3.moe", "layers.5". */
export function withoutUnits<M extends BlockModel>(model: M, gone: readonly string[]): M {
  const { feedForwards, attentions } = model.options;
  const lacks = (block: number, unit: string): boolean =>
    gone.includes(`layers.${block}`) || gone.includes(`layers.${block}.${unit}`);
  const without = feedForwards.map((each, i) => (lacks(i, feedForwardName(each)) ? { kind: 'none' as const } : each));
  const changes = { feedForwards: without, attentions: feedForwards.map((_, i) => (lacks(i, 'attention') ? noAttention() : (attentions?.[i] ?? null))) }; // prettier-ignore
  const pruned = model.rebuild(changes, Random.blank()) as M;
  try {
    const left = pruned.modules();
    factorAt(pruned, Object.fromEntries(Object.entries(ranksOf(model)).filter(([path]) => left.has(path))));
    const axes = axesOf(pruned);
    resize(pruned, Object.fromEntries(Object.entries(sizesOf(model)).filter(([name]) => axes.has(name))));
    const parameters = pruned.parameters();
    masksAt(
      pruned,
      maskedPaths(model).filter((path) => parameters.has(path))
    );
    return filled(model, pruned);
  } catch (error) {
    pruned.dispose();
    throw error;
  }
}
