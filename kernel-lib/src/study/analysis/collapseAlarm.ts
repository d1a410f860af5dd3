import { expectInteger, expectNumber } from '../../base/core';
import { loadMetrics } from '../telemetry';

/** Options of `moe.analysis.CollapseAlarm`. */
export interface CollapseAlarmOptions {
  /** K, experts of a token. */
  k: number;
  /** Steps over which loads are averaged: an older step counts half after this many. Default 8. */
  halfLife?: number;
  /** Share of experts in use (`effectiveExperts` of the averaged load) below which the layer has collapsed. Default 0.5. */
  floor?: number;
  /** Fall of that share from its best, as a fraction, that counts as collapsing. Default 0.35. */
  fall?: number;
  /** Steps before the first alarm. Default 8. */
  warmup?: number;
}

/** Report of a step by `moe.analysis.collapseAlarm`. */
export interface CollapseReport {
  /** Number of the step, from 0. */
  step: number;
  /** Share of experts in use at this step, averaged. */
  effectiveExperts: number;
  /** Null where all is well. "unused": most experts do nothing; "falling": it was much better. */
  alarm: 'unused' | 'falling' | null;
}

/**
 * Watches the loads of one layer for a collapse, where tokens gather at few experts. Give it the counts of each step.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function collapseAlarm(options: CollapseAlarmOptions): CollapseAlarm {
  return new CollapseAlarm(options);
}

/** See {@link collapseAlarm}. */
export class CollapseAlarm {
  private readonly options: Required<CollapseAlarmOptions>;
  private load = new Float64Array();
  private best = 0;
  private step = 0;

  constructor({ k, halfLife = 8, floor = 0.5, fall = 0.35, warmup = 8 }: CollapseAlarmOptions) {
    expectInteger('moe.analysis.collapseAlarm', 'k', k, 1);
    expectNumber('moe.analysis.collapseAlarm', 'halfLife', halfLife, 1);
    expectNumber('moe.analysis.collapseAlarm', 'floor', floor, 0, 1);
    expectNumber('moe.analysis.collapseAlarm', 'fall', fall, 0, 1);
    expectInteger('moe.analysis.collapseAlarm', 'warmup', warmup, 0);
    this.options = { k, halfLife, floor, fall, warmup };
  }

  /** @param counts - Choices of each expert in this step; [E]. A layer that changes its number of experts starts anew. */
  observe(counts: ArrayLike<number>): CollapseReport {
    const { k, halfLife, floor, fall, warmup } = this.options;
    if (this.load.length !== counts.length) {
      this.load = new Float64Array(counts.length);
      this.best = 0;
      this.step = 0;
    }
    const keep = 0.5 ** (1 / halfLife);
    this.load = this.load.map((sum, e) => keep * sum + counts[e]);
    const { effectiveExperts } = loadMetrics(this.load, { k });
    const step = this.step++;
    if (step < warmup) {
      return { step, effectiveExperts, alarm: null };
    }
    this.best = Math.max(this.best, effectiveExperts);
    const falling = effectiveExperts < (1 - fall) * this.best;
    return { step, effectiveExperts, alarm: effectiveExperts < floor ? 'unused' : falling ? 'falling' : null };
  }
}
