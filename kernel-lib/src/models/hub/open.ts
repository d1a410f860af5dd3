import { existsSync } from 'fs';
import * as path from 'path';
import { expectOneOf, fail, Random } from '../../base/core';
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
import { matchWeights, OPEN_DTYPES, readWeights } from './readWeights';
import type { OpenDtype } from './readWeights';
import { folderTokenizer } from './tokenizer';
import type { HubTokenizer } from './tokenizer';

/** Options of `models.open`. */
export interface OpenOptions {
  /**
   * Dtype that matrices are kept in. "as stored" keeps those of 16 bits and quantised blocks (Q4_0 to Q8_0, Q4_K to Q6_K) as the file has them, "bfloat16"
   * and "float16" round the others to it; all are multiplied without being made float32 first, and read only: train adapters, or open as float32.
   * Default "float32".
   */
  dtype?: OpenDtype;
}

/**
 * Opens a checkpoint as one of our models: a folder of HuggingFace (`config.json`, `model.safetensors` in one or several files,
 * `tokenizer.json`), a GGUF file with its tokenizer, or the name of one that `npx switchyard models add` fetched.
 *
 * In types it is a `PretrainedTransformer`; say `open<models.PretrainedEncoderDecoder>` for T5 and Switch.
 *
 * @throws {SwitchyardError} naming file, tensor and rule, before any values are read.
 */
export async function open<M extends PretrainedModel = PretrainedTransformer>(
  where: string,
  options: OpenOptions = {}
): Promise<M> {
  return openAny(where, options) as M;
}

function openAny(where: string, { dtype = 'float32' }: OpenOptions): PretrainedModel {
  expectOneOf('models.open', 'dtype', dtype, OPEN_DTYPES);
  const place = findCheckpoint(where);
  if (place.endsWith('.gguf')) {
    const { gguf, ...checkpoint } = openGguf(place);
    return build(checkpoint, ggufTokenizer(place, gguf), checkpoint.config.ids('eos_token_id'), dtype);
  }
  const checkpoint = openFolder(place);
  return build(checkpoint, folderTokenizer(place), endIdsOf(place, checkpoint.config), dtype);
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

function build(
  checkpoint: Checkpoint,
  tokenizer: HubTokenizer,
  endIds: readonly number[],
  dtype: OpenDtype
): PretrainedModel {
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
    readWeights(checkpoint, model, maps, matchWeights(checkpoint, family, maps, model), dtype);
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
