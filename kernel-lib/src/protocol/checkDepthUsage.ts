import { checkArray, checkBoolean, checkInteger, checkNumeric, checkObject, checkText } from './checks';
import type { Check } from './checks';
import { MAX_DEPTH_TOKENS, MAX_DOMAINS, MAX_LAYERS, MAX_MODULES } from './limits';
import { checkOmitted, checkShares, checkTable, magnitudeOrNull, orEmpty, shareOrNull } from './tables';

/** Checks the data of a depth-usage payload. */
export function checkDepthUsage(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: checkText }).length;
  const modules = checkArray(data.modules, `${path}.modules`, { min: 1, max: MAX_MODULES, item: checkText }).length;
  checkOmitted(data.omitted, `${path}.omitted`);
  const row: Check = (item, at) => checkShares(item, at, modules);
  checkArray(data.usage, `${path}.usage`, { length: layers, item: row });
  checkTable(data.flops, `${path}.flops`, [orEmpty(data.flops, layers), modules], magnitudeOrNull);
  shareOrNull(data.cost, `${path}.cost`);
  shareOrNull(data.budget, `${path}.budget`);
  const domains = checkArray(data.domains, `${path}.domains`, { max: MAX_DOMAINS, item: checkText }).length;
  if (data.tokens !== null) {
    checkSample(data.tokens, `${path}.tokens`, { layers, modules, domains });
  }
}

interface Sizes {
  layers: number;
  modules: number;
  domains: number;
}

function checkSample(value: unknown, path: string, { layers, modules, domains }: Sizes): void {
  const tokens = checkObject(value, path);
  const length = checkArray(tokens.text, `${path}.text`, { max: MAX_DEPTH_TOKENS, item: checkText }).length;
  const domain: Check = (item, at) => checkInteger(item, at, -1, domains - 1);
  const module: Check = (item, at) => checkInteger(item, at, -1, modules - 1);
  checkArray(tokens.domain, `${path}.domain`, { length, item: domain });
  checkTable(tokens.executed, `${path}.executed`, [layers, length], module);
  const difficulty: Check = (item, at) => checkNumeric(item, at);
  checkArray(tokens.difficulty, `${path}.difficulty`, { length: orEmpty(tokens.difficulty, length), item: difficulty });
  checkBoolean(tokens.truncated, `${path}.truncated`);
}
