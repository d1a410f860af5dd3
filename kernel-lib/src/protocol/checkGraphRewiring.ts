import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, checkOneOf, checkText } from './checks';
import type { Check } from './checks';
import { MAX_CLASSES, MAX_NODES, MAX_POINTS } from './limits';
import { checkOmitted } from './tables';

/** Checks the data of a graph-rewiring payload. */
export function checkGraphRewiring(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkText(data.measure, `${path}.measure`);
  const classes = checkArray(data.classes, `${path}.classes`, { max: MAX_CLASSES, item: checkText }).length;
  const node: Check = (item, at) => {
    const { label, class: own, x, y } = checkObject(item, at);
    checkText(label, `${at}.label`);
    checkInteger(own, `${at}.class`, -1, classes - 1);
    checkNumber(x, `${at}.x`);
    checkNumber(y, `${at}.y`);
  };
  const nodes = checkArray(data.nodes, `${path}.nodes`, { max: MAX_NODES, item: node }).length;
  const edge: Check = (item, at) => {
    const { from, to, curvature, state } = checkObject(item, at);
    checkInteger(from, `${at}.from`, 0, nodes - 1);
    checkInteger(to, `${at}.to`, 0, nodes - 1);
    checkNumeric(curvature, `${at}.curvature`);
    checkOneOf(state, `${at}.state`, ['kept', 'added', 'removed']);
  };
  checkOmitted(data.omitted, `${path}.omitted`);
  checkArray(data.edges, `${path}.edges`, { max: MAX_POINTS, item: edge });
}
