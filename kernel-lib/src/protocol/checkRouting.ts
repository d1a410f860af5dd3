import { checkArray, checkInteger, checkObject, checkText } from './checks';
import type { Check } from './checks';
import { checkTokenSample } from './checkTokenSample';
import type { Shape } from './checkTokenSample';
import { checkScalars, checkSteps } from './checkTraining';
import {
  MAX_CLASSES,
  MAX_DOMAINS,
  MAX_EXPERTS,
  MAX_HISTORY_STEPS,
  MAX_LAYERS,
  MAX_LOAD_STEPS,
  MAX_TOP_TOKENS
} from './limits';
import { checkOmitted, checkShares, checkTable, magnitudeOrNull, orEmpty, share, shareOrNull } from './tables';

/** Checks the data of a routing payload. */
export function checkRouting(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const domains = checkArray(data.domains, `${path}.domains`, { max: MAX_DOMAINS, item: checkText }).length;
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS });
  const shapes = layers.map((layer, i) => checkLayer(layer, `${path}.layers[${i}]`, domains));
  checkOmitted(data.omittedLayers, `${path}.omittedLayers`);
  checkHistory(data.history, `${path}.history`, shapes);
  checkSpecialisation(data, path, shapes);
  if (data.tokens !== null) {
    checkTokenSample(data.tokens, `${path}.tokens`, shapes, domains);
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
  magnitudeOrNull(layer.maxVio, `${path}.maxVio`);
  magnitudeOrNull(layer.cv, `${path}.cv`);
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

function checkHistory(value: unknown, path: string, shapes: Shape[]): void {
  const history = checkObject(value, path);
  const steps = checkSteps(history.steps, `${path}.steps`, MAX_HISTORY_STEPS);
  const perLayer = [shapes.length, steps];
  checkTable(history.maxVio, `${path}.maxVio`, perLayer, magnitudeOrNull);
  checkTable(history.cv, `${path}.cv`, perLayer, magnitudeOrNull);
  checkTable(history.entropy, `${path}.entropy`, perLayer, shareOrNull);
  checkTable(history.dropped, `${path}.dropped`, perLayer, shareOrNull);
  const loadSteps = checkSteps(history.loadSteps, `${path}.loadSteps`, MAX_LOAD_STEPS);
  const load = checkArray(history.load, `${path}.load`, { length: shapes.length });
  load.forEach((rows, i) => checkTable(rows, `${path}.load[${i}]`, [loadSteps, shapes[i].numExperts], share));
  checkScalars(history.scalars, `${path}.scalars`, steps);
}

/** What each expert is for: the fields that a later minor version added, all of them optional. */
function checkSpecialisation(data: Record<string, unknown>, path: string, shapes: Shape[]): void {
  const classes =
    data.tokenClasses === undefined
      ? 0
      : checkArray(data.tokenClasses, `${path}.tokenClasses`, { max: MAX_CLASSES, item: checkText }).length;
  (data.layers as Record<string, unknown>[]).forEach((layer, i) => {
    const at = `${path}.layers[${i}]`;
    const { numExperts } = shapes[i];
    if (layer.meanWeight !== undefined) {
      checkArray(layer.meanWeight, `${at}.meanWeight`, { length: numExperts, item: magnitudeOrNull });
    }
    if (layer.classLoad !== undefined) {
      const row: Check = (item, where) => checkShares(item, where, numExperts);
      checkArray(layer.classLoad, `${at}.classLoad`, { length: classes, item: row });
    }
    if (layer.topTokens !== undefined) {
      checkArray(layer.topTokens, `${at}.topTokens`, { length: numExperts, item: checkTopTokens });
    }
    if (layer.transitions !== undefined) {
      const next = shapes.at(i + 1)?.numExperts ?? 0;
      const row: Check = (item, where) => checkShares(item, where, next);
      checkArray(layer.transitions, `${at}.transitions`, { length: i + 1 < shapes.length ? numExperts : 0, item: row });
    }
  });
}

function checkTopTokens(value: unknown, path: string): void {
  const item: Check = (entry, at) => {
    const token = checkObject(entry, at);
    checkText(token.text, `${at}.text`);
    share(token.share, `${at}.share`);
  };
  checkArray(value, path, { max: MAX_TOP_TOKENS, item });
}
