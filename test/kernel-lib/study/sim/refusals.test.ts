import { core, sim } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const link: sim.Link = { latency: 1e-6, bandwidth: 1e9 };
const links = { intra: link, inter: link };
const topology = sim.topology({ nodes: 2, devicesPerNode: 1, links });
const routing = { numTokens: 2, numExperts: 2, k: 1, indices: Int32Array.of(0, 1), dropped: null };
const weights = Float32Array.of(1, 1);
const profile = { expertBytes: 1, memoryBandwidth: 1, secondsPerToken: 1 };
const request = { arrival: 1, promptTokens: 1, outputTokens: 1 };
const serving: sim.ServingOptions = {
  ...{ requests: [request], schedule: 'chunkedPrefill', layers: 2, tokenBudget: 1, profile },
  experts: { numExperts: 2, k: 1 }
};
const cost = { fixed: 0, perUnit: 1 };
const layer = {
  profile: { experts: cost, links: { inter: cost, intra: cost } },
  work: { tokens: 1, interBytes: 1, intraBytes: 1 }
};
const write = { offset: 0, data: Uint8Array.of(1), immediate: 1 };

type Refusal = [name: string, run: () => unknown, message: string];

const traffic = (more: Partial<sim.TrafficOptions>) => sim.traffic({ topology, routing, deviceOf: [0, 1], bytesPerToken: 1, ...more }); // prettier-ignore
const cache = (more: Partial<sim.ExpertCacheOptions>) => sim.expertCache({ accesses: [[0]], capacity: 1, ...more });
const capacity = (more: Partial<sim.DynamicCapacityOptions>) => sim.dynamicCapacity({ loads: [[1]], recompileCost: 0, ...more }); // prettier-ignore
const place = (more: Partial<sim.PlacementOptions>) => sim.placeExperts({ load: [1, 1, 1], numDevices: 2, ...more });
const p2p = (more: Partial<sim.comm.P2pOptions>, writes = [write]) => sim.comm.p2p(writes, 1, new Map(), { nics: [link], ...more }); // prettier-ignore
const exchange = (more: Partial<sim.comm.DispatchCombineOptions>) =>
  sim.comm.dispatchCombine({
    ...{ tokens: Float32Array.of(1, 2), width: 1, routing: { ...routing, weights }, deviceOf: [0, 1], numDevices: 2 },
    ...{ transfer: { nics: [link] }, random: core.Random.fromSeed(1), ...more }
  });
const served = (more: Partial<sim.ServingOptions>) => sim.serving({ ...serving, ...more });
const scheduled = (more: Partial<sim.MoeScheduleOptions>) => sim.moeSchedule({ ...layer, ...more });
const slow = { latency: -1, bandwidth: 1 };
const shut = { latency: 0, bandwidth: 0 };

