import type { tf } from '../../base/backend';
import { expectInteger, fail, Module } from '../../base/core';
import type { Context } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { copyValues } from '../../models/copyValues';
import type { TransformReport } from '../moe/report';

/** Options of `elastic.assemble`. */
export interface AssembleOptions {
  /** Shallow model with a block for each module, trained, of the same width; it stays as it is. */
  meta: Module;
  /** Trains one module, from 0, in place: the model that is given is the meta model with the module in the place of its block. Interrupted, it throws. */
  train: (hybrid: Module, module: number) => PromiseLike<unknown>;
}

export interface AssembleReport extends TransformReport {
  /** First block of each module. */
  begins: number[];
}

const WHERE = 'elastic.assemble';

/**
 * A deep model assembled of modules that were trained apart (deep model assembling, arXiv 2212.04129): its blocks are split into as many modules as a shallow meta model has
 * blocks; each is trained alone in the place of its block, the meta model round it as it is, and so fits the same neighbours as the others. All that is not in
 * blocks is the meta model's. A new model; the one given says how it begins, and stays.
 *
 * @throws {SwitchyardError} where a model is no stack of blocks, widths differ, or there are fewer blocks than modules.
 */
export async function assemble<M extends Module>(
  model: M,
  { meta, train }: AssembleOptions
): Promise<{ model: M; report: AssembleReport }> {
  const [deep, shallow] = [model, meta].map(stackOf);
  const count = shallow.children.size;
  expectInteger(WHERE, "the model's blocks", deep.children.size, count);
  const [width, metaWidth] = [model, meta].map((each) => each.parameters().get('norm.weight')?.shape[0]);
  if (width !== metaWidth) {
    fail(WHERE, `the model must have the meta model's width (${metaWidth})`, width);
  }
  const begins = Array.from({ length: count }, (_, i) => Math.round((i * deep.children.size) / count));
  const assembled = copyModel(model);
  try {
    copyValues(meta, assembled, (path) => !path.startsWith('layers.'));
    const blocks = [...stackOf(assembled).children.values()];
    for (let module = 0; module < count; module++) {
      const own = blocks.slice(begins[module], begins[module + 1] ?? blocks.length);
      const hybrid = new Hybrid(meta, own, module);
      try {
        await train(hybrid, module);
      } finally {
        hybrid.release();
      }
    }
    const parameters = { before: model.countParameters(), after: assembled.countParameters() };
    return { model: assembled, report: { transformation: 'assemble', parameters, begins } };
  } catch (error) {
    assembled.dispose();
    throw error;
  }
}

/** A meta model with a module in the place of one block; its parameters are the module's alone. */
class Hybrid extends Module {
  readonly kind = 'hybrid';
  /** Puts the meta model's own block back. */
  readonly release: () => void;

  constructor(
    private readonly meta: Module,
    blocks: readonly Module[],
    place: number
  ) {
    super();
    blocks.forEach((block, i) => this.addChild(`${i}`, block));
    const replaced = stackOf(meta).children.get(`${place}`)!;
    this.release = replaced.intercept((_, x, ctx) =>
      blocks.reduce<tf.Tensor>((y, block, i) => block.apply(y, ctx.within(`${i}`)), x.clone())
    );
  }

  get vocabSize(): number | undefined {
    return (this.meta as { vocabSize?: number }).vocabSize;
  }

  get contextLength(): number | undefined {
    return (this.meta as { contextLength?: number }).contextLength;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.meta.apply(x, ctx);
  }
}

function stackOf(model: Module): Module {
  const layers = model.children.get('layers');
  return layers !== undefined && [...layers.children.values()].every((each) => each.isResidual())
    ? layers
    : fail(WHERE, 'models must be stacks of blocks that keep their tokens', model.kind);
}
