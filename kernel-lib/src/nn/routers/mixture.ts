import { tf } from '../../base/backend';
import { Axis, expectInteger } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import { logSoftmax } from './parts/logSoftmax';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

/** Options of `routers.mixture`. */
export interface MixtureOptions extends Omit<TokenChoiceOptions, 'scores'> {
  /** Routers that vote, M. */
  sub: number;
}

/**
 * Mixture of routers (arXiv 2503.23362): M routers each give probabilities over experts, a main router weighs the M for
 * each token, and the K experts of highest mean probability are chosen. `logits` are the logarithms of those means.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts.
 */
export function mixture(options: MixtureOptions): RouterSpec {
  const { sub } = options;
  const resolved = { ...resolveTokenChoice('routers.mixture', options), sub };
  expectInteger('routers.mixture', 'sub', sub, 1);
  return { kind: 'mixture', options: resolved, build: (shape) => new MixtureRouter(resolved, shape) };
}

class MixtureRouter extends TokenChoice {
  readonly kind = 'mixture';
  private readonly subs: Parameter[];
  private readonly main: Parameter | null;

  constructor(options: Required<MixtureOptions> & Required<TokenChoiceOptions>, shape: RouterShape) {
    super('routers.mixture', options, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    this.subs = Array.from({ length: options.sub }, (_, i) =>
      this.addParameter(`sub${i}`, projectionWeight(width, experts, random.child('sub').child(i)))
    );
    // One router needs no weighing.
    this.main =
      options.sub === 1
        ? null
        : this.addParameter(
            'main',
            projectionWeight(
              width,
              Axis.of('routers', options.sub).pin('each router has a matrix of its own'),
              random.child('main')
            )
          );
  }

  override ownFlops(): number {
    return [...this.subs, this.main].reduce((sum, weight) => sum + projectFlops(weight), 0);
  }

  protected override score(x: tf.Tensor2D, _ctx: Context): tf.Tensor2D {
    const votes = this.subs.map((sub) => logSoftmax(project(x, sub)));
    if (this.main === null) {
      return votes[0];
    }
    const [numTokens, numExperts] = votes[0].shape;
    const trust = logSoftmax(project(x, this.main)); // [T, M]
    const weighed = tf.stack(votes, 2).add(trust.expandDims(1)); // [T, E, M]
    return ops.logSumExp(weighed.reshape<tf.Tensor2D>([-1, votes.length])).reshape([numTokens, numExperts]);
  }
}

specs.register('mixture', mixture);
