import { core, models, type routers, train } from '@switchyard/kernel-lib';
import { makeLanguage } from './language';

export const WIDTH = 64;
export const EXPERTS = 8;
export const K = 2;
export const STEPS = 200;

/** A run, and the experts that each step used for a token, over all layers. */
export async function fit(router: routers.RouterSpec, steps: number, seed = 1) {
  const shape = { layers: 2, width: WIDTH, hidden: 64, contextLength: 64, experts: EXPERTS, seed };
  const model = models.moeTransformer({ ...shape, router });
  const perPass: number[] = [];
  const observer = core.observer('routing', ({ indices, numTokens }) =>
    perPass.push(indices.reduce((sum, expert) => sum + (expert >= 0 ? 1 : 0), 0) / numTokens)
  );
  const watch: train.Watcher = {
    observers: [observer],
    start: () => undefined,
    step: () => undefined,
    end: () => undefined
  };
  const options = { steps, seed, batchSize: 8, evaluateEvery: steps, progress: false, watch };
  const { validation } = await train.fit(model, makeLanguage(), options);
  const used = Array.from({ length: steps }, (_, step) => (perPass[2 * step] + perPass[2 * step + 1]) / 2);
  return { model, loss: validation[validation.length - 1].loss, used };
}
