import { fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { copyValues } from '../../models/copyValues';
import { resolveModalities } from '../../models/language/modalities';
import type { ModalityOptions } from '../../models/language/modalities';
import { Transformer } from '../../models/language/transformer';
import { Untied } from '../../nn/moe';
import { upcycle as upcycleNetworks } from '../moe';
import type { DenseNetwork, TransformReport } from '../moe';
import { mapFeedForwards } from './mapFeedForwards';

/**
 * Gives each modality a copy of the parameters of a dense transformer: a `mixtureOfTransformers` that computes what
 * `model` did, until it is trained. `model` stays as it is.
 *
 * @throws {SwitchyardError} where the model is not dense, or the modalities do not have its vocabulary.
 */
export function untie(model: Transformer, options: ModalityOptions): { model: Transformer; report: TransformReport } {
  const { count, ofId, parts, router } = resolveModalities('models.untie', options);
  const { vocabSize, feedForwards } = model.options;
  if (ofId.length !== vocabSize) {
    fail('models.untie', `modalities must have the model's vocabulary (${vocabSize})`, ofId.length);
  }
  if (feedForwards.some(({ kind }) => kind !== 'dense')) {
    fail('models.untie', 'the model must be dense', 'one with mixtures');
  }
  const random = Random.fromSeed(0);
  const mixed = mapFeedForwards(model, (feedForward) =>
    router === null
      ? feedForward
      : upcycleNetworks(feedForward as DenseNetwork, { router, experts: count, random }).layer
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
    if (module instanceof Untied && source !== undefined) {
      module.children.forEach((child) => copyValues(source, child));
    }
  });
}
