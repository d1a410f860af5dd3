import type { SystemEntry } from './entry';

/** Systems that route past layers, or a query to a model. */
export const adaptiveSystems: readonly SystemEntry[] = [
  {
    id: 'duo-llm',
    title: 'Duo-LLM: A Framework for Studying Adaptive Computation in Large Language Models',
    function: 'models.duoLLM',
    test: 'test/systems/duoLLM.test.ts',
    note:
      'With adaptive.oracleRoutes. A token tries its paths while the tokens before it keep those of the router, so the oracle is ' +
      'never behind at the same number of big calls. Blocks of width 32, three seeds: oracle 2.59, router 2.75, random 2.77 nats; they agree in ' +
      '40 % of choices. One big module, chosen for each token with its loss known, beats big ones everywhere by 0.09 +- 0.05 nats (95 %).'
  }
];
