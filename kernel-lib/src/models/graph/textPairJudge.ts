import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, fail, given, Module, Random } from '../../base/core';
import { Linear } from '../../nn/layers';
import { TextEncoder } from '../language/textEncoder';

/** Options of `models.TextPairJudge`. */
export interface TextPairJudgeOptions {
  /** Tokens that are told apart, V. */
  vocabSize: number;
  /** Tokens of the text of a node, L. */
  length: number;
  /** D. */
  width: number;
  /** Layers of the encoder, and its heads. Default 1 each. */
  layers?: number;
  heads?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'models.TextPairJudge';

/**
 * Judge of whether two texts belong together, as a language model that was tuned on such questions (GraphEdit, arXiv 2402.15183): a transformer reads both, a separator between them, and gives the logit of yes.
 *
 * @throws {SwitchyardError} where a size is out of range; in a call, where texts are not of L tokens 0..V-1.
 */
export class TextPairJudge extends Module {
  readonly kind = 'text-pair-judge';
  private readonly encoder: TextEncoder;
  private readonly verdict: Linear;

  constructor(private readonly options: TextPairJudgeOptions) {
    const { vocabSize, length, width, layers, heads, seed = 0 } = given(WHERE, options);
    super();
    Object.entries({ vocabSize, length }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
    const random = Random.fromSeed(seed).child('textPairJudge');
    this.encoder = this.addChild('encoder', new TextEncoder({ vocabSize: vocabSize + 1, length: 2 * length + 1, width, layers, heads, random: random.child('encoder') })); // prettier-ignore
    this.verdict = this.addChild('verdict', new Linear({ inputWidth: Axis.of('width', width).pin('the encoder has it'), outputWidth: Axis.fixed('yes', 1), random: random.child('verdict') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'pairs are of texts (logits)', 'a tensor');
  }

  /** Logits that the texts of each pair belong together, [B]. */
  logits(pairs: readonly (readonly [ArrayLike<number>, ArrayLike<number>])[], ctx: Context): tf.Tensor1D {
    const { vocabSize, length } = this.options;
    return tf.tidy(() => {
      // The separator is the last id.
      const texts = pairs.map(([a, b]) => {
        const wrong = [a, b].find((text) => text.length !== length || Array.from(text).includes(vocabSize));
        return wrong === undefined ? [...Array.from(a), vocabSize, ...Array.from(b)] : fail(WHERE, `texts must be of ${length} tokens 0..${vocabSize - 1}`, wrong); // prettier-ignore
      });
      const rows = TextEncoder.rows(WHERE, texts, { vocabSize: vocabSize + 1, length: 2 * length + 1 });
      const states = this.encoder.apply(rows, ctx.within('encoder')) as tf.Tensor3D;
      return this.verdict.apply(states.mean(1), ctx.within('verdict')).reshape([pairs.length]) as tf.Tensor1D;
    });
  }
}
