import type { SystemEntry } from './entry';

/** Systems that route a query to a model, a retriever or a tool. */
export const queriesSystems: readonly SystemEntry[] = [
  {
    id: 'knn-llm-router',
    title: 'Rethinking Predictive Modeling for LLM Routing: When Simple kNN Beats Complex Learned Routers',
    function: 'routing.knn',
    test: 'test/systems/knnRouter.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/knnRouter.slow.test.ts',
      figures:
        'regret of a network less that of neighbours, 200 queries: 0.0096 +- 0.0044; dealt anew -0.034 +- 0.012, and the best single ' +
        'model -0.052 +- 0.011',
      date: '2026-11-30'
    },
    note:
      'With routing.bench. Synthetic smooth fields of four models; the network has 8 600 values and 400 steps. Dealt anew, neighbours ' +
      'lose to the single model. With 3 000 queries the gap did not close (0.001 against 0.023), so that is not tested. Not covered: ' +
      'real benchmarks.'
  },
  {
    id: 'routerretriever',
    title: 'RouterRetriever: Exploring the Benefits of Routing over Multiple Expert Embedding Models',
    function: 'routing.pilot',
    test: 'test/systems/queryRouting.test.ts',
    note: 'Experts are projections onto the directions of planted domains. Chosen: the mean cosine with all pilots of an expert.'
  },
  {
    id: 'accel-selector',
    title: 'Meta-Learning for Speeding Up Large Model Inference in Decentralized Environments',
    function: 'routing.ridge',
    test: 'test/systems/queryRouting.test.ts',
    note:
      'Chosen: ridge regression of the speed of each acceleration on the features of the task. The planted dependence is linear, ' +
      'so this is the kindest case; routing.knn takes the same table where it is not.'
  },
  {
    id: 'coe',
    title: 'Composition of Experts: A Modular Compound AI System Leveraging Large Language Models',
    function: 'routing.categoryMap',
    test: 'test/systems/queryRouting.test.ts',
    note: 'The classifier is given. The mapping is exact for any budget. Not covered: serving from tiers of memory (sim.expertCache).'
  },
  {
    id: 'iox',
    title: 'Model Context Protocol-based Internet of Experts For Wireless Environment-aware LLM Agents',
    function: 'routing.expertRegistry',
    test: 'test/systems/queryRouting.test.ts',
    claim: 'claim not tested',
    note: 'The selector is a function in place of an agent, and experts are called in the process: the protocol is not covered.'
  }
];
