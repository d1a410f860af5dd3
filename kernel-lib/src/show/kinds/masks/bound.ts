import { MAX_GRID } from '../../../protocol';
import type { Cost, MaskGroup, MasksData, MasksPayload } from '../../../protocol';
import { roundNumber, roundScalar, roundTo } from '../../bounds/rounding';
import { coarser } from '../../bounds/coarser';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { partsOf } from './parts';

const SHARE_DECIMALS = 3;
/** A grid of fewer cells on a side shows nothing. */
const COARSEST = 4;
/** Ranks shown for each row of the grid. */
const RANKS = 4;

/** Grids get coarser, then they and the importance are left out, at last groups, evenly over the depth. */
export function boundMasks(payload: MasksPayload): MasksPayload {
  const { data } = payload;
  const { length } = data.groups;
  const all = {
    ...data,
    before: roundCost(data.before),
    after: roundCost(data.after),
    metric: roundMetric(data.metric)
  };
  return fit(payload, [
    {
      max: MAX_GRID,
      least: COARSEST,
      keep: (cells) => ({ ...all, groups: data.groups.map((group) => roundGroup(group, cells)) })
    },
    {
      max: length,
      least: 0,
      keep: (count) => ({
        ...all,
        groups: evenly(length, count).map((i) => roundGroup(data.groups[i], 0)),
        ...omitted(data.omitted, length - count)
      })
    }
  ]);
}

function roundGroup(group: MaskGroup, cells: number): MaskGroup {
  const { importance, parts } = group;
  const fewer = parts && cells > 0 ? partsOf(parts, RANKS * cells) : undefined;
  const { parts: _, ...rest } = group;
  return {
    ...rest,
    path: legal(group.path),
    granularity: legal(group.granularity),
    kept: roundNumber(group.kept, 4),
    grid: coarser(group.grid, cells).map((row) => row.map((share) => roundNumber(share, SHARE_DECIMALS))),
    importance: evenly(importance.length, RANKS * cells).map((i) => roundScalar(importance[i])),
    ...(fewer && { parts: { ...fewer, of: legal(fewer.of), kept: fewer.kept.map((share) => roundNumber(share, SHARE_DECIMALS)) } }) // prettier-ignore
  };
}

function roundCost({ parameters, flops, milliseconds, bytes }: Cost): Cost {
  return { parameters, flops: roundScalar(flops), milliseconds: roundTo(milliseconds, 4), bytes };
}

function roundMetric(metric: MasksData['metric']): MasksData['metric'] {
  return metric && { name: legal(metric.name), before: roundScalar(metric.before), after: roundScalar(metric.after) };
}
