import type { tf } from '../../base/backend';
import { Axis, expectOneOf, fail, Module } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import { multiplyGroups } from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { applyToAll } from './applyToAll';
import type { ExpertBank, ExpertShape, StackedFeedForwards } from './expertBank';

/**
 * Told of each product of a bank: the name of the parameter [E, inputs, outputs], the rows [R, inputs] that are multiplied with it, and the first
 * row of each expert, with R at the end.
 */
export type ProductWatcher = (name: string, rows: tf.Tensor2D, offsets: Int32Array) => void;

/**
 * Stands in for a product of a bank: rows [R, inputs], sorted by expert as the plan says, to [R, outputs]; null leaves it to the bank.
 */
export type ProductStandIn = (rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context) => tf.Tensor2D | null;

/** Base class of every bank of experts. */
export abstract class Bank extends Module implements ExpertBank {
  /** Names of the parameters [E, inputs, outputs] that it multiplies rows with, and tells watchers of. */
  readonly products: readonly string[] = [];
  private readonly watchers = new Set<{ readonly watch: ProductWatcher }>();
  private readonly standIns = new Map<string, ProductStandIn>();

  constructor(
    /** The axis of the experts, E. */
    readonly experts: Axis
  ) {
    super();
  }

  get numExperts(): number {
    return this.experts.size;
  }

  /** Numbers, for experts that differ in nothing but their weights. */
  get labels(): readonly string[] {
    return Array.from(this.experts.selection ?? Array(this.numExperts).keys(), String);
  }

  /** The same for each expert, {@link Bank.rowFlops}. */
  get flops(): readonly number[] {
    return new Array<number>(this.numExperts).fill(this.rowFlops());
  }

  /** None, but for the kinds that are. */
  feedForwards(): StackedFeedForwards | null {
    return null;
  }

  /** On a row, the mean over experts; a layer multiplies it by the experts that work on a token. */
  override ownFlops(): number {
    return this.flops.reduce((sum, each) => sum + each, 0) / this.numExperts;
  }

  /** Nothing: what a bank says of itself is with all below it. */
  override childShare(): number {
    return 0;
  }

  /** Tokens [T, D] through the sum of all experts; layers use {@link applyGroups}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return applyToAll(this, x as tf.Tensor2D, ctx);
  }

  /**
   * Tells of every product with one of its {@link products}, as pruning by inputs needs it.
   *
   * @returns The function that ends it; called again it does nothing.
   */
  watchProducts(watch: ProductWatcher): () => void {
    const entry = { watch };
    this.watchers.add(entry);
    return () => void this.watchers.delete(entry);
  }

  /**
   * Puts something in place of one of its {@link products}, which watchers are told of all the same.
   *
   * @returns The function that ends it.
   * @throws {SwitchyardError} where it has no product of that name, or something stands in for it.
   */
  standIn(name: string, product: ProductStandIn): () => void {
    expectOneOf(this.kind, 'a product', name, this.products);
    if (this.standIns.has(name)) {
      fail(this.kind, 'one thing at a time may stand in for a product', name);
    }
    this.standIns.set(name, product);
    return () => void this.standIns.delete(name);
  }

  abstract applyGroups(rows: tf.Tensor2D, plan: DispatchPlan, ctx: Context): tf.Tensor2D;

  /** Rows of each expert times its matrix. */
  protected multiply(rows: tf.Tensor2D, name: string, { matrix, plan, ctx }: Product): tf.Tensor2D {
    this.watchers.forEach(({ watch }) => watch(name, rows, plan.offsets));
    return this.standIns.get(name)?.(rows, plan, ctx) ?? multiplyGroups(rows, matrix, plan);
  }

  /** Operations of one expert on a row, matrix products only, a multiplication and an addition counted as two. */
  protected abstract rowFlops(): number;
}

/** Matrix of a product, the experts of its rows, and the pass. */
interface Product {
  matrix: Parameter;
  plan: DispatchPlan;
  ctx: Context;
}

/** The axes that a bank shares with the layer that holds it. */
export function bankAxes({ numExperts, width, hidden }: Omit<ExpertShape, 'random'>) {
  return {
    experts: Axis.of('experts', numExperts),
    width: Axis.of('width', width),
    hidden: Axis.of('hidden', hidden)
  };
}