// prettier-ignore
const REFUSALS: Refusal[] = [
  ['no node', () => sim.topology({ nodes: 0, devicesPerNode: 1, links }), 'sim.topology: nodes must be an integer of at least 1, got 0'],
  ['no device', () => sim.topology({ nodes: 1, devicesPerNode: 0, links }), 'sim.topology: devicesPerNode must be an integer of at least 1, got 0'],
  ['latency below 0', () => sim.topology({ nodes: 1, devicesPerNode: 1, links: { ...links, intra: slow } }), 'sim.topology: links.intra.latency must be a number of at least 0, got -1'],
  ['no bandwidth', () => sim.topology({ nodes: 1, devicesPerNode: 1, links: { ...links, inter: shut } }), 'sim.topology: links.inter.bandwidth must be more than 0 bytes a second, got 0'],
  ['one size', () => sim.fitLinearCost([{ size: 1, seconds: 1 }]), 'sim.fitLinearCost: takes measurements of at least two sizes, got 1'],
  ['an unknown algorithm', () => sim.allToAll({ topology, bytes: [[0, 0], [0, 0]], algorithm: 'ring' as 'flat' }), 'sim.allToAll: algorithm must be one of flat, bilevel, got ring'],
  ['too few rows of bytes', () => sim.allToAll({ topology, bytes: [[0, 0]] }), 'sim.allToAll: bytes must be [2][2], got [1][2]'],
  ['no bytes', () => sim.allToAll({ topology, bytes: [] }), 'sim.allToAll: bytes must be [2][2], got [0][undefined]'],
  ['a short row of bytes', () => sim.allToAll({ topology, bytes: [[0, 0], [0]] }), 'sim.allToAll: bytes must be [2][2], got [2][2]'],
  ['bytes without end', () => sim.allToAll({ topology, bytes: [[0, Infinity], [0, 0]] }), 'sim.allToAll: bytes must be finite numbers of at least 0, got Infinity'],
  ['an expert without a device', () => traffic({ deviceOf: [0] }), 'sim.traffic: deviceOf must have E (2) entries, got 1'],
  ['a device that is not there', () => traffic({ deviceOf: [0, 2] }), 'sim.traffic: deviceOf[1] must be an integer 0..1, got 2'],
  ['no device to place on', () => place({ numDevices: 0 }), 'sim.placeExperts: numDevices must be an integer of at least 1, got 0'],
  ['no expert to place', () => place({ load: [] }), 'sim.placeExperts: the number of loads must be an integer of at least 1, got 0'],
  ['too few slots', () => place({ slots: 1 }), 'sim.placeExperts: slots must be an integer of at least 2, got 1'],
  ['an unknown placement', () => place({ strategy: 'random' as 'balanced' }), 'sim.placeExperts: strategy must be one of contiguous, balanced, got random'],
  ['a load below 0', () => place({ load: [0, -1, 1] }), 'sim.placeExperts: load must be numbers of at least 0, got -1'],
  ['a load that is no number', () => place({ load: [0, NaN, 1] }), 'sim.placeExperts: load must be numbers of at least 0, got NaN'],
  ['no step', () => capacity({ loads: [] }), 'sim.dynamicCapacity: the number of steps must be an integer of at least 1, got 0'],
  ['a quota above 1', () => capacity({ trigger: { quota: 2 } }), 'sim.dynamicCapacity: trigger.quota must be a number 0..1, got 2'],
  ['slack below 0', () => capacity({ trigger: { slack: -1 } }), 'sim.dynamicCapacity: trigger.slack must be a number of at least 0, got -1'],
  ['no patience', () => capacity({ trigger: { patience: 0 } }), 'sim.dynamicCapacity: trigger.patience must be an integer of at least 1, got 0'],
  ['headroom below 0', () => capacity({ trigger: { headroom: -1 } }), 'sim.dynamicCapacity: trigger.headroom must be a number of at least 0, got -1'],
  ['a cost below 0', () => capacity({ recompileCost: -1 }), 'sim.dynamicCapacity: recompileCost must be a number of at least 0, got -1'],
  ['no expert', () => capacity({ loads: [[]] }), 'sim.dynamicCapacity: loads[0] must be 0 counts, got []'],
  ['half a token', () => capacity({ loads: [[1, 2], [1, 0.5]] }), 'sim.dynamicCapacity: loads[1] must be 2 counts, got [1,0.5]'],
  ['fewer than no tokens', () => capacity({ loads: [[1, -2]] }), 'sim.dynamicCapacity: loads[0] must be 2 counts, got [1,-2]'],
  ['no place', () => cache({ capacity: 0 }), 'sim.expertCache: capacity must be an integer of at least 1, got 0'],
  ['an unknown policy', () => cache({ policy: 'fifo' as 'lru' }), 'sim.expertCache: policy must be one of lru, lfu, belady, got fifo'],
  ['half a step ahead', () => cache({ lookahead: 0.5 }), 'sim.expertCache: lookahead must be an integer of at least 0, got 0.5'],
  ['loading in no time', () => cache({ profile: { loadSeconds: -1, computeSeconds: 0 } }), 'sim.expertCache: profile.loadSeconds must be a number of at least 0, got -1'],
  ['computing in no time', () => cache({ profile: { loadSeconds: 0, computeSeconds: -1 } }), 'sim.expertCache: profile.computeSeconds must be a number of at least 0, got -1'],
  ['an expert twice', () => cache({ accesses: [[0, 0]], capacity: 2 }), 'sim.expertCache: step 0 must need at most 2 experts, each once, got [0,0]'],
  ['seconds below 0', () => sim.runTasks([{ name: 'a', resource: 'r', seconds: -1 }]), 'sim.runTasks: seconds of a must be a number of at least 0, got -1'],
  ['no batch', () => sim.batchByExperts({ routes: [[0]], batchSize: 0 }), 'sim.batchByExperts: batchSize must be an integer of at least 1, got 0'],
  ['no card', () => p2p({ nics: [] }), 'sim.comm.p2p: the number of nics must be an integer of at least 1, got 0'],
  ['a card that sends nothing', () => p2p({ nics: [shut] }), 'sim.comm.p2p: nics[0].bandwidth must be more than 0 bytes a second, got 0'],
  ['packets of nothing', () => p2p({ packetBytes: 0 }), 'sim.comm.p2p: packetBytes must be an integer of at least 1, got 0'],
  ['an unknown order', () => p2p({ ordering: 'reverse' as 'none' }), 'sim.comm.p2p: ordering must be one of none, inOrder, got reverse'],
  ['jitter below 0', () => p2p({ jitterSeconds: -1 }), 'sim.comm.p2p: jitterSeconds must be a number of at least 0, got -1'],
  ['a write of nothing', () => p2p({}, [{ ...write, data: new Uint8Array(0) }]), "sim.comm.p2p: write 0 must have data and lie in the memory's 1 bytes, got [0,0]"],
  ['a write before the memory', () => p2p({}, [{ ...write, offset: -1 }]), "sim.comm.p2p: write 0 must have data and lie in the memory's 1 bytes, got [-1,1]"],
  ['a write behind the memory', () => p2p({}, [{ ...write, offset: 1 }]), "sim.comm.p2p: write 0 must have data and lie in the memory's 1 bytes, got [1,1]"],
  ['half an offset', () => p2p({}, [{ ...write, offset: -0.5 }]), "sim.comm.p2p: write 0 must have data and lie in the memory's 1 bytes, got [-0.5,1]"],
  ['a count of none', () => new sim.comm.ImmCounter().expect(1, 0, () => 0), 'sim.comm.ImmCounter: count must be an integer of at least 1, got 0'],
  ['a value waited for twice', () => { const counter = new sim.comm.ImmCounter(); counter.expect(3, 1, () => 0); counter.expect(3, 1, () => 0); }, 'sim.comm.ImmCounter: a value is waited for once at a time, got 3'],
  ['no device to send from', () => exchange({ numDevices: 0 }), 'sim.comm.dispatchCombine: numDevices must be an integer of at least 1, got 0'],
  ['too few values', () => exchange({ width: 2 }), 'sim.comm.dispatchCombine: tokens must have T * D (4) values, got 2'],
  ['an expert nowhere', () => exchange({ deviceOf: [0, 2] }), 'sim.comm.dispatchCombine: deviceOf[1] must be an integer 0..1, got 2'],
  ['an unknown schedule', () => served({ schedule: 'eager' as 'chunkedPrefill' }), 'sim.serving: schedule must be one of chunkedPrefill, layeredPrefill, got eager'],
  ['no layer', () => served({ layers: 0 }), 'sim.serving: layers must be an integer of at least 1, got 0'],
  ['no expert to serve', () => served({ experts: { numExperts: 0, k: 1 } }), 'sim.serving: experts.numExperts must be an integer of at least 1, got 0'],
  ['more choices than experts', () => served({ experts: { numExperts: 2, k: 3 } }), 'sim.serving: experts.k must be an integer 1..2, got 3'],
  ['no budget', () => served({ tokenBudget: 0 }), 'sim.serving: tokenBudget must be an integer of at least 1, got 0'],
  ['more groups than layers', () => served({ layerGroups: 3 }), 'sim.serving: layerGroups must be an integer 1..2, got 3'],
  ['weights of no bytes', () => served({ profile: { ...profile, expertBytes: -1 } }), 'sim.serving: profile.expertBytes must be a number of at least 0, got -1'],
  ['a token in no time', () => served({ profile: { ...profile, secondsPerToken: -1 } }), 'sim.serving: profile.secondsPerToken must be a number of at least 0, got -1'],
  ['overhead below 0', () => served({ profile: { ...profile, overheadSeconds: -1 } }), 'sim.serving: profile.overheadSeconds must be a number of at least 0, got -1'],
  ['no bandwidth of memory', () => served({ profile: { ...profile, memoryBandwidth: 0 } }), 'sim.serving: profile.memoryBandwidth must be more than 0 bytes a second, got 0'],
  ['requests in disorder', () => served({ requests: [request, { ...request, arrival: 0.5 }] }), 'sim.serving: requests[1].arrival must be a number of at least 1, got 0.5'],
  ['no prompt', () => served({ requests: [{ ...request, promptTokens: 0 }] }), 'sim.serving: requests[0].promptTokens must be an integer of at least 1, got 0'],
  ['no output', () => served({ requests: [{ ...request, outputTokens: 0 }] }), 'sim.serving: requests[0].outputTokens must be an integer of at least 1, got 0'],
  ['a router below 0', () => scheduled({ profile: { ...layer.profile, routerSeconds: -1 } }), 'sim.moeSchedule: profile.routerSeconds must be a number of at least 0, got -1'],
  ['experts below 0', () => scheduled({ profile: { ...layer.profile, experts: { fixed: -1, perUnit: 0 } } }), 'sim.moeSchedule: profile.experts.fixed must be a number of at least 0, got -1'],
  ['a link below 0', () => scheduled({ profile: { ...layer.profile, links: { inter: cost, intra: { fixed: 0, perUnit: -1 } } } }), 'sim.moeSchedule: profile.links.intra.perUnit must be a number of at least 0, got -1'],
  ['work below 0', () => scheduled({ work: { ...layer.work, interBytes: -1 } }), 'sim.moeSchedule: work.interBytes must be a number of at least 0, got -1'],
  ['no degree to consider', () => scheduled({ maxDegree: 0 }), 'sim.moeSchedule: maxDegree must be an integer of at least 1, got 0'],
  ['half a degree', () => scheduled({ pipelineDegree: 0.5 }), 'sim.moeSchedule: pipelineDegree must be an integer of at least 1, got 0.5'],
  ['gradients of no layer', () => scheduled({ gradPartition: { layers: 0, bytesPerLayer: 1 } }), 'sim.moeSchedule: gradPartition.layers must be an integer of at least 1, got 0'],
  ['gradients below 0', () => scheduled({ gradPartition: { layers: 1, bytesPerLayer: -1 } }), 'sim.moeSchedule: gradPartition.bytesPerLayer must be a number of at least 0, got -1']
];

describe('sim refuses', () => {
  test.each(REFUSALS)('%s', (_name, run, message) => {
    expect(run).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
  });

  test('what is at the border is taken', () => {
    expect(place({ load: [0, 0, 1], slots: 3 }).deviceOf).toHaveLength(3);
    expect(sim.fitLinearCost([{ size: 1, seconds: 1 }, { size: 2, seconds: 2 }])).toEqual({ fixed: 0, perUnit: 1 }); // prettier-ignore
    expect(cache({ lookahead: Infinity, capacity: 1 }).misses).toBe(1);
    expect(capacity({ trigger: { quota: 1, slack: 0, patience: 1, headroom: 0 } }).cost).toBeGreaterThanOrEqual(0);
    expect(sim.allToAll({ topology, bytes: [[0, 0], [0, 0]] }).seconds).toBe(0); // prettier-ignore
  });
});
