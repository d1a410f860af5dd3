import { fail, Random } from '../base/core';
import type { Module } from '../base/core';
import { loadModel as loadInto, readSafetensors, saveModel as save } from '../base/io';
import { build, type ModelSpec } from './spec';

const SPEC = 'switchyard.spec';

/**
 * Writes a model's parameters and buffers as safetensors, by path ("layers.2.moe.experts.w1"), and the spec that builds it,
 * where it has one; whole or not at all.
 *
 * @param metadata - Free text that is kept in the file.
 */
export function saveModel(model: Module, file: string, metadata: Readonly<Record<string, string>> = {}): void {
  const { spec } = model as { spec?: ModelSpec };
  save(model, file, spec === undefined ? metadata : { ...metadata, [SPEC]: JSON.stringify(spec) });
}

/**
 * Reads a model that {@link saveModel} wrote: builds it from its spec, or, given a model, reads into that.
 *
 * @returns The model; where one was given, the file's metadata.
 * @throws {SwitchyardError} where the file is cut short, says no spec, or is of another model than the one given, which then
 * stays as it was.
 */
export function loadModel(file: string): Module;
export function loadModel(model: Module, file: string): Record<string, string>;
export function loadModel(...args: [string] | [Module, string]): Module | Record<string, string> {
  if (args.length === 2) {
    const { [SPEC]: _spec, ...metadata } = loadInto(args[0], args[1]);
    return metadata;
  }
  const [file] = args;
  const content = readSafetensors(file);
  const text = content.metadata[SPEC] ?? fail(file, 'must say the spec of a model', 'none');
  const model = build(JSON.parse(text) as ModelSpec, Random.blank());
  try {
    loadInto(model, file, content);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
