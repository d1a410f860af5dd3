import { tf } from '../backend';
import { fail, showShape } from '../core';
import type { HostTensor, HostValues } from './safetensors';

/** Reads tensors to the host. */
export function readVariables(variables: ReadonlyMap<string, tf.Tensor>): Map<string, HostTensor> {
  return new Map([...variables].map(([name, variable]) => [name, readVariable(name, variable)]));
}

function readVariable(name: string, variable: tf.Tensor): HostTensor {
  const { dtype, shape } = variable;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    fail(`"${name}"`, 'what is saved must be float32, int32 or bool', dtype);
  }
  return { shape: shape.slice(), values: variable.dataSync<'float32' | 'int32' | 'bool'>() };
}

function dtypeOf(values: HostValues): tf.DataType {
  return values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'bool';
}

/**
 * Throws unless `tensors` has exactly the names, shapes and dtypes of `variables`.
 *
 * @throws {SwitchyardError} naming the first that differs.
 */
export function expectFits(
  where: string,
  variables: ReadonlyMap<string, tf.Tensor>,
  tensors: ReadonlyMap<string, HostTensor>
): void {
  for (const [name, variable] of variables) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      fail(where, `must hold "${name}" ${showShape(variable.shape)}`, list(tensors));
    }
    const dtype = dtypeOf(tensor.values);
    if (dtype !== variable.dtype || showShape(tensor.shape) !== showShape(variable.shape)) {
      const rule = `"${name}" must be ${variable.dtype} ${showShape(variable.shape)}`;
      fail(where, rule, `${dtype} ${showShape(tensor.shape)}`);
    }
  }
  for (const name of tensors.keys()) {
    if (!variables.has(name)) {
      fail(where, 'must hold only what the model has', `"${name}" as well`);
    }
  }
}

/** Stores `tensors` in the variables of the same names; check with {@link expectFits} first. */
export function assignVariables(
  variables: ReadonlyMap<string, tf.Variable>,
  tensors: ReadonlyMap<string, HostTensor>
): void {
  tf.tidy(() => {
    for (const [name, variable] of variables) {
      const { values, shape } = tensors.get(name)!;
      variable.assign(tf.tensor(values, shape, variable.dtype));
    }
  });
}

function list(tensors: ReadonlyMap<string, HostTensor>): string {
  const names = [...tensors.keys()];
  return `${names.length} tensors: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}`;
}
