import type { TransformerOptions } from '../language';
import type { Config } from './config';
import type { WeightMap } from './weightMap';

/** How checkpoints of one architecture are our models: names and options, nothing that computes. */
export interface Family<Options = TransformerOptions> {
  /** `model_type` of its `config.json`. */
  readonly type: string;
  /** Its class in transformers, for `architectures`. */
  readonly architecture: string;
  /** What our model is built from. */
  options(config: Config): Options;
  /** Which of its tensors are which of our parameters. */
  weights(options: Options): WeightMap[];
  /** Names that files have besides, and that say nothing: tables that can be computed. */
  readonly ignored?: RegExp;
  /** What names may lack in front in files of the base model. */
  readonly prefix?: string;
}
