import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, Module, Parameter, sizeOf } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import { embed, silu } from '../../base/ops';
import { Linear } from '../layers';
import { TOKEN_IDS } from '../stateKeys';

/** Options of feed-forward networks that are looked up by token. */
export interface TokenIndexedOptions {
  /** V. */
  vocabSize: Size;
  /** D. */
  width: Size;
  /** H. */
  hidden: Size;
  /** Stream for the initial parameters. */
  random: Random;
}

// Of what a uniform fan-in projection makes of normal tokens: 1 / sqrt(3).
const PROJECTED_DEVIATION = 0.58;

/**
 * A gated network whose up-projection is a table of its own, looked up by token id: `w2(silu(w1 x) * table[id])`, [..., D] to
 * [..., D] (STEM, arXiv 2601.10639). Each id is an expert of one row, chosen without a router; nothing needs balancing, and a
 * token costs `4 D H`, a third less than with the projection. Reads ids from `ctx.getState(moe.TOKEN_IDS)`.
 *
 * @throws {SwitchyardError} in `apply`, where no ids were left, or not one a token.
 */
export function tokenIndexed(options: TokenIndexedOptions): TokenIndexed {
  (['vocabSize', 'width', 'hidden'] as const).forEach((name) =>
    expectInteger('moe.tokenIndexed', name, sizeOf(options[name]), 1)
  );
  return new TokenIndexed(options);
}

export class TokenIndexed extends Module {
  readonly kind = 'token-indexed';
  private readonly w1: Module;
  private readonly w2: Module;
  private readonly table: Parameter;

  constructor({ vocabSize, width, hidden, random }: TokenIndexedOptions) {
    super();
    const [D, H] = [Axis.of('width', width), Axis.of('hidden', hidden)];
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Module =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.w1 = linear('w1', D, H);
    this.w2 = linear('w2', H, D);
    const make = (sizes: number[]): tf.Tensor => random.child('table').normal(sizes, 0, PROJECTED_DEVIATION);
    this.table = this.addParameter(
      'table',
      Parameter.over([Axis.of('ids', vocabSize).pin('token ids name its positions'), H], make)
    );
  }

  /** V and H. */
  get tableShape(): readonly [number, number] {
    const [ids, hidden] = this.table.axes;
    return [ids.size, hidden.size];
  }

  /** Looks up. */
  override ownFlops(): number {
    return 0;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const ids = ctx.getState(TOKEN_IDS);
    const numTokens = x.size / x.shape[x.rank - 1];
    if (ids === null || ids.size !== numTokens) {
      fail(
        ctx.path || this.kind,
        `the context must hold ${numTokens} "${TOKEN_IDS.name}"`,
        ids === null ? null : ids.size
      );
    }
    return tf.tidy(() => {
      const gate = silu(this.w1.apply(x, ctx.within('w1')));
      const up = embed(this.table.read() as tf.Tensor2D, ids).reshape([...x.shape.slice(0, -1), -1]);
      return this.w2.apply(gate.mul(up), ctx.within('w2'));
    });
  }
}
