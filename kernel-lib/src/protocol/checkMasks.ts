import { checkArray, checkInteger, checkNumeric, checkObject, checkOneOf, checkText } from './checks';
import type { Check } from './checks';
import { MAX_GRID, MAX_LAYERS } from './limits';
import { checkOmitted, magnitudeOrNull, share } from './tables';

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
