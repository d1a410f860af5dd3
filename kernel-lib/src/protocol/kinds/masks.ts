import { checkArray, checkInteger, checkNumeric, checkObject, checkOneOf, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_GRID, MAX_LAYERS, MAX_MASK_PARTS } from '../limits';
import type { Count, Magnitude, Numeric, Positive, Share, Text } from '../numbers';
import { checkOmitted, magnitudeOrNull, share } from '../tables';

/** Shares of each parameter that pruning keeps, and the cost that it saves. */
export type MasksPayload = Envelope<'masks', MasksData>;

/** Data of a payload of masks: what pruning left of each group. */
export interface MasksData {
  /** "mask": shapes stay and entries are zero; "shrink": the network is really smaller. */
  mode: 'mask' | 'shrink';
  /**
   * Pruned groups in order of depth.
   * @maxItems 1024
   */
  groups: MaskGroup[];
  /** Groups left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
  before: Cost;
  after: Cost;
  /** A measure of the network's quality; null where none was taken. */
  metric: { name: Text; before: Numeric; after: Numeric } | null;
}

/** Group of values of one parameter, and what is left of it. */
export interface MaskGroup {
  /** Path of the parameter, for example "layers.2.moe.experts.w1". */
  path: Text;
  /** Unit that is kept or goes as one, for example "weight", "channel", "head", "expert". */
  granularity: Text;
  /**
   * Shape before pruning.
   * @maxItems 6
   */
  shape: Positive[];
  /** Share of entries kept. */
  kept: Share;
  /**
   * Share of entries kept in each cell of a grid laid over rows and columns; at most 64 x 64. Empty where it would not fit.
   * @maxItems 64
   */
  grid: Share[][];
  /**
   * Importance of the units in their order, or of evenly spaced ones; empty where unknown.
   * @maxItems 256
   */
  importance: Numeric[];
  /** The same by parts that have a name, such as heads; absent where there are none, or they would not fit. */
  parts?: MaskParts;
}

/** Share of a group's entries that is kept, part by part. */
export interface MaskParts {
  /** The parts, in the plural: "heads", "experts". */
  of: Text;
  /**
   * Share kept of each, in their order, or of evenly sized blocks of them.
   * @minItems 1
   * @maxItems 256
   */
  kept: Share[];
  /** How many there are. */
  count: Positive;
}

/** Cost of a model: parameters, operations, bytes and time. */
export interface Cost {
  parameters: Count;
  /** Floating-point operations of one token or input; null where unknown. */
  flops: Magnitude | null;
  /** Measured milliseconds of a pass; null where not measured. */
  milliseconds: Magnitude | null;
  /** Bytes of the parameters; null where unknown. */
  bytes: Count | null;
}

const MAX_IMPORTANCE = 256;
const MAX_RANK = 6;

/** Checks the data of a masks payload. */
export function checkMasks(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkOneOf(data.mode, `${path}.mode`, ['mask', 'shrink']);
  checkArray(data.groups, `${path}.groups`, { max: MAX_LAYERS, item: checkGroup });
  checkOmitted(data.omitted, `${path}.omitted`);
  checkCost(data.before, `${path}.before`);
  checkCost(data.after, `${path}.after`);
  if (data.metric !== null) {
    const metric = checkObject(data.metric, `${path}.metric`);
    checkText(metric.name, `${path}.metric.name`);
    checkNumeric(metric.before, `${path}.metric.before`);
    checkNumeric(metric.after, `${path}.metric.after`);
  }
}

function checkGroup(value: unknown, path: string): void {
  const group = checkObject(value, path);
  checkText(group.path, `${path}.path`);
  checkText(group.granularity, `${path}.granularity`);
  checkArray(group.shape, `${path}.shape`, { max: MAX_RANK, item: (size, at) => checkInteger(size, at, 1) });
  share(group.kept, `${path}.kept`);
  let width: number | null = null;
  const row: Check = (item, at) => {
    width = checkArray(item, at, { length: width, max: MAX_GRID, item: share }).length;
  };
  checkArray(group.grid, `${path}.grid`, { max: MAX_GRID, item: row });
  const importance: Check = (item, at) => checkNumeric(item, at);
  checkArray(group.importance, `${path}.importance`, { max: MAX_IMPORTANCE, item: importance });
  if (group.parts !== undefined) {
    const parts = checkObject(group.parts, `${path}.parts`);
    checkText(parts.of, `${path}.parts.of`);
    const { length } = checkArray(parts.kept, `${path}.parts.kept`, { min: 1, max: MAX_MASK_PARTS, item: share });
    checkInteger(parts.count, `${path}.parts.count`, length);
  }
}

function checkCost(value: unknown, path: string): void {
  const cost = checkObject(value, path);
  checkInteger(cost.parameters, `${path}.parameters`, 0);
  magnitudeOrNull(cost.flops, `${path}.flops`);
  magnitudeOrNull(cost.milliseconds, `${path}.milliseconds`);
  if (cost.bytes !== null) {
    checkInteger(cost.bytes, `${path}.bytes`, 0);
  }
}
