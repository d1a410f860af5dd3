import { expectInteger, expectNumber } from '../../base/core';
import { fillIdle } from './fillIdle';
import type { GradientOverlap, GradientPartition } from './fillIdle';
import type { LinearCost } from './link';
import { runTasks } from './runTasks';
import type { Task, Timeline } from './runTasks';

/** Measured costs of one device; see `sim.fitLinearCost`. */
export interface MoeProfile {
  /** The router, once for all tokens; seconds. Default 0. */
  routerSeconds?: number;
  /** The experts of a device, by tokens. */
  experts: LinearCost;
  /** All-to-all between nodes, and gather within a node, by bytes. */
  links: { inter: LinearCost; intra: LinearCost };
}

/** The work of one layer on one device. */
export interface MoeWork {
  /** Rows that its experts compute. */
  tokens: number;
  /** Sent between nodes to dispatch, and again to combine. */
  interBytes: number;
  /** Sent within the node to dispatch, and again to combine. */
  intraBytes: number;
}

/** Options of `sim.moeSchedule`. */
export interface MoeScheduleOptions {
  profile: MoeProfile;
  work: MoeWork;
  /** Chunks that the tokens are split into, so that one chunk travels while another is computed. Default "auto": the best. */
  pipelineDegree?: 'auto' | number;
  /** Largest degree that "auto" considers. Default 8. */
  maxDegree?: number;
  /** Hides the all-reduce of gradients in the backward passes of several such layers. Default: none. */
  gradPartition?: GradientPartition;
}

/** Schedule of a mixture layer: its pipeline degree, and the time that it takes. */
export interface MoeSchedule {
  pipelineDegree: number;
  /** Forward time of the layer. */
  seconds: number;
  /** Without chunks and overlap. */
  sequentialSeconds: number;
  /** No schedule of this degree is faster: the router, then the busiest resource. */
  lowerBound: number;
  timeline: Timeline;
  /** Null without `gradPartition`. */
  gradients: GradientOverlap | null;
}

/** Time of a chunk at each stage. */
interface Chunk {
  inter: number;
  intra: number;
  experts: number;
}

/**
 * Schedules a layer of experts over a cluster as FSMoE does (arXiv 2501.10714): the tokens in r chunks, each dispatched
 * between nodes, then within the node, computed, and combined in reverse; three resources work at once, each on dispatches
 * first, chunks in order.
 *
 * @throws {SwitchyardError} where a number is out of range.
 */
export function moeSchedule(options: MoeScheduleOptions): MoeSchedule {
  const { profile, work, pipelineDegree = 'auto', maxDegree = 8, gradPartition } = options;
  check(options);
  const degree = pipelineDegree === 'auto' ? bestDegree(profile, work, maxDegree) : pipelineDegree;
  const timeline = runTasks(tasksOf(profile, work, degree));
  const { routerSeconds = 0 } = profile;
  const { router = 0, ...busy } = timeline.busy;
  return {
    pipelineDegree: degree,
    seconds: timeline.seconds,
    sequentialSeconds: routerSeconds + stages(chunk(profile, work, 1)).reduce((sum, t) => sum + t, 0),
    lowerBound: router + Math.max(...Object.values(busy)),
    timeline,
    gradients: gradPartition ? overlapGradients(options, gradPartition) : null
  };
}

/**
 * Forward time at degree r, the longest path in closed form. With t_s the time of a chunk at stage s, it is the router plus
 * the larger of `sum_s t_s + (r-1) max_s t_s` (a chunk through all stages, waiting at the slowest) and
 * `2 (t_inter + t_intra + (r-1) max(t_inter, t_intra))` (all dispatches, then all combines).
 */
