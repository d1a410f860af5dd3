import type { SystemEntry } from './entry';

/** Systems that are a router, or a layer around one. */
export const routerSystems: readonly SystemEntry[] = [
  {
    id: 'switch-transformer',
    title: 'Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity',
    function: 'routers.switchTop1',
    test: 'test/systems/switchTransformer.test.ts',
    note:
      'models.moeTransformer({ router: routers.switchTop1(), capacityFactor: 1.25, every: 2 }) is the whole model. ' +
      'Not covered: bfloat16 outside the router, distillation.'
  },
  {
    id: 'remoe',
    title: 'ReMoE: Fully Differentiable Mixture-of-Experts with ReLU Routing',
    function: 'routers.relu',
    test: 'test/systems/remoe.test.ts',
    note:
      'The target is given as the mean number of experts, k = E (1 - sparsity). The check gives top-k as many expert ' +
      'passes in all, not as many steps: the first steps of the ReLU router use more experts than the target.'
  }
];
