import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, checkOneOf, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_HISTORY_STEPS, MAX_MODULES, MAX_POINTS } from '../limits';
import type { Count, Numeric, Text } from '../numbers';
import { checkOmitted } from '../tables';

/** Candidates in a plane of two objectives, with the front that none of them beats. */
export type ParetoPayload = Envelope<'pareto', ParetoData>;

/** Data of a payload of a front. */
export interface ParetoData {
  x: ParetoAxis;
  y: ParetoAxis;
  /**
   * Names of the sets that points belong to, for example "routers", "single models".
   * @minItems 1
   * @maxItems 32
   */
  series: Text[];
  /** @maxItems 1024 */
  points: ParetoPoint[];
  /** Points left out because they would not fit; absent where none is. */
  omitted?: Count;
  /** Indices of the points that no other beats on both axes, in the order of x; what knows the outcome (an oracle) need not compete. */
  front: Count[];
  /** Indices of the points in the order in which a search tried them; empty where there was no search. */
  trajectory: Count[];
  /**
   * Step lines, such as what half of several searches attain; absent where there are none.
   * @maxItems 8
   */
  lines?: ParetoLine[];
}

/** Line through a front: the way of one study, or what a share of several attained. */
export interface ParetoLine {
  label: Text;
  /**
   * Corners from the best x on; S <= 512.
   * @maxItems 512
   */
  x: number[];
  /** S. */
  y: number[];
}

/** Axis of a front: what is measured, and which way is better. */
export interface ParetoAxis {
  name: Text;
  /** Empty where there is none. */
  unit: Text;
  better: 'lower' | 'higher';
}

/** Point of a front: one candidate with its measures. */
export interface ParetoPoint {
  label: Text;
  /** Index into `series`. */
  series: Count;
  /** @asType number */
  x: number;
  /** @asType number */
  y: number;
  /** Ends of an interval round y; both null where there is none. */
  low: Numeric;
  high: Numeric;
}

const MAX_LINES = 8;

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
  checkArray(data.lines ?? [], `${path}.lines`, { max: MAX_LINES, item: checkLine });
  checkArray(data.trajectory, `${path}.trajectory`, { max: MAX_POINTS, item: index });
}

const checkLine: Check = (item, at) => {
  const { label, x, y } = checkObject(item, at);
  checkText(label, `${at}.label`);
  const number: Check = (value, path) => checkNumber(value, path);
  const { length } = checkArray(x, `${at}.x`, { max: MAX_HISTORY_STEPS, item: number });
  checkArray(y, `${at}.y`, { length, item: number });
};

function checkAxis(value: unknown, path: string): void {
  const axis = checkObject(value, path);
  checkText(axis.name, `${path}.name`);
  checkText(axis.unit, `${path}.unit`);
  checkOneOf(axis.better, `${path}.better`, ['lower', 'higher']);
}
