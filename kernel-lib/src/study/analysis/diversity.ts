import type { tf } from '../../base/backend';
import { bootstrap } from '../../base/math/bootstrap';
import type { BootstrapOptions, Estimate } from '../../base/math/bootstrap';
import { cosine } from '../../base/math/cosine';
import type { MoeLayer } from '../../nn/moe/layer';
import { allOutputs, outputOf } from './allOutputs';

/**
 * How differently the experts of a layer answer to the same token: 1 - cosine of two experts' outputs, the mean over pairs
 * and tokens, with an interval over tokens (arXiv 2406.18219, section 4.3). 0: all the same; 1: unrelated.
 *
 * @param tokens - What the layer gets, [T, D]; see `inputsOf`.
 */
export function diversity(layer: MoeLayer, tokens: tf.Tensor2D, options: BootstrapOptions = {}): Estimate {
  const all = allOutputs(layer, tokens);
  const { numTokens, numExperts } = all;
  const ofToken = Float64Array.from({ length: numTokens }, (_, t) => {
    let sum = 0;
    for (let a = 0; a < numExperts; a++) {
      for (let b = a + 1; b < numExperts; b++) {
        sum += 1 - cosine(outputOf(all, t, a), outputOf(all, t, b));
      }
    }
    return (2 * sum) / (numExperts * (numExperts - 1));
  });
  return bootstrap(numTokens, (units) => units.reduce((sum, t) => sum + ofToken[t], 0) / units.length, options);
}
