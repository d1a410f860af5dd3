import { peft, tf, type core } from '@switchyard/kernel-lib';
import type { Batches } from './regression';
import { regress } from './regression';

/** Tokens of a batch, half of either domain. */
const TOKENS = 128;

/** Adapters of two domains beside the network at path "0". */
export const adaptDomains = (network: core.Module, seed: number): peft.DomainAdapters =>
  peft.moeAdapters(network, { targets: ['0'], domains: 2, hidden: 16, seed });

// The tokens of one domain only.
function ofDomain(batches: Batches, domain: number): Batches {
  return (step) =>
    tf.tidy(() => {
      const { x, y } = batches(step);
      const rows = (t: tf.Tensor) => t.slice([(domain * TOKENS) / 2, 0], [TOKENS / 2, -1]);
      return { x: rows(x), y: rows(y) };
    });
}

/** Both stages: each domain's adapter on its own tokens, then router and task adapter on all; as many steps each. */
export function trainStages(adapters: peft.DomainAdapters, batches: Batches, seed: number, steps: number): void {
  const wanted = (path: string) => adapters.parameters().get(path)!.trainable;
  for (const domain of [0, 1]) {
    adapters.trainDomain(domain);
    regress(adapters, ofDomain(batches, domain), { steps, seed, wanted });
  }
  adapters.trainMixture();
  regress(adapters, batches, { steps, seed, wanted });
}
