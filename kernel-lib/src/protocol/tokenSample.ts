import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkNumeric,
  checkObject,
  checkOneOf,
  checkText,
  refuse
} from './checks';
import type { Check } from './checks';
import { MAX_PACKED_EXPERTS, packedLength, unpackChoices } from './choices';
import { MAX_TOKENS } from './limits';
import type { Count, Index, Numeric, Packed, Text } from './numbers';
import { checkTable, orEmpty } from './tables';

/** Consecutive tokens of one text, with what each layer chose for them. */
export interface TokenSample {
  /**
   * Text of each token; T <= 2048.
   * @maxItems 2048
   */
  text: Text[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: Index[];
  /** Expert of each token and choice, best first, -1 where unused; [L][T][K], or packed, [L]. */
  experts: (Index[][] | Packed)[];
  /** Its weight; [L][T][K]. A layer's entry is empty where weights would not fit. */
  weights: Numeric[][][];
  /** Cross entropy of the token after each, as the model predicts it here, in nats; T, null where it is not known. Absent where none is. */
  loss?: Numeric[];
  /** The same with one expert left out, or alone; absent where a reader did not ask for it. */
  ablation?: TokenAblation;
  /** Choices for the same tokens at earlier steps, ascending; absent where the text changes from step to step. */
  earlier?: EarlierChoices[];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}

/** One expert left out of a model, or the only one of its layer that is left. */
export interface Ablation {
  /** Path of the layer. */
  layer: Text;
  expert: Count;
  /** "without" it, its tokens go to their next choices; with it "only", all tokens go to it. */
  mode: 'without' | 'only';
}

/** Losses of a sample's tokens with one expert left out, or alone. */
export interface TokenAblation extends Ablation {
  /** As the sample's; T. */
  loss: Numeric[];
}

/** The choices for the tokens of a sample at one earlier step. */
export interface EarlierChoices {
  step: Count;
  /** As in {@link TokenSample}; [L][T][K], or packed, [L]. */
  experts: (Index[][] | Packed)[];
}

export const ABLATION_MODES: readonly string[] = ['without', 'only'];

/** Steps at which the same tokens may have been recorded before. */
const MAX_EARLIER = 64;

/** Sizes that the parts of the data must agree with. */
export interface Shape {
  numExperts: number;
  k: number;
}

/** Checks a sample of tokens against the layers that chose for them. */
export function checkTokenSample(value: unknown, path: string, shapes: readonly Shape[], domains: number): void {
  const tokens = checkObject(value, path);
  const length = checkArray(tokens.text, `${path}.text`, { max: MAX_TOKENS, item: checkText }).length;
  const domain: Check = (item, at) => checkInteger(item, at, -1, domains - 1);
  checkArray(tokens.domain, `${path}.domain`, { length, item: domain });
  checkLayers(tokens.experts, `${path}.experts`, shapes, length);
  const weights = checkArray(tokens.weights, `${path}.weights`, { length: shapes.length });
  shapes.forEach(({ k }, i) => {
    checkTable(weights[i], `${path}.weights[${i}]`, [orEmpty(weights[i], length), k], checkNumeric);
  });
  if (tokens.loss !== undefined) {
    checkArray(tokens.loss, `${path}.loss`, { length, item: numeric });
  }
  if (tokens.ablation !== undefined) {
    checkAblation(tokens.ablation, `${path}.ablation`, length);
  }
  if (tokens.earlier !== undefined) {
    checkEarlier(tokens.earlier, `${path}.earlier`, shapes, length);
  }
  checkBoolean(tokens.truncated, `${path}.truncated`);
}

const numeric: Check = (item, at) => checkNumeric(item, at);

function checkAblation(value: unknown, path: string, length: number): void {
  const { layer, expert, mode, loss } = checkObject(value, path);
  checkText(layer, `${path}.layer`);
  checkInteger(expert, `${path}.expert`, 0);
  checkOneOf(mode, `${path}.mode`, ABLATION_MODES);
  checkArray(loss, `${path}.loss`, { length, item: numeric });
}

function checkEarlier(value: unknown, path: string, shapes: readonly Shape[], length: number): void {
  let last = -1;
  const item: Check = (entry, at) => {
    const earlier = checkObject(entry, at);
    const step = checkInteger(earlier.step, `${at}.step`, 0);
    if (step <= last) {
      refuse(`${at}.step`, `must be greater than ${last}, the step before`, step);
    }
    last = step;
    checkLayers(earlier.experts, `${at}.experts`, shapes, length);
  };
  checkArray(value, path, { max: MAX_EARLIER, item });
}

function checkLayers(value: unknown, path: string, shapes: readonly Shape[], length: number): void {
  const layers = checkArray(value, path, { length: shapes.length });
  shapes.forEach((shape, i) => checkChoices(layers[i], `${path}[${i}]`, shape, length));
}

/** [T][K] experts, or the same packed. */
function checkChoices(value: unknown, path: string, { numExperts, k }: Shape, length: number): void {
  const expert: Check = (item, at) => checkInteger(item, at, -1, numExperts - 1);
  if (typeof value !== 'string') {
    checkTable(value, path, [length, k], expert);
    return;
  }
  if (numExperts > MAX_PACKED_EXPERTS) {
    refuse(path, `must be rows of numbers: ${numExperts} experts do not fit into a byte`, value);
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length !== packedLength(length * k)) {
    refuse(path, `must be ${length * k} bytes in base64 (${packedLength(length * k)} characters)`, value);
  }
  checkTable(unpackChoices(value, k), path, [length, k], expert);
}
