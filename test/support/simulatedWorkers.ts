import { core, type nas } from '@switchyard/kernel-lib';

interface SimulatedTrial {
  id: number;
  proposal: nas.Proposal;
  cost: number;
  ends: number;
  /** How many trials had been told when this one was asked for. */
  after: number;
}

export interface Simulation {
  trials: SimulatedTrial[];
  /** Times at which a worker was told to wait. */
  idle: number;
}

/**
 * Drives a strategy of rungs with workers on a clock of their own: a trial takes as long as the resource that it spends beyond its parent's, and
 * `cost` gives what it reaches. Ends at `until`, or where `isEnough` says so of the trials so far.
 */
export function simulateWorkers(options: {
  strategy: nas.Strategy;
  space: nas.Space;
  seed: number;
  workers: number;
  until: number;
  cost: (point: nas.Point, resource: number) => number;
  isEnough?: (trial: SimulatedTrial) => boolean;
}): Simulation {
  const { strategy, space, seed, workers, until, cost, isEnough = () => false } = options;
  const random = core.Random.fromSeed(seed);
  const searcher = strategy.start({ space, objectives: 1, random, repeats: false, optuna: null });
  const running: SimulatedTrial[] = [];
  const trials: SimulatedTrial[] = [];
  const spent = new Map<number, number>();
  let [now, id, idle] = [0, 0, 0];
  while (now < until) {
    while (running.length < workers) {
      const proposal = searcher.ask(id) as nas.Proposal | 'wait' | 'done';
      if (typeof proposal === 'string') {
        idle++;
        break;
      }
      const { point, resource = 1, parent } = proposal;
      const ends = now + resource - (parent === undefined ? 0 : spent.get(parent)!);
      spent.set(id, resource);
      running.push({ id, proposal, cost: cost(point, resource), ends, after: trials.length });
      id++;
    }
    running.sort((a, b) => a.ends - b.ends || a.id - b.id);
    const ended = running.shift()!;
    now = ended.ends;
    trials.push(ended);
    const { point, resource } = ended.proposal;
    searcher.tell({ id: ended.id, point, costs: [ended.cost], violation: 0, resource });
    if (isEnough(ended)) {
      break;
    }
  }
  return { trials, idle };
}
