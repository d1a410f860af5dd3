import { executeMultiple, executeSingle, hasCustomOps, type tf } from '../backend';
import { expectDtype } from '../core';
import type { Stored } from '../core';
import type { CustomActivation } from './activated';
import { gated } from './activations';
import { onTape } from './gradient';
import { multiply, packedOf } from './multiply';
import type { PackedTensor } from './packedTensor';

/** Rows [..., D] times each parameter [D, H], as {@link multiply}: [..., H] each. Packed ones go in one op where no gradient is taken. Call it within a tidy. */
export function multiplyEach<T extends tf.Tensor>(x: T, parameters: readonly Stored[]): T[] {
  expectDtype('ops.multiplyEach', 'x', x, 'float32');
  const packed = packedRowsOf(parameters);
  return packed === null
    ? parameters.map((parameter) => multiply(x, parameter))
    : (executeMultiple('SwitchyardPackedSeveral', attributesOf(packed), [x, ...wordsOf(packed)], packed.length) as T[]);
}

/** `act(x gate) * (x values)`: [..., D] by parameters [D, H] to [..., H]; in one op as {@link multiplyEach}. Call it within a tidy. */
export function multiplyGated<T extends tf.Tensor>(
  activation: CustomActivation,
  x: T,
  gate: Stored,
  values: Stored
): T {
  expectDtype('ops.multiplyGated', 'x', x, 'float32');
  const packed = packedRowsOf([gate, values]);
  return packed === null
    ? gated(activation, multiply(x, gate), multiply(x, values))
    : (executeSingle('SwitchyardPackedGated', { ...attributesOf(packed), activation }, [x, ...wordsOf(packed)]) as T);
}

/** The parameters' packed values, where all are of rows over the inputs and no gradient is asked for. */
function packedRowsOf(parameters: readonly Stored[]): PackedTensor[] | null {
  if (!hasCustomOps() || onTape()) {
    return null;
  }
  const packed = parameters.map(packedOf);
  return packed.every((each) => each !== null && each.layout.transposed) ? (packed as PackedTensor[]) : null;
}

function attributesOf(packed: readonly PackedTensor[]) {
  return {
    N: packed.length,
    formats: packed.map(({ format }) => format).join(','),
    rows: packed.map(({ layout }) => layout.rows),
    columns: packed[0].layout.columns
  };
}

function wordsOf(packed: readonly PackedTensor[]): tf.Tensor[] {
  return packed.map(({ words }) => words);
}
