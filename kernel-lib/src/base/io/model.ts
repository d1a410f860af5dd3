import type { tf } from '../backend';
import { fail } from '../core';
import type { Module } from '../core';
import { readSafetensors } from './readSafetensors';
import { encodeSafetensors } from './safetensors';
import type { Safetensors } from './safetensors';
import { assignVariables, expectFits, readVariables } from './variables';
import { writeAtomically } from './writeAtomically';

/** Parameters and buffers of a model by path: all that is saved of it. */
export function modelVariables(model: Module): Map<string, tf.Variable> {
  const variables = new Map([...model.parameters()].map(([path, parameter]) => [path, parameter.variable]));
  for (const [path, buffer] of model.buffers()) {
    if (variables.has(path)) {
      fail('io.modelVariables', 'a parameter and a buffer must not share a path', path);
    }
    variables.set(path, buffer.variable);
  }
  return variables;
}

/**
 * Writes a model's parameters and buffers as safetensors, by path ("layers.2.moe.experts.w1"); whole or not at all.
 *
 * @param metadata - Free text that is kept in the file.
 */
export function saveModel(model: Module, file: string, metadata: Readonly<Record<string, string>> = {}): void {
  const tensors = readVariables(modelVariables(model));
  writeAtomically(file, encodeSafetensors({ tensors, metadata: { ...metadata } }));
}

/**
 * Reads into a model what {@link saveModel} wrote, or any safetensors file with the same names and shapes.
 *
 * @returns The file's metadata.
 * @throws {SwitchyardError} where the file is cut short or of another model; the model is then as it was.
 */
export function loadModel(
  model: Module,
  file: string,
  { tensors, metadata }: Safetensors = readSafetensors(file)
): Record<string, string> {
  const variables = modelVariables(model);
  expectFits(file, variables, tensors);
  assignVariables(variables, tensors);
  return metadata;
}
