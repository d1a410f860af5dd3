import { core, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const LAYERS = 8;
const profile: sim.ServingProfile = {
  expertBytes: 1e6,
  memoryBandwidth: 1e12,
  secondsPerToken: 2e-8,
  overheadSeconds: 1e-5
};
const experts = { numExperts: 16, k: 2 };

function serve(schedule: sim.ServingSchedule, options: Partial<sim.ServingOptions> = {}): sim.ServingReport {
  const requests = [{ arrival: 0, promptTokens: 64, outputTokens: 4 }];
  return sim.serving({ requests, schedule, layers: LAYERS, experts, profile, tokenBudget: 8, seed: 1, ...options });
}

/** Requests one after the other, so that prompts meet tokens that are being generated. */
function traffic(seed: number): sim.ServingRequest[] {
  const next = core.Random.fromSeed(seed).generator();
  let arrival = 0;
  return Array.from({ length: 6 }, () => ({
    arrival: (arrival += 4e-4 * next()),
    promptTokens: 16 + Math.floor(80 * next()),
    outputTokens: 5 + Math.floor(20 * next())
  }));
}

describe('[layered-prefill]', () => {
  test('a prompt loads each expert that it touches once, layer by layer; in chunks, once for each chunk', () => {
    const route = ({ position, layer }: { position: number; layer: number }) => [
      (position + layer) % 16,
      (position * 3 + 1) % 16
    ];
    const loadsOf = (from: number, to: number) => {
      let loads = 0;
      for (let layer = 0; layer < LAYERS; layer++) {
        const touched = new Set<number>();
        for (let position = from; position < to; position++) {
          route({ position, layer }).forEach((expert) => touched.add(expert));
        }
        loads += touched.size;
      }
      return loads;
    };
    for (const layerGroups of [1, 2, 3, 8]) {
      expect(serve('layeredPrefill', { route, layerGroups }).requests[0].prefillLoads).toBe(loadsOf(0, 64));
    }
    for (const tokenBudget of [64, 32, 16, 8, 4]) {
      const chunks = Array.from({ length: 64 / tokenBudget }, (_, c) => c * tokenBudget);
      const expected = chunks.reduce((sum, from) => sum + loadsOf(from, from + tokenBudget), 0);
      expect(serve('chunkedPrefill', { route, tokenBudget }).requests[0].prefillLoads).toBe(expected);
    }
  });

  test('a stall is what a prompt adds to an iteration in which another request generates, and nothing where none does', () => {
    expect(serve('chunkedPrefill').maxStallSeconds).toBe(0);
    // The second prompt, of one chunk of 8 tokens, meets the first request while that generates: each token goes to two experts of its own.
    const route = ({ request, position }: { request: number; position: number }): number[] => request === 0 ? [0, 1] : [2 + position, 15 - position]; // prettier-ignore
    const requests = [
      { arrival: 0, promptTokens: 8, outputTokens: 4 },
      { arrival: 0, promptTokens: 4, outputTokens: 1 }
    ];
    const { maxStallSeconds } = serve('chunkedPrefill', { requests, route });
    // Eight experts beside the two, 1e6 bytes each at 1e12 a second, in each layer.
    expect(maxStallSeconds).toBeCloseTo((LAYERS * 8 * 1e6) / 1e12, 12);
  });

  test('the bytes grow with the number of chunks, and not with that of groups', () => {
    const requests = [{ arrival: 0, promptTokens: 64, outputTokens: 1 }];
    const bytes = (schedule: sim.ServingSchedule) =>
      [64, 32, 16, 8].map((tokenBudget) => serve(schedule, { requests, tokenBudget }).bytes);
    const chunked = bytes('chunkedPrefill');
    expect(new Set(bytes('layeredPrefill'))).toEqual(new Set([chunked[0]]));
    // Random routing: a chunk of c tokens touches 16 (1 - (7/8)^c) experts of a layer.
    [64, 32, 16, 8].forEach((c, i) => {
      const expected = (64 / c) * LAYERS * 16 * (1 - (7 / 8) ** c) * profile.expertBytes;
      expect(Math.abs(chunked[i] / expected - 1)).toBeLessThan(0.05);
    });
  });

  test('an iteration holds generation up by no more than its share of a prompt', () => {
    const { expertBytes, memoryBandwidth, secondsPerToken } = profile;
    const layerSeconds = (tokens: number) =>
      Math.max((experts.numExperts * expertBytes) / memoryBandwidth, tokens * secondsPerToken);
    for (let seed = 0; seed < 5; seed++) {
      const options = { requests: traffic(seed), tokenBudget: 16 };
      const whole = LAYERS * layerSeconds(Math.max(...options.requests.map(({ promptTokens }) => promptTokens)));
      const chunked = serve('chunkedPrefill', options);
      expect(chunked.maxStallSeconds).toBeGreaterThan(0);
      expect(chunked.maxStallSeconds).toBeLessThanOrEqual(LAYERS * layerSeconds(16));
      const layered = serve('layeredPrefill', options);
      expect(layered.maxStallSeconds).toBeGreaterThan(0);
      for (const { prefill, stallSeconds } of layered.iterations) {
        const pieces = prefill === null ? 0 : prefill.endLayer - prefill.firstLayer;
        expect(stallSeconds).toBeLessThanOrEqual(pieces * layerSeconds(prefill?.to ?? 0) + 1e-15);
        // As many groups as the budget asks for: about a budget's work in each.
        const groups = Math.min(LAYERS, Math.ceil((prefill?.to ?? 0) / 16));
        expect(pieces).toBeLessThanOrEqual(Math.ceil(LAYERS / groups));
      }
      expect(layered.maxStallSeconds).toBeLessThan(whole);
    }
  });

  test('both compute each token in each layer once, after what it depends on', () => {
    const requests = traffic(3);
    for (const schedule of ['chunkedPrefill', 'layeredPrefill'] as const) {
      const done = new Map<string, number>();
      const key = (request: number, layer: number) => `${request} ${layer}`;
      /** Positions from..to - 1 of a layer need all before them there, and themselves in the layer below. */
      const compute = (request: number, layer: number, from: number, to: number) => {
        expect(done.get(key(request, layer)) ?? 0).toBe(from);
        expect(layer === 0 ? to : (done.get(key(request, layer - 1)) ?? 0)).toBeGreaterThanOrEqual(to);
        done.set(key(request, layer), to);
      };
      for (const { prefill, decoding } of serve(schedule, { requests, tokenBudget: 16 }).iterations) {
        for (let layer = prefill?.firstLayer ?? 0; prefill !== null && layer < prefill.endLayer; layer++) {
          compute(prefill.request, layer, prefill.from, prefill.to);
        }
        for (const { request, position } of decoding) {
          for (let layer = 0; layer < LAYERS; layer++) {
            compute(request, layer, position, position + 1);
          }
        }
      }
      // The last token that comes out is not fed back.
      requests.forEach(({ promptTokens, outputTokens }, request) =>
        expect(done.get(key(request, LAYERS - 1))).toBe(promptTokens + outputTokens - 1)
      );
    }
  });

  test('the tokens come out in the same order', () => {
    for (let seed = 0; seed < 5; seed++) {
      const order = (schedule: sim.ServingSchedule, request: number) =>
        serve(schedule, { requests: traffic(seed), tokenBudget: 16 })
          .tokens.filter((token) => token.request === request)
          .map(({ index }) => index);
      traffic(seed).forEach(({ outputTokens }, request) => {
        const expected = Array.from({ length: outputTokens }, (_, i) => i);
        expect(order('chunkedPrefill', request)).toEqual(expected);
        expect(order('layeredPrefill', request)).toEqual(expected);
      });
    }
    // All there at the start and as many groups as chunks: the same order over all requests, too.
    const requests = [64, 40, 56].map((promptTokens) => ({ arrival: 0, promptTokens, outputTokens: 30 }));
    const all = (schedule: sim.ServingSchedule) =>
      serve(schedule, { requests }).tokens.map(({ request, index }) => [request, index]);
    expect(all('layeredPrefill')).toEqual(all('chunkedPrefill'));
  });

  test('where reading experts is what costs, the first token is there sooner', () => {
    const [chunked, layered] = (['chunkedPrefill', 'layeredPrefill'] as const).map((schedule) => serve(schedule));
    expect(layered.requests[0].timeToFirstToken).toBeLessThan(chunked.requests[0].timeToFirstToken);
    // Where computing is what costs, the work is the same.
    const [a, b] = (['chunkedPrefill', 'layeredPrefill'] as const).map((schedule) =>
      serve(schedule, { profile: { ...profile, expertBytes: 0 } })
    );
    expect(a.requests[0].timeToFirstToken).toBeCloseTo(b.requests[0].timeToFirstToken, 12);
  });
});
