import { existsSync } from 'fs';
import * as path from 'path';
import { fail, Random } from '../../base/core';
import { readGguf } from '../../base/io';
import { Config } from './config';
import { expectPlausible } from './expectPlausible';
import { familyOf } from './families';
import type { EncoderDecoderOptions, TransformerOptions } from '../language';
import { weightsOf } from './family';
import type { AnyFamily, Family } from './family';
import { findCheckpoint } from './findCheckpoint';
import { openGguf } from './gguf/openGguf';
import { ggufTokenizer } from './gguf/tokenizer';
import { openFolder, readJson } from './openFolder';
import type { Checkpoint } from './openFolder';
import { PretrainedTransformer } from './pretrained';
import { PretrainedEncoderDecoder } from './pretrainedEncoderDecoder';
import type { PretrainedModel } from './pretrainedModel';
import { matchWeights, readWeights } from './readWeights';
import { folderTokenizer } from './tokenizer';
import type { HubTokenizer } from './tokenizer';

/**
 * Opens a checkpoint as one of our models: a folder of HuggingFace (`config.json`, `model.safetensors` in one or several files,
 * `tokenizer.json`), a GGUF file with its tokenizer, or the name of one that `npx switchyard models add` fetched.
 *
 * In types it is a `PretrainedTransformer`; say `open<models.PretrainedEncoderDecoder>` for T5 and Switch.
 *
 * @throws {SwitchyardError} naming file, tensor and rule, before any values are read.
 */
export async function open<M extends PretrainedModel = PretrainedTransformer>(where: string): Promise<M> {
  return openAny(where) as M;
}

function openAny(where: string): PretrainedModel {
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

function build(checkpoint: Checkpoint, tokenizer: HubTokenizer, endIds: readonly number[]): PretrainedModel {
  const family = familyOf(checkpoint.config);
  expectPlausible(checkpoint);
  const rest = { checkpoint, tokenizer, endIds };
  const options = family.options(checkpoint.config);
  if (tokenizer.vocabSize > options.vocabSize) {
    fail(checkpoint.where, `the tokenizer must have at most the model's ${options.vocabSize} ids`, tokenizer.vocabSize);
  }
  const model = encodes(family)
    ? new PretrainedEncoderDecoder(options as EncoderDecoderOptions, { family, ...rest }, Random.blank())
    : new PretrainedTransformer(options as TransformerOptions, { family, ...rest }, Random.blank());
  try {
    const maps = weightsOf(family, options);
    readWeights(checkpoint, model, maps, matchWeights(checkpoint, family, maps, model));
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function encodes(family: AnyFamily): family is Family<EncoderDecoderOptions> {
  return family.encodes === true;
}

/** End tokens: those of generation, else of the model. */
function endIdsOf(folder: string, config: Config): number[] {
  const file = path.join(folder, 'generation_config.json');
  const generation = new Config(file, existsSync(file) ? readJson(file) : {});
  return (generation.has('eos_token_id') ? generation : config).ids('eos_token_id');
}
