import { checkArray, checkInteger, checkNumber, checkObject, checkText } from './checks';
import type { Check } from './checks';
import { MAX_DEVICES, MAX_MODULES, MAX_POINTS } from './limits';
import { checkOmitted } from './tables';

/** Checks the data of a timeline payload. */
export function checkTimeline(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const devices = checkArray(data.devices, `${path}.devices`, { min: 1, max: MAX_DEVICES, item: checkText }).length;
  const activities = checkArray(data.activities, `${path}.activities`, { min: 1, max: MAX_MODULES, item: checkText });
  const span: Check = (item, at) => {
    const { device, activity, start, end, label } = checkObject(item, at);
    checkInteger(device, `${at}.device`, 0, devices - 1);
    checkInteger(activity, `${at}.activity`, 0, activities.length - 1);
    checkNumber(end, `${at}.end`, checkNumber(start, `${at}.start`, 0));
    checkText(label, `${at}.label`);
  };
  checkOmitted(data.omitted, `${path}.omitted`);
  checkArray(data.spans, `${path}.spans`, { max: MAX_POINTS, item: span });
}
