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
  },
  {
    id: 'vision-moe-router-study',
    title: 'Routers in Vision Mixture of Experts: An Empirical Study',
    function: 'routers.unified',
    test: 'test/systems/visionMoeRouterStudy.test.ts',
    note:
      'routers.unified({ router }) writes any router as the two tensors; six of them compute the same layer to 1e-6 and ' +
      'have the same gradients. The ranking of routers on images is not done.'
  },
  {
    id: 'r2-t2',
    title: 'R2-T2: Re-Routing in Test-Time for Multimodal Mixture-of-Experts',
    function: 'routers.testTimeReroute',
    test: 'test/systems/r2T2.test.ts',
    note:
      'References are what the corrupted model itself predicts well. Half of the loss is asked back of the kernel and gradient ' +
      'strategies; mode finding follows the routing it is given, wrong or right, and is tested to gather what lies near.'
  }
];
