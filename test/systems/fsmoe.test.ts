import { core, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const DEGREES = [1, 2, 3, 4, 5, 6, 7, 8];

/** Profiles whose latencies and rates are spread over two decades each, and the work of a layer. */
function randomLayer(seed: number): { profile: sim.MoeProfile; work: sim.MoeWork } {
  const next = core.Random.fromSeed(seed).generator();
  const between = (low: number, high: number) => low * (high / low) ** next();
  const cost = (fixed: number, perUnit: number): sim.LinearCost => ({
    fixed: between(fixed, 100 * fixed),
    perUnit: between(perUnit, 100 * perUnit)
  });
  return {
    profile: {
      routerSeconds: between(1e-6, 1e-5),
      experts: cost(1e-6, 1e-8),
      links: { inter: cost(2e-6, 1e-11), intra: cost(1e-6, 1e-12) }
    },
    work: { tokens: 8192, interBytes: 8192 * 1024, intraBytes: 8192 * 2048 }
  };
}

const simulated = (layer: ReturnType<typeof randomLayer>, pipelineDegree: number) =>
  sim.moeSchedule({ ...layer, pipelineDegree }).timeline.seconds;

describe('[fsmoe]', () => {
  test('the closed form is the time of the simulated streams', () => {
    for (let seed = 0; seed < 200; seed++) {
      const layer = randomLayer(seed);
      for (const degree of DEGREES) {
        const expected = simulated(layer, degree);
        expect(Math.abs(sim.moeScheduleSeconds(layer.profile, layer.work, degree) - expected)).toBeLessThan(
          1e-12 + 1e-9 * expected
        );
      }
    }
  });

  test('"auto" is the best of all degrees, by simulating each', () => {
    const chosen = new Map<number, number>();
    for (let seed = 0; seed < 400; seed++) {
      const layer = randomLayer(seed);
      const times = DEGREES.map((degree) => simulated(layer, degree));
      const { pipelineDegree, seconds } = sim.moeSchedule(layer);
      expect(pipelineDegree).toBe(DEGREES[times.indexOf(Math.min(...times))]);
      expect(seconds).toBe(Math.min(...times));
      chosen.set(pipelineDegree, (chosen.get(pipelineDegree) ?? 0) + 1);
    }
    // The profiles ask for different degrees, so a constant would not do.
    expect(chosen.size).toBeGreaterThanOrEqual(6);
    expect(Math.max(...chosen.values())).toBeLessThan(200);
  });

  test('a profile fitted to measurements with 1 % of noise chooses as well as the true one', () => {
    let regret = 0;
    for (let seed = 0; seed < 200; seed++) {
      const layer = randomLayer(seed);
      const noise = core.Random.fromSeed(seed).child('noise').generator();
      const measured = ({ fixed, perUnit }: sim.LinearCost, largest: number) =>
        sim.fitLinearCost(
          DEGREES.flatMap((part) =>
            [0, 1, 2, 3].map(() => {
              const size = largest / part;
              return { size, seconds: (fixed + perUnit * size) * (1 + 0.01 * (2 * noise() - 1)) };
            })
          )
        );
      const { profile, work } = layer;
      const fitted: sim.MoeProfile = {
        routerSeconds: profile.routerSeconds,
        experts: measured(profile.experts, work.tokens),
        links: {
          inter: measured(profile.links.inter, work.interBytes),
          intra: measured(profile.links.intra, work.intraBytes)
        }
      };
      const { pipelineDegree } = sim.moeSchedule({ profile: fitted, work });
      const best = Math.min(...DEGREES.map((degree) => simulated(layer, degree)));
      regret += (simulated(layer, pipelineDegree) / best - 1) / 200;
    }
    expect(regret).toBeLessThan(0.002);
  });

  test('overlap is at most as slow as doing one after the other, and never faster than the busiest resource', () => {
    for (let seed = 0; seed < 200; seed++) {
      const layer = randomLayer(seed);
      const { seconds, sequentialSeconds, lowerBound } = sim.moeSchedule(layer);
      expect(seconds).toBeLessThanOrEqual(sequentialSeconds * (1 + 1e-12));
      expect(seconds).toBeGreaterThanOrEqual(lowerBound);
      expect(sim.moeSchedule({ ...layer, pipelineDegree: 1 }).seconds).toBeCloseTo(sequentialSeconds, 12);
      for (const degree of DEGREES) {
        const fixed = sim.moeSchedule({ ...layer, pipelineDegree: degree });
        const inTurn = fixed.timeline.spans.reduce((sum, { start, end }) => sum + end - start, 0);
        expect(fixed.seconds).toBeLessThanOrEqual(inTurn * (1 + 1e-12));
        expect(fixed.seconds).toBeGreaterThanOrEqual(fixed.lowerBound);
      }
    }
  });

  test('gradients go where the link is idle: by hand', () => {
    // One chunk: the link sends 0..1, idles 1..9 (0 within the node, twice 4 to compute), sends 9..10.
    const layer = {
      profile: {
        experts: { fixed: 0, perUnit: 4 },
        links: { inter: { fixed: 1, perUnit: 0.5 }, intra: { fixed: 0, perUnit: 0 } }
      },
      work: { tokens: 1, interBytes: 0, intraBytes: 0 },
      maxDegree: 1
    };
    const gradients = (bytesPerLayer: number) =>
      sim.moeSchedule({ ...layer, gradPartition: { layers: 3, bytesPerLayer } }).gradients;
    // A gap of 8 s holds (8 - 1) / 0.5 = 14 bytes; the last layer's gradients always come after.
    expect(gradients(10)).toEqual({ seconds: 30 + 1 + 5, secondsWithout: 30 + 1 + 15, hiddenBytes: 20, pieces: 3 });
    expect(gradients(20)).toEqual({ seconds: 30 + 1 + 16, secondsWithout: 30 + 1 + 30, hiddenBytes: 28, pieces: 3 });
  });

  test('cutting gradients to fit never takes longer', () => {
    for (let seed = 0; seed < 100; seed++) {
      const layer = randomLayer(seed);
      const bytesPerLayer = (seed + 1) * 1e5;
      const { gradients } = sim.moeSchedule({ ...layer, gradPartition: { layers: 6, bytesPerLayer } });
      expect(gradients?.seconds).toBeLessThanOrEqual(gradients?.secondsWithout ?? NaN);
      expect(gradients?.hiddenBytes).toBeLessThanOrEqual(5 * bytesPerLayer);
    }
  });
});
