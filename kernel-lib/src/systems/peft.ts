import type { SystemEntry } from './entry';

/** Systems that route to adapters of a model that stays as it is. */
export const peftSystems: readonly SystemEntry[] = [
  {
    id: 'mixlora',
    title: 'MixLoRA: Enhancing Large Language Models Fine-Tuning with LoRA based Mixture of Experts',
    function: 'peft.moeLora',
    test: 'test/systems/mixlora.test.ts',
    notebook: 'notebooks/adapters.ipynb',
    claim: 'claim held',
    measured: {
      test: 'test/systems/mixlora.slow.test.ts',
      figures:
        'error of one adapter of as many values less that of the mixture: 0.018 +- 0.015; variation of the load without the loss less ' +
        'that with it 0.47 +- 0.13',
      date: '2026-11-30'
    },
    note:
      "{ granularity: 'adapter' } on feed-forward networks: moe.layer with peft.loraExperts, so router, balancing and panels are " +
      'those of any mixture. Two tasks are two low-rank changes of a frozen network. Not covered: memory and latency; the frozen ' +
      'product is computed for each choice.'
  },
  {
    id: 'smora',
    title: 'Each Rank Could be an Expert: Single-Ranked Mixture of Experts LoRA for Multi-Task Learning',
    function: 'peft.moeLora',
    test: 'test/systems/smora.test.ts',
    notebook: 'notebooks/adapters.ipynb',
    claim: 'claim held',
    measured: {
      test: 'test/systems/smora.slow.test.ts',
      figures:
        'error of an adapter of as many active ranks less that of chosen ranks: 0.335 +- 0.093; total variation of two tasks over the ' +
        'ranks 0.955 +- 0.020',
      date: '2026-11-30'
    },
    note:
      "{ granularity: 'rank' }. All ranks are computed and those not chosen weighed with 0: at these widths that is cheaper than " +
      'to gather them. Chosen: the softmax top-k router of the library, with its balancing loss. On text (the notebook) it is level with one ' +
      'adapter of as many values.'
  },
  {
    id: 'comol',
    title: 'CoMoL: Efficient Mixture of LoRA Experts via Dynamic Core Space Merging',
    function: 'peft.moeLora',
    test: 'test/systems/comol.test.ts',
    notebook: 'notebooks/adapters.ipynb',
    claim: 'claim held',
    measured: {
      test: 'test/systems/comol.slow.test.ts',
      figures:
        'error of one adapter of as many values less that of cores: 0.387 +- 0.054; bits that the choice tells of the map, of 2: 1.77 +- 0.16',
      date: '2026-11-30'
    },
    note:
      "{ granularity: 'coreSpace' }. An expert adds r^2 values, and r for its column of the router. Chosen: the formula of the " +
      'check, cores that begin as the identity with a little noise.'
  },
  {
    id: 'mixda',
    title:
      'Mixture-of-Domain-Adapters: Decoupling and Injecting Domain Knowledge to Pre-trained Language Models Memories',
    function: 'peft.moeAdapters',
    test: 'test/systems/mixda.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/mixda.slow.test.ts',
      figures:
        "weight of a domain's own adapter less that of the other's 0.962 +- 0.011; error of fine-tuning less that of adapters 0.019 +- 0.006; " +
        'drift on tokens of neither domain, of fine-tuning less that of adapters 0.10 +- 0.11',
      date: '2026-11-30'
    },
    note:
      'Stages are trainDomain(i) and trainMixture(). Regression in place of text; what the network knew is what it does on tokens ' +
      'of neither domain: that less of it is lost than by fine-tuning is undecided over ten seeds, though each token goes to its ' +
      "domain's adapter. Chosen: bottleneck adapters and a softmax over them. Not covered: the loss on old text in stage one."
  },
  {
    id: 'mhr',
    title: 'Multi-Head Adapter Routing for Cross-Task Generalization',
    function: 'peft.taskLora',
    test: 'test/systems/mhr.test.ts',
    notebook: 'notebooks/adapters.ipynb',
    claim: 'claim held',
    measured: {
      test: 'test/systems/mhr.slow.test.ts',
      figures:
        'cosine of gradients of tasks, several adapters less one 0.033 +- 0.017, heads less none 0.026 +- 0.012; ln of the error of one ' +
        'over that of several 1.05 +- 0.13, of none over heads 0.75 +- 0.20; on a new task ln of the error of MHR-mu over MHR 0.13 +- 0.27, ' +
        'undecided, of MHR-z over MHR 1.8 +- 0.6',
      date: '2026-12-01'
    },
    note:
      'With peft.adaptTasks for full, z and mu. Six related maps; all cosines are below 0, the tasks pull apart. Routing alone (MHR-z) ' +
      'does not do for a new task here: its error is six times that of the whole. MHR-mu within 5 % of MHR is not made out.'
  }
];
