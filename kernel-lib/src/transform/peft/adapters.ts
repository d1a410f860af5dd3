import type { tf } from '../../base/backend';
import { fail, Module } from '../../base/core';
import type { Context } from '../../base/core';
import type { MergedChange } from './mergeChange';

/** Sizes that a language model tells of itself. */
interface Vocabulary {
  vocabSize?: number;
  contextLength?: number;
}

/** One adapter of a model, and how it gets in and out. */
export interface AdapterPart {
  /** Holds the adapter's parameters. */
  module: Module;
  /** Puts the adapter to work; gives the function that takes it off again. */
  attach(): () => void;
  /** Adds the adapter to the stored weights, once it is off. Absent where it depends on tokens. */
  merge?(): MergedChange;
}

/** How many of the values that work together are trained. */
export interface TrainableShare {
  /** Values that are trained: the adapters'. */
  trainable: number;
  /** Values of the adapters and of the model together. */
  total: number;
  /** trainable / total. */
  share: number;
}

/**
 * A model that stays as it is, and adapters that change what it computes. `parameters()` are the adapters' alone, by the
 * path of what they change: `io.saveModel` writes them without the model, `io.loadModel` puts them onto another of the same
 * shape, and `train.fit` trains nothing else. The model's parameters are marked as not trainable until {@link Adapters.remove}.
 * A model may have several, which come on and off in any order.
 */
export class Adapters extends Module {
  private readonly unfreeze: (() => void)[];
  private undo: (() => void)[] = [];
  private merged: MergedChange[] = [];
  private state: 'attached' | 'detached' | 'merged' | 'removed' = 'detached';

  constructor(
    readonly kind: string,
    /** The model; not a child, since it is saved and disposed by itself. */
    readonly base: Module,
    private readonly parts: ReadonlyMap<string, AdapterPart>
  ) {
    super();
    this.unfreeze = [...base.parameters().values()].map((parameter) => parameter.freeze());
    parts.forEach(({ module }, path) => this.addChild(path, module));
    this.attach();
  }

  /** Of the model, where it is a language model. */
  get vocabSize(): number {
    return (this.base as Vocabulary).vocabSize ?? fail(this.kind, 'the model must be a language model', null);
  }

  get contextLength(): number | undefined {
    return (this.base as Vocabulary).contextLength;
  }

  /** Output of the model, with the adapters where they are attached or merged. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.base.apply(x, ctx);
  }

  /** Puts the adapters to work, as they are from the start. */
  attach(): void {
    this.expect('attach', 'detached');
    this.undo = [...this.parts.values()].map((part) => part.attach());
    this.state = 'attached';
  }

  /** Takes the adapters off: the model computes what it did before. */
  detach(): void {
    this.expect('detach', 'attached');
    this.takeOff();
  }

  /**
   * Adds the adapters to the model's weights, which then computes the same at its own cost; {@link Adapters.unmerge} restores
   * them bit for bit, or to what other adapters that are merged make of them.
   *
   * @throws {SwitchyardError} where an adapter depends on tokens.
   */
  merge(): void {
    this.expect('merge', 'attached');
    const merges = [...this.parts].map(
      ([path, part]) =>
        part.merge?.bind(part) ?? fail(this.kind, 'an adapter that routes tokens cannot be merged', path)
    );
    this.takeOff();
    this.merged = merges.map((merge) => merge());
    this.state = 'merged';
  }

  /** Takes merged adapters out of the weights again and attaches them. */
  unmerge(): void {
    this.expect('unmerge', 'merged');
    this.merged.splice(0).forEach((change) => change.undo());
    this.state = 'detached';
    this.attach();
  }

  /** How much is trained of all that works together. */
  trainableShare(): TrainableShare {
    const sizes = [...this.parameters().values()].map(({ trainable, size }) => (trainable ? size : 0));
    const trainable = sizes.reduce((sum, size) => sum + size, 0);
    const total = this.countParameters() + this.base.countParameters();
    return { trainable, total, share: trainable / total };
  }

  /**
   * Takes the adapters off for good and frees them; the model's parameters can be trained again, once no other adapters are on it.
   * Merged weights stay merged. Called again it does nothing.
   */
  remove(): void {
    this.takeOff();
    this.merged.splice(0).forEach((change) => change.commit());
    this.unfreeze.forEach((release) => release());
    this.dispose();
    this.state = 'removed';
  }

  private takeOff(): void {
    this.undo.splice(0).forEach((undo) => undo());
    this.state = 'detached';
  }

  private expect(name: string, state: typeof this.state): void {
    if (this.state !== state) {
      fail(`${this.kind}.${name}`, `the adapters must be ${state}`, this.state);
    }
  }
}
