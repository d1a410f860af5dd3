import { existsSync, statSync } from 'fs';
import * as path from 'path';
import { fail, Random } from '../../base/core';
import { Config } from './config';
import { familyOf } from './families';
import { openFolder, readJson } from './openFolder';
import type { Checkpoint } from './openFolder';
import { PretrainedTransformer } from './pretrained';
import { matchWeights, readWeights } from './readWeights';
import { openTokenizer } from './tokenizer';
import type { HubTokenizer } from './tokenizer';

/**
 * Opens a checkpoint as one of our models: a folder of HuggingFace (`config.json`, `model.safetensors` in one or several files,
 * `tokenizer.json`).
 *
 * @throws {SwitchyardError} naming file, tensor and rule, before any values are read.
 */
export async function open(where: string): Promise<PretrainedTransformer> {
  const checkpoint = openFolder(expectFolder(where));
  return build(checkpoint, openTokenizer(where), endIdsOf(where, checkpoint.config));
}

function build(checkpoint: Checkpoint, tokenizer: HubTokenizer, endIds: readonly number[]): PretrainedTransformer {
  const family = familyOf(checkpoint.config);
  const options = family.options(checkpoint.config);
  const { vocabSize } = options;
  if (tokenizer.vocabSize > vocabSize) {
    fail(checkpoint.where, `the tokenizer must have at most the model's ${vocabSize} ids`, tokenizer.vocabSize);
  }
  const model = new PretrainedTransformer(options, { checkpoint, family, tokenizer, endIds }, Random.blank());
  try {
    const maps = family.weights(options);
    readWeights(model, maps, matchWeights(checkpoint, family, maps, model));
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function expectFolder(where: string): string {
  return existsSync(where) && statSync(where).isDirectory()
    ? where
    : fail('models.open', 'path must be a folder with a config.json', where);
}

/** End tokens: those of generation, else of the model. */
function endIdsOf(folder: string, config: Config): number[] {
  const file = path.join(folder, 'generation_config.json');
  const generation = new Config(file, existsSync(file) ? readJson(file) : {});
  return (generation.has('eos_token_id') ? generation : config).ids('eos_token_id');
}
