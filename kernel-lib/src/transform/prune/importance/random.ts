import { Random } from '../../../base/core';
import type { ValueImportance } from './importance';

/** Random importance: what a criterion has to be compared with. */
export function random({ seed = 0 }: { seed?: number } = {}): ValueImportance {
  return {
    kind: 'random',
    score: (model) => {
      const stream = Random.fromSeed(seed).child('prune');
      return new Map(
        [...model.parameters()].map(([path, { shape }]) => [path, stream.child(path).uniform(shape, 0, 1)])
      );
    }
  };
}
