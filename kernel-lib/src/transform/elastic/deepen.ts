import { tf } from '../../base/backend';
import { axesOf, expectOneOf, fail, maskedPaths } from '../../base/core';
import type { Module } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { Mlp } from '../../models/mlp';
import { resize, sizesOf } from '../../models/spec';
import { Resnet } from '../../models/vision/resnet';
import type { TransformReport } from '../moe/report';

/** Options of `elastic.deepen`. */
export interface DeepenOptions {
  /** Layer or block that the new one comes after: "layers.1" of a transformer, "0" of a perceptron, the stage "stages.0" of a residual network. */
  after: string;
}

export interface DeepenReport extends TransformReport {
  /** Path of the new layer or block. */
  added: string;
}

const WHERE = 'elastic.deepen';

/**
 * A deeper model that computes what the one given does (Net2DeeperNet, arXiv 1511.05641): a copy of a block whose branches add nothing yet, a residual block at the end
 * of a stage whose last norm scales by 0, or, of a perceptron, the identity, which relu leaves as it is.
 *
 * @throws {SwitchyardError} where there is no such layer, a perceptron's activation is not relu, or blocks share their parts or go by their number.
 */
export function deepen<M extends Module>(model: M, { after }: DeepenOptions): { model: M; report: DeepenReport } {
  if ([...axesOf(model).values()].some(({ axis }) => axis.selection !== null) || maskedPaths(model).length > 0) {
    fail(WHERE, 'the model must not be masked', model.kind);
  }
  const grown =
    model instanceof Mlp ? perceptron(model, after) : model instanceof Resnet ? stage(model, after) : blocks(model, after); // prettier-ignore
  try {
    move(model, grown.model, grown.pathOf);
    tf.tidy(() => grown.silence(grown.model));
    const parameters = { before: model.countParameters(), after: grown.model.countParameters() };
    return { model: grown.model as M, report: { transformation: 'deepen', parameters, added: grown.added } };
  } catch (error) {
    grown.model.dispose();
    throw error;
  }
}

interface Grown {
  model: Module;
  /** Where the value of a path of the new model comes from. */
  pathOf: (path: string) => string;
  /** Lets the new layer add nothing. */
  silence: (model: Module) => void;
  added: string;
}

/** A path whose number behind a prefix is above `at` counts one less: what is new is a copy of what it comes after. */
function renumber(prefix: string, at: number): (path: string) => string {
  return (path) => {
    const [, number, rest] = new RegExp(`^${prefix}(\\d+)(.*)$`).exec(path) ?? [];
    return number === undefined || Number(number) <= at ? path : `${prefix}${Number(number) - 1}${rest}`;
  };
}

function numberOf(after: string, prefix: string, count: number): number {
  const number = after.startsWith(prefix) ? Number(after.slice(prefix.length)) : NaN;
  return Number.isInteger(number) && number >= 0 && number < count
    ? number
    : fail(WHERE, `after must be one of "${prefix}0" to "${prefix}${count - 1}"`, after);
}

function blocks(model: Module, after: string): Grown {
  const { options, rebuild } = model as Partial<BlockModel>;
  if (rebuild === undefined || !Array.isArray(options?.feedForwards)) {
    fail(WHERE, 'the model must be a perceptron, a residual network or a stack of blocks', model.kind);
  }
  const { feedForwards, attentions, parts, sharing = 'none' } = options;
  expectOneOf(WHERE, 'the sharing of blocks', sharing, ['none']);
  const at = numberOf(after, 'layers.', feedForwards.length);
  const specs = [parts?.attention, parts?.between, ...(attentions ?? [])];
  if (parts?.between !== undefined || specs.some((spec) => Array.isArray(spec?.options.window))) {
    fail(WHERE, 'blocks must not go by their number, as windows of their own do', after);
  }
  const twice = <T>(list: readonly T[]): T[] => [...list.slice(0, at + 1), ...list.slice(at)];
  const grown = rebuild.call(model, {
    feedForwards: twice(feedForwards),
    ...(attentions && { attentions: twice(attentions) })
  });
  const added = `layers.${at + 1}`;
  return {
    ...{ model: grown, added, pathOf: renumber('layers.', at) },
    silence: () => {
      const stream = grown.modules().get(added)!;
      const [width] = grown.parameters().get('norm.weight')!.axes;
      for (const [branch] of stream.branches) {
        stream.children.get(branch)!.parameters().forEach((each) => {
          if (each.axes.at(-1) === width) {
            each.assign(tf.zeros(each.shape));
          }
        }); // prettier-ignore
      }
    }
  };
}

function perceptron(model: Mlp, after: string): Grown {
  const { activation = 'relu', hidden } = model.options;
  expectOneOf(WHERE, 'the activation of the perceptron', activation, ['relu']);
  const at = numberOf(after, '', hidden.length);
  const sizes = hidden.map((_, i) => model.parameters().get(`${i}.bias`)!.shape[0]);
  const deeper = new Mlp({ ...model.options, hidden: [...sizes.slice(0, at + 1), ...sizes.slice(at)] });
  const back = renumber('', at + 1);
  return {
    ...{ model: deeper, added: `${at + 1}` },
    // The new layer's values are not of the model.
    pathOf: (path) => (path.startsWith(`${at + 1}.`) ? '' : back(path)),
    silence: () => {
      const parameters = deeper.parameters();
      parameters.get(`${at + 1}.weight`)!.assign(tf.eye(sizes[at]));
      parameters.get(`${at + 1}.bias`)!.assign(tf.zeros([sizes[at]]));
    }
  };
}

function stage(model: Resnet, after: string): Grown {
  const { blocks: counts = [2, 2, 2, 2] } = model.options;
  const at = numberOf(after, 'stages.', counts.length);
  const deeper = model.rebuild({ blocks: counts.map((count, i) => (i === at ? count + 1 : count)) });
  const added = `stages.${at}.${counts[at]}`;
  return {
    ...{ model: deeper, added },
    // Its first convolution and norm are a new network's, and no copies.
    pathOf: (path) => (path.startsWith(`${added}.`) ? '' : path),
    silence: () => {
      const norm = deeper.parameters().get(`${added}.norm2.weight`)!;
      norm.assign(tf.zeros(norm.shape));
    }
  };
}

/** Gives a deeper model the sizes and values of what it is made from. */
function move(model: Module, deeper: Module, pathOf: (path: string) => string): void {
  const sizes = sizesOf(model);
  const names = [...axesOf(deeper).keys()];
  const found = names.flatMap((name) => (pathOf(name) in sizes ? [[name, sizes[pathOf(name)]] as const] : []));
  if (!(model instanceof Mlp)) {
    resize(deeper, Object.fromEntries(found));
  }
  const values = model.stored();
  tf.tidy(() =>
    deeper.stored().forEach((each, path) => {
      const from = values.get(pathOf(path));
      if (from !== undefined) {
        each.assign(from.read(), path);
      }
    })
  );
}
