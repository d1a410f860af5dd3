/** A research system that the library covers: what computes it, and the test that would fail if its mechanism were wrong. */
export interface SystemEntry {
  /** Short name; tests of the entry carry it in square brackets. */
  id: string;
  /** Title of the paper. */
  title: string;
  /** Path of the function from the library's door, for example "routers.topK". */
  function: string;
  /** Test file, from the root of the repository. */
  test: string;
  /** Notebook that shows it, from the root of the repository. */
  notebook?: string;
  /** How it is put together, and where its check differs from what was asked. */
  note?: string;
}

/** The systems covered; `npm run systems` prints the table and checks every entry. */
export const systems: readonly SystemEntry[] = [
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
