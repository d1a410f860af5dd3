import { existsSync } from 'fs';
import * as path from 'path';
import { fail, Random } from '../../base/core';
import { readGguf } from '../../base/io';
import { Config } from './config';
import { expectPlausible } from './expectPlausible';
import { familyOf } from './families';
import { findCheckpoint } from './findCheckpoint';
import { openGguf } from './gguf/openGguf';
import { ggufTokenizer } from './gguf/tokenizer';
import { openFolder, readJson } from './openFolder';
import type { Checkpoint } from './openFolder';
import { PretrainedTransformer } from './pretrained';
import { matchWeights, readWeights } from './readWeights';
import { folderTokenizer } from './tokenizer';
import type { HubTokenizer } from './tokenizer';

/**
 * Opens a checkpoint as one of our models: a folder of HuggingFace (`config.json`, `model.safetensors` in one or several files,
 * `tokenizer.json`), a GGUF file with its tokenizer, or the name of one that `npx switchyard models add` fetched.
 *
 * @throws {SwitchyardError} naming file, tensor and rule, before any values are read.
 */
export async function open(where: string): Promise<PretrainedTransformer> {
  const place = findCheckpoint(where);
  if (place.endsWith('.gguf')) {
    const { gguf, ...checkpoint } = openGguf(place);
    return build(checkpoint, ggufTokenizer(place, gguf), checkpoint.config.ids('eos_token_id'));
  }
  const checkpoint = openFolder(place);
  return build(checkpoint, folderTokenizer(place), endIdsOf(place, checkpoint.config));
}

/**
 * The tokenizer of a checkpoint alone, of a folder or a GGUF file.
 *
 * @throws {SwitchyardError} naming the file and the rule.
 */
export function openTokenizer(where: string): HubTokenizer {
  const place = findCheckpoint(where);
  return place.endsWith('.gguf') ? ggufTokenizer(place, readGguf(place)) : folderTokenizer(place);
}

function build(checkpoint: Checkpoint, tokenizer: HubTokenizer, endIds: readonly number[]): PretrainedTransformer {
  const family = familyOf(checkpoint.config);
  expectPlausible(checkpoint);
  const options = family.options(checkpoint.config);
  const { vocabSize } = options;
  if (tokenizer.vocabSize > vocabSize) {
    fail(checkpoint.where, `the tokenizer must have at most the model's ${vocabSize} ids`, tokenizer.vocabSize);
  }
  const model = new PretrainedTransformer(options, { checkpoint, family, tokenizer, endIds }, Random.blank());
  try {
    const maps = family.weights(options);
    readWeights(checkpoint, model, maps, matchWeights(checkpoint, family, maps, model));
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** End tokens: those of generation, else of the model. */
function endIdsOf(folder: string, config: Config): number[] {
  const file = path.join(folder, 'generation_config.json');
  const generation = new Config(file, existsSync(file) ? readJson(file) : {});
  return (generation.has('eos_token_id') ? generation : config).ids('eos_token_id');
}
