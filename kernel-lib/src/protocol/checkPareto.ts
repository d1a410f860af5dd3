import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, checkOneOf, checkText } from './checks';
import type { Check } from './checks';
import { MAX_MODULES, MAX_POINTS } from './limits';
import { checkOmitted } from './tables';

/** Checks the data of a pareto payload. */
export function checkPareto(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkAxis(data.x, `${path}.x`);
  checkAxis(data.y, `${path}.y`);
  const series = checkArray(data.series, `${path}.series`, { min: 1, max: MAX_MODULES, item: checkText }).length;
  const point: Check = (item, at) => {
    const { label, series: own, x, y, low, high } = checkObject(item, at);
    checkText(label, `${at}.label`);
    checkInteger(own, `${at}.series`, 0, series - 1);
    checkNumber(x, `${at}.x`);
    checkNumber(y, `${at}.y`);
    checkNumeric(low, `${at}.low`);
    checkNumeric(high, `${at}.high`);
  };
  const points = checkArray(data.points, `${path}.points`, { max: MAX_POINTS, item: point }).length;
  const index: Check = (item, at) => checkInteger(item, at, 0, points - 1);
  checkArray(data.front, `${path}.front`, { max: points, item: index });
  checkOmitted(data.omitted, `${path}.omitted`);
  checkArray(data.trajectory, `${path}.trajectory`, { max: MAX_POINTS, item: index });
}

function checkAxis(value: unknown, path: string): void {
  const axis = checkObject(value, path);
  checkText(axis.name, `${path}.name`);
  checkText(axis.unit, `${path}.unit`);
  checkOneOf(axis.better, `${path}.better`, ['lower', 'higher']);
}
