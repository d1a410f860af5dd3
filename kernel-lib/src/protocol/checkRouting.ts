import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkNumeric,
  checkObject,
  checkText,
  refuse
} from './checks';
import type { Check } from './checks';
import { checkScalars, checkSteps } from './checkTraining';
import { MAX_DOMAINS, MAX_EXPERTS, MAX_HISTORY_STEPS, MAX_LAYERS, MAX_LOAD_STEPS, MAX_TOKENS } from './limits';

/** Shares are rounded for transport; their sum may be off by this much. */
const SUM_TOLERANCE = 0.02;

/** What the other parts of the data must agree with. */
interface Shape {
  numExperts: number;
  k: number;
}

const share: Check = (value, path) => checkNumber(value, path, 0, 1);
const shareOrNull: Check = (value, path) => checkNumeric(value, path, 0, 1);
const positiveOrNull: Check = (value, path) => checkNumeric(value, path, 0);

/** Checks the data of a routing payload. */
export function checkRouting(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const domains = checkArray(data.domains, `${path}.domains`, { max: MAX_DOMAINS, item: checkText }).length;
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS });
  const shapes = layers.map((layer, i) => checkLayer(layer, `${path}.layers[${i}]`, domains));
  if (data.omittedLayers !== undefined) {
    checkInteger(data.omittedLayers, `${path}.omittedLayers`, 0);
  }
  checkHistory(data.history, `${path}.history`, shapes);
  if (data.tokens !== null) {
    checkTokens(data.tokens, `${path}.tokens`, shapes, domains);
  }
}

function checkLayer(value: unknown, path: string, domains: number): Shape {
  const layer = checkObject(value, path);
  checkText(layer.path, `${path}.path`);
  checkText(layer.router, `${path}.router`);
  const numExperts = checkInteger(layer.numExperts, `${path}.numExperts`, 1, MAX_EXPERTS);
  const k = checkInteger(layer.k, `${path}.k`, 1, numExperts);
  checkArray(layer.experts, `${path}.experts`, { length: orEmpty(layer.experts, numExperts), item: checkText });
  checkShares(layer.load, `${path}.load`, numExperts);
  checkShares(layer.importance, `${path}.importance`, orEmpty(layer.importance, numExperts));
  positiveOrNull(layer.maxVio, `${path}.maxVio`);
  positiveOrNull(layer.cv, `${path}.cv`);
  for (const name of ['entropy', 'effectiveExperts', 'dropped', 'deadFraction']) {
    shareOrNull(layer[name], `${path}.${name}`);
  }
  const row: Check = (item, at) => checkShares(item, at, numExperts);
  checkArray(layer.domainLoad, `${path}.domainLoad`, { length: orEmpty(layer.domainLoad, domains), item: row });
  if (layer.coActivation !== null) {
    checkTable(layer.coActivation, `${path}.coActivation`, [numExperts, numExperts], shareOrNull);
  }
  return { numExperts, k };
}

/** The length that an array must have which may be left out by being empty. */
function orEmpty(value: unknown, length: number): number {
  return Array.isArray(value) && value.length === 0 ? 0 : length;
}

/** Shares of a whole: they sum to 1, or are all 0 where nothing was assigned. */
function checkShares(value: unknown, path: string, length: number): void {
  const shares = checkArray(value, path, { length, item: share }) as number[];
  const sum = shares.reduce((total, x) => total + x, 0);
  if (sum !== 0 && Math.abs(sum - 1) > SUM_TOLERANCE) {
    refuse(path, 'must sum to 1, or be all 0', sum);
  }
}

function checkHistory(value: unknown, path: string, shapes: Shape[]): void {
  const history = checkObject(value, path);
  const steps = checkSteps(history.steps, `${path}.steps`, MAX_HISTORY_STEPS);
  const perLayer = [shapes.length, steps];
  checkTable(history.maxVio, `${path}.maxVio`, perLayer, positiveOrNull);
  checkTable(history.cv, `${path}.cv`, perLayer, positiveOrNull);
  checkTable(history.entropy, `${path}.entropy`, perLayer, shareOrNull);
  checkTable(history.dropped, `${path}.dropped`, perLayer, shareOrNull);
  const loadSteps = checkSteps(history.loadSteps, `${path}.loadSteps`, MAX_LOAD_STEPS);
  const load = checkArray(history.load, `${path}.load`, { length: shapes.length });
  load.forEach((rows, i) => checkTable(rows, `${path}.load[${i}]`, [loadSteps, shapes[i].numExperts], share));
  checkScalars(history.scalars, `${path}.scalars`, steps);
}

function checkTokens(value: unknown, path: string, shapes: Shape[], domains: number): void {
  const tokens = checkObject(value, path);
  const length = checkArray(tokens.text, `${path}.text`, { max: MAX_TOKENS, item: checkText }).length;
  const domain: Check = (item, at) => checkInteger(item, at, -1, domains - 1);
  checkArray(tokens.domain, `${path}.domain`, { length, item: domain });
  const experts = checkArray(tokens.experts, `${path}.experts`, { length: shapes.length });
  const weights = checkArray(tokens.weights, `${path}.weights`, { length: shapes.length });
  shapes.forEach(({ numExperts, k }, i) => {
    const expert: Check = (item, at) => checkInteger(item, at, -1, numExperts - 1);
    checkTable(experts[i], `${path}.experts[${i}]`, [length, k], expert);
    checkTable(weights[i], `${path}.weights[${i}]`, [length, k], checkNumeric);
  });
  checkBoolean(tokens.truncated, `${path}.truncated`);
}

/** An array of `rows` arrays of `columns` values each. */
function checkTable(value: unknown, path: string, [rows, columns]: number[], item: Check): void {
  const row: Check = (entries, at) => checkArray(entries, at, { length: columns, item });
  checkArray(value, path, { length: rows, item: row });
}