export function moeScheduleSeconds(profile: MoeProfile, work: MoeWork, degree: number): number {
  const times = chunk(profile, work, degree);
  const { inter, intra, experts } = times;
  const through = stages(times).reduce((sum, t) => sum + t, 0) + (degree - 1) * Math.max(inter, intra, experts);
  const there = inter + intra + (degree - 1) * Math.max(inter, intra);
  return (profile.routerSeconds ?? 0) + Math.max(through, 2 * there);
}

// Chunk times are a + b / r, so every path is A + B r + C / r with B, C >= 0, and the longest of them is convex in r: the
// first degree that the next one does not beat is the best.
function bestDegree(profile: MoeProfile, work: MoeWork, maxDegree: number): number {
  const at = (degree: number): number => moeScheduleSeconds(profile, work, degree);
  let degree = 1;
  while (degree < maxDegree && at(degree + 1) < at(degree)) {
    degree++;
  }
  return degree;
}

function chunk({ experts, links }: MoeProfile, { tokens, interBytes, intraBytes }: MoeWork, degree: number): Chunk {
  const cost = ({ fixed, perUnit }: LinearCost, size: number): number => fixed + (perUnit * size) / degree;
  return {
    inter: cost(links.inter, interBytes),
    intra: cost(links.intra, intraBytes),
    experts: cost(experts, tokens)
  };
}

function stages({ inter, intra, experts }: Chunk): number[] {
  return [inter, intra, experts, intra, inter];
}

function tasksOf(profile: MoeProfile, work: MoeWork, degree: number): Task[] {
  const { inter, intra, experts } = chunk(profile, work, degree);
  const row = (stage: string, resource: string, seconds: number, after: string): Task[] =>
    Array.from({ length: degree }, (_, c) => ({
      ...{ name: `${stage} ${c}`, resource, seconds },
      after: [after === 'router' ? after : `${after} ${c}`]
    }));
  return [
    { name: 'router', resource: 'router', seconds: profile.routerSeconds ?? 0 },
    ...row('dispatch between nodes', 'inter', inter, 'router'),
    ...row('dispatch within node', 'intra', intra, 'dispatch between nodes'),
    ...row('experts', 'compute', experts, 'dispatch within node'),
    ...row('combine within node', 'intra', intra, 'experts'),
    ...row('combine between nodes', 'inter', inter, 'combine within node')
  ];
}

// The backward pass sends the same and computes twice as much, at the degree that is best for it.
function overlapGradients({ profile, work, maxDegree = 8 }: MoeScheduleOptions, partition: GradientPartition) {
  const { fixed, perUnit } = profile.experts;
  const backward = { ...profile, experts: { fixed: 2 * fixed, perUnit: 2 * perUnit } };
  const degree = bestDegree(backward, work, maxDegree);
  return fillIdle(runTasks(tasksOf(backward, work, degree)), profile.links.inter, partition);
}

function check({ profile, work, pipelineDegree = 'auto', maxDegree = 8, gradPartition }: MoeScheduleOptions): void {
  const where = 'sim.moeSchedule';
  const { routerSeconds = 0, experts, links } = profile;
  const costs = { experts, 'links.inter': links.inter, 'links.intra': links.intra };
  expectNumber(where, 'profile.routerSeconds', routerSeconds, 0);
  for (const [name, { fixed, perUnit }] of Object.entries(costs)) {
    expectNumber(where, `profile.${name}.fixed`, fixed, 0);
    expectNumber(where, `profile.${name}.perUnit`, perUnit, 0);
  }
  Object.entries(work).forEach(([name, size]) => expectNumber(where, `work.${name}`, size as number, 0));
  expectInteger(where, 'maxDegree', maxDegree, 1);
  if (pipelineDegree !== 'auto') {
    expectInteger(where, 'pipelineDegree', pipelineDegree, 1);
  }
  if (gradPartition) {
    expectInteger(where, 'gradPartition.layers', gradPartition.layers, 1);
    expectNumber(where, 'gradPartition.bytesPerLayer', gradPartition.bytesPerLayer, 0);
  }
}
