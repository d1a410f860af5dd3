import type { EncoderDecoderOptions, TransformerOptions } from '../language';
import type { Config } from './config';
import type { WeightMap } from './weightMap';

/** How checkpoints of one architecture are our models: names and options, nothing that computes. */
export interface Family<Options extends TransformerOptions | EncoderDecoderOptions = TransformerOptions> {
  /** Reads one sequence and writes another, or continues one. Default: continues. */
  readonly encodes?: Options extends EncoderDecoderOptions ? true : false;
  /** `model_type` of its `config.json`. */
  readonly type: string;
  /** Its class in transformers, for `architectures`. */
  readonly architecture: string;
  /** Options that our model is built from. */
  options(config: Config): Options;
  /** Which of its tensors are which of our parameters. */
  weights(options: Options): WeightMap[];
  /** Names that files have besides, and that say nothing: tables that can be computed. */
  readonly ignored?: RegExp;
  /** Prefix that names may lack in files of the base model. */
  readonly prefix?: string;
}

/** A family of either kind. */
export type AnyFamily = Family | Family<EncoderDecoderOptions>;

/** The maps of a family, for options that it made. */
export function weightsOf(family: AnyFamily, options: TransformerOptions | EncoderDecoderOptions): WeightMap[] {
  return (family.weights as (own: typeof options) => WeightMap[])(options);
}
