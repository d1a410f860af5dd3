import { tf } from '../../base/backend';
import { expectInteger, sizeOf } from '../../base/core';
import * as ops from '../../base/ops';
import { TOKEN_IDS } from '../stateKeys';
import { checkK } from './parts/selectTopK';
import { TableRouter } from './parts/tableRouter';
import type { RouterSpec } from './router';
import { specs } from './specs';

/** Options of `routers.hash`. */
export interface HashOptions {
  /** Experts of a token, K. Default 1. */
  k?: number;
  /** Rows of the table, V: ids are taken modulo this. Default 256: bytes. */
  buckets?: number;
  /** State of the pass that holds the ids, int32 [T]. Default "tokenIds", which `models` leave there. */
  by?: string;
}

/**
 * Hash layers (arXiv 2106.04426): a token's K experts are drawn once for its id, at random, and never learnt. Weights
 * are 1 / K.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts; in `route`, without ids.
 */
export function hash({ k = 1, buckets = 256, by = TOKEN_IDS.name }: HashOptions = {}): RouterSpec {
  expectInteger('routers.hash', 'k', k, 1);
  expectInteger('routers.hash', 'buckets', buckets, 1);
  return {
    kind: 'hash',
    options: { k, buckets, by },
    build: ({ numExperts, random }) => {
      const experts = sizeOf(numExperts);
      checkK('routers.hash', k, experts);
      const table = tf.tidy(() => ops.topK(random.uniform([buckets, experts]) as tf.Tensor2D, k).indices.toFloat());
      return new TableRouter('hash', table as tf.Tensor2D, numExperts, by);
    }
  };
}

specs.register('hash', hash);
