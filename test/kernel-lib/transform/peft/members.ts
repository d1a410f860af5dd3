/** @file The adapters that the battery is run with: a row each, more where options change what is computed. */
import type { core } from '@switchyard/kernel-lib';
import { peft, tf } from '@switchyard/kernel-lib';

export const WIDTH = 4;
export const HIDDEN = 6;

export interface Member {
  /** The function of `peft` that makes it. */
  by: 'lora' | 'moeLora' | 'taskLora' | 'moeAdapters';
  /** Adapters of a `layers.Sequential` of one feed-forward network of width 4 and 6 inside, with biases. */
  make: (network: core.Module, seed: number) => peft.Adapters;
  /** Their values, counted by hand. */
  parameters: number;
  /** What the pass must hold besides the tokens. */
  state?: (numTokens: number) => Record<string, tf.Tensor>;
  /** Whether they can be added to the weights. */
  merges?: true;
}

export const MEMBERS: Record<string, Member> = {
  'lora of a matrix': {
    by: 'lora',
    make: (network, seed) => peft.lora(network, { targets: ['0.w1'], rank: 2, seed }),
    parameters: 2 * (4 + 6),
    merges: true
  },
  'lora of a network': {
    by: 'lora',
    make: (network, seed) => peft.lora(network, { targets: ['0'], rank: 1, alpha: 3, seed }),
    parameters: 2 * (4 + 6),
    merges: true
  },
  'a mixture of adapters': {
    by: 'moeLora',
    make: (network, seed) =>
      peft.moeLora(network, { targets: ['0.w1'], granularity: 'adapter', experts: 3, k: 3, rank: 2, seed }),
    // Factors and a router.
    parameters: 3 * 2 * (4 + 6) + 4 * 3
  },
  'a mixture of adapted networks': {
    by: 'moeLora',
    make: (network, seed) =>
      peft.moeLora(network, { targets: ['0'], granularity: 'adapter', experts: 3, k: 3, rank: 1, seed }),
    parameters: 2 * 3 * (4 + 6) + 4 * 3
  },
  'a mixture of ranks': {
    by: 'moeLora',
    make: (network, seed) => peft.moeLora(network, { targets: ['0.w1'], granularity: 'rank', rank: 3, k: 3, seed }),
    parameters: 3 * (4 + 6) + 4 * 3
  },
  'a mixture in a core space': {
    by: 'moeLora',
    make: (network, seed) =>
      peft.moeLora(network, { targets: ['0.w1'], granularity: 'coreSpace', experts: 3, rank: 2, seed }),
    // Its router sees the shared factor's two ranks.
    parameters: 2 * (4 + 6) + 3 * 2 * 2 + 2 * 3
  },
  'adapters mixed by task': {
    by: 'taskLora',
    make: (network, seed) =>
      peft.taskLora(network, { targets: ['0.w1'], experts: 3, rank: 1, tasks: 2, heads: 2, seed }),
    parameters: 3 * (4 + 6) + 2 * 2 * 3,
    state: (numTokens) => ({
      taskIds: tf.tensor1d(
        Int32Array.from({ length: numTokens }, (_, i) => i % 2),
        'int32'
      )
    })
  },
  'adapters of domains': {
    by: 'moeAdapters',
    make: (network, seed) => {
      const adapters = peft.moeAdapters(network, { targets: ['0'], domains: 2, hidden: 3, seed });
      adapters.trainMixture();
      return adapters;
    },
    // Three small networks with biases, and a router over them.
    parameters: 3 * (2 * 4 * 3 + 3 + 4) + 4 * 3
  }
};
