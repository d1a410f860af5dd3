import { existsSync } from 'fs';
import * as path from 'path';
import { expectOneOf, fail, Random } from '../../base/core';
import { readGguf } from '../../base/io';
import { PagePool } from '../../base/ops/pagePool';
import type { PagePoolOptions } from '../../base/ops/pagePool';
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
  /**
   * "lazy" reads an expert of a mixture when a token first goes to it, and keeps those that were used lately: a model larger than the memory. They stay as they
   * are stored, and `dtype` is "as stored"; the file must stay as it is while the model is used. Default "all".
   */
  experts?: 'all' | 'lazy';
  /** Memory of experts that are read lazily, and who leaves it: by default 2 GB, and the one used longest ago ("lru"). */
  expertCache?: Partial<PagePoolOptions>;
}

const CACHE_BYTES = 2e9;

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

function openAny(where: string, options: OpenOptions): PretrainedModel {
  const kept = keptAs(options);
  const place = findCheckpoint(where);
  if (place.endsWith('.gguf')) {
    const { gguf, ...checkpoint } = openGguf(place);
    return build(checkpoint, ggufTokenizer(place, gguf), checkpoint.config.ids('eos_token_id'), kept);
  }
  const checkpoint = openFolder(place);
  return build(checkpoint, folderTokenizer(place), endIdsOf(place, checkpoint.config), kept);
}

/** How values are kept: their dtype, and the memory of experts that are read lazily. */
interface Kept {
  dtype: OpenDtype;
  pool: PagePool | null;
}

function keptAs({
  experts = 'all',
  expertCache,
  dtype = experts === 'lazy' ? 'as stored' : 'float32'
}: OpenOptions): Kept {
  expectOneOf('models.open', 'dtype', dtype, OPEN_DTYPES);
  expectOneOf('models.open', 'experts', experts, ['all', 'lazy']);
  if (experts === 'lazy') {
    if (dtype !== 'as stored') {
      fail('models.open', "experts that are read lazily are kept as they are stored: dtype must be 'as stored'", dtype);
    }
    return { dtype, pool: new PagePool('models.open', { bytes: CACHE_BYTES, ...expertCache }) };
  }
  return expertCache === undefined
    ? { dtype, pool: null }
    : fail('models.open', "expertCache is of experts that are read lazily: experts must be 'lazy'", experts);
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
  { dtype, pool }: Kept
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
    readWeights(checkpoint, model, maps, matchWeights(checkpoint, family, maps, model), dtype, pool);
    model.expertCache = pool;
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
