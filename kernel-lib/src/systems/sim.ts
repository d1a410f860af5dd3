import type { SystemEntry } from './entry';

/** Systems of many devices, simulated. */
export const simSystems: readonly SystemEntry[] = [
  {
    id: 'fsmoe',
    title: 'FSMoE: A Flexible and Scalable Training System for Sparse Mixture-of-Experts Models',
    function: 'sim.moeSchedule',
    test: 'test/systems/fsmoe.test.ts',
    note:
      'Times come from sim.fitLinearCost over measurements. "auto" walks the closed form, which is convex in the degree; the ' +
      'test simulates all eight degrees. Asked for in 95 % of profiles, it holds in all. Where the profile is fitted to noisy ' +
      'measurements, what the choice costs is tested, since near-equal degrees may change places. Speed-ups are not claimed.'
  },
  {
    id: 'transferengine',
    title: 'RDMA Point-to-Point Communication for LLM Systems',
    function: 'sim.comm.p2p',
    test: 'test/systems/transferEngine.test.ts',
    note: 'With sim.comm.ImmCounter and sim.comm.dispatchCombine. The test shows as well that trusting the order would fail.'
  },
  {
    id: 'dynamoe-recompilation',
    title: 'Optimizing Mixture of Experts using Dynamic Recompilations',
    function: 'sim.dynamicCapacity',
    test: 'test/systems/dynamoe.test.ts',
    claim: 'claim not tested',
    note:
      'Capacity that follows the load is our reading of the abstract. A recompilation is a layer built anew with another ' +
      'capacityFactor: moe.layer itself works without padding and has no compiled graph to change.'
  },
  {
    id: 'layered-prefill',
    title: 'From Tokens to Layers: Redefining Stall-Free Scheduling for LLM Serving with Layered Prefill',
    function: 'sim.serving',
    test: 'test/systems/layeredPrefill.test.ts',
    note:
      'The order of tokens is the same within each request always, and over all requests where a prompt has as many groups as ' +
      'chunks; else prompts take different numbers of iterations.'
  },
  {
    id: 'smile',
    title: 'SMILE: Scaling Mixture-of-Experts with Efficient Bi-level Routing',
    function: 'routers.bilevel',
    test: 'test/systems/smile.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/smile.slow.test.ts',
      figures: 'loss over that with the flat router, less 1: 0.7 +- 0.9 %',
      date: '2026-11-29'
    },
    note:
      'With sim.allToAll({ algorithm: "bilevel" }). Fewer messages, not fewer bytes: the time falls where latency counts. On a ' +
      'character model no difference to the flat router is made out, and one of more than 1 % not ruled out. Throughput is not claimed.'
  },
  {
    id: 'locmoe',
    title: 'LocMoE: A Low-overhead MoE for Large Language Model Training',
    function: 'routers.topK',
    test: 'test/systems/locMoe.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/locMoe.slow.test.ts',
      figures:
        'choices that leave the node, without the loss less with it: 0.084 +- 0.021 at 0.02, 0.117 +- 0.032 more at 0.1; bytes between ' +
        'nodes fall by 0.262 +- 0.051; the error rises by 0.171 +- 0.041, not by less than 0.01',
      date: '2026-11-30'
    },
    note:
      '{ balance: { locality } } with sim.traffic and sim.allToAll, and moe.capacityThreshold. Chosen: the divergence of a router from itself ' +
      'shut up in the own node, and the exact share of a cap of the sphere in place of the bound. Data is sharded: seven of ten tokens ' +
      "are of their node's own clusters. An even load takes a selection bias besides the loss. The error does not " +
      'stay within 1 %. The time of the all-to-all is that of the busiest port and falls by a few percent only.'
  }
];
