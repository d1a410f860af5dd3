import { checkArray, checkNumber, checkObject, checkText, refuse } from './checks';
import type { Check } from './checks';
import { MAX_BINS, MAX_LAYERS } from './limits';
import { checkOmitted, checkShares, orEmpty, shareOrNull } from './tables';

/** Checks the data of a router-confidence payload. */
export function checkRouterConfidence(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const bins = checkEdges(data.edges, `${path}.edges`);
  checkText(data.reference, `${path}.reference`);
  checkOmitted(data.omitted, `${path}.omitted`);
  const layer: Check = (item, at) => {
    const { path: name, router, tokens, agreement, mean } = checkObject(item, at);
    checkText(name, `${at}.path`);
    checkText(router, `${at}.router`);
    checkShares(tokens, `${at}.tokens`, bins);
    checkArray(agreement, `${at}.agreement`, { length: orEmpty(agreement, bins), item: shareOrNull });
    shareOrNull(mean, `${at}.mean`);
  };
  checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: layer });
}

/** Ascending edges; returns the number of bins between them. */
function checkEdges(value: unknown, path: string): number {
  const edges = checkArray(value, path, { min: 2, max: MAX_BINS + 1 }) as number[];
  edges.forEach((edge, i) => {
    checkNumber(edge, `${path}[${i}]`, 0, 1);
    if (i > 0 && edge <= edges[i - 1]) {
      refuse(`${path}[${i}]`, `must be greater than ${edges[i - 1]}, the edge before`, edge);
    }
  });
  return edges.length - 1;
}
