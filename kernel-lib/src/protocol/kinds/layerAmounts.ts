import { checkArray, checkBoolean, checkObject, checkText, refuse } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_HISTORY_STEPS, MAX_LAYERS, MAX_MODULES } from '../limits';
import type { Count, Magnitude, Numeric, Text } from '../numbers';
import { checkScalars, checkSteps } from '../scalars';
import { checkOmitted, checkTable, magnitudeOrNull, orEmpty, shareOrNull } from '../tables';

/** Amount of one thing in each layer, such as density, bits, rank or load: over the steps of a run, or in named states. */
export type LayerAmountsPayload = Envelope<'layer-amounts', LayerAmountsData>;

/** Data of a payload of amounts by layer. */
export interface LayerAmountsData {
  /** The thing, for example "density", "bits", "rank". */
  measure: Text;
  /** Empty where there is none. */
  unit: Text;
  /** Whether amounts are parts of a whole, 0..1. */
  share: boolean;
  /**
   * The layers, or what else has an amount, in order of depth; L.
   * @maxItems 1024
   */
  layers: Text[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
  /**
   * Steps of the amounts, ascending; empty where they are of states.
   * @maxItems 512
   */
  steps: Count[];
  /**
   * States that the amounts are of, for example "before", "after"; empty where they are of steps.
   * @maxItems 32
   */
  states: Text[];
  /** Amount of each layer at each step, or in each state; [L][S], null where unknown. */
  amounts: (Magnitude | null)[][];
  /** The most that each layer could have, such as its full rank; L, null where unknown. Empty where none is known. */
  most: (Magnitude | null)[];
  /**
   * Scalars of the run at the steps, such as its loss, [S] each; none where amounts are of states.
   * @maxProperties 64
   */
  scalars: Record<string, Numeric[]>;
}

/** Checks the data of a layer-amounts payload. */
export function checkLayerAmounts(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkText(data.measure, `${path}.measure`);
  checkText(data.unit, `${path}.unit`);
  const amount = checkBoolean(data.share, `${path}.share`) ? shareOrNull : magnitudeOrNull;
  const layers = checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: checkText }).length;
  checkOmitted(data.omitted, `${path}.omitted`);
  const steps = checkSteps(data.steps, `${path}.steps`, MAX_HISTORY_STEPS);
  const states = checkArray(data.states, `${path}.states`, { max: MAX_MODULES, item: checkText }).length;
  if (steps > 0 && states > 0) {
    refuse(`${path}.states`, 'must be empty where there are steps', states);
  }
  checkTable(data.amounts, `${path}.amounts`, [layers, steps + states], amount);
  checkArray(data.most, `${path}.most`, { length: orEmpty(data.most, layers), item: magnitudeOrNull });
  checkScalars(data.scalars, `${path}.scalars`, steps);
}

/** The last known amount of each layer; null where none is known. */
export function latestAmounts({ amounts }: LayerAmountsData): Numeric[] {
  return amounts.map((row) => row.filter((amount) => amount !== null).at(-1) ?? null);
}
