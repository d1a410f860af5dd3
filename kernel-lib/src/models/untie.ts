import { fail, Random } from '../core';
import type { Module } from '../core';
import * as moe from '../moe';
import { copyValues } from './copyValues';
import { mapMixers } from './mapMixers';
import { resolveModalities } from './modalities';
import type { ModalityOptions } from './modalities';
import { Transformer } from './transformer';

/**
 * Gives each modality a copy of the parameters of a dense transformer: a `mixtureOfTransformers` that computes what
 * `model` did, until it is trained. `model` stays as it is.
 *
 * @throws {SwitchyardError} where the model is not dense, or the modalities do not have its vocabulary.
 */
export function untie(
  model: Transformer,
  options: ModalityOptions
): { model: Transformer; report: moe.TransformReport } {
  const { count, ofId, parts, router } = resolveModalities('untie', options);
  const { vocabSize, mixers } = model.options;
  if (ofId.length !== vocabSize) {
    fail('untie', `modalities must have the model's vocabulary (${vocabSize})`, ofId.length);
  }
  if (mixers.some(({ kind }) => kind !== 'dense')) {
    fail('untie', 'the model must be dense', 'one with mixtures');
  }
  const random = Random.fromSeed(0);
  const mixed = mapMixers(model, (mixer) =>
    router === null ? mixer : moe.upcycle(mixer as moe.DenseNetwork, { router, numExperts: count, random }).layer
  );
  const untied = new Transformer({ ...mixed.options, parts, modalities: ofId });
  copyValues(mixed, untied);
  copyToEach(mixed, untied);
  mixed.dispose();
  const parameters = { before: model.countParameters(), after: untied.countParameters() };
  return { model: untied, report: { transformation: 'untie', parameters } };
}

function copyToEach(from: Module, to: Module): void {
  const sources = from.modules();
  to.modules().forEach((module, path) => {
    const source = sources.get(path);
    if (module instanceof moe.Untied && source !== undefined) {
      module.children.forEach((child) => copyValues(source, child));
    }
  });
}
