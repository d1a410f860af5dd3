import type { SystemEntry } from './entry';

/** Systems whose mark is the kind of expert. */
export const expertsSystems: readonly SystemEntry[] = [
  {
    id: 'mh-moe',
    title: 'MH-MoE:Multi-Head Mixture-of-Experts',
    function: 'moe.multiHead',
    test: 'test/systems/mhMoe.test.ts',
    note:
      'moe.multiHeadParity finds the sizes that equal a mixture. The activation ratio is the share of the experts that a token ' +
      'reaches. Not covered: 1-bit weights, and the quality of language models.'
  },
  {
    id: 'vitposepp',
    title: 'ViTPose++: Vision Transformer for Generic Body Pose Estimation',
    function: 'moe.taskFeedForward',
    test: 'test/systems/vitposepp.test.ts',
    note:
      'The second matrix of the network is split by the features that come out, as in the paper. Joint training is compared on ' +
      'two linear maps of the same inputs, in place of images. Not covered: the knowledge token, and whole pose models.'
  }
];
