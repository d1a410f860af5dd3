import { tf } from '../base/backend';
import { Context, fail, observer } from '../base/core';
import type { Observer } from '../base/core';
import { crossEntropy } from '../base/ops';
import { MAX_PROBE_TEXT, MAX_TOKENS } from '../protocol';
import type { Ablation, EarlierChoices, Numeric, TokenSample } from '../protocol';
import type { LanguageModel } from '../models/language';
import { ablate, interceptRouting } from '../nn/routers';
import type { Router } from '../nn/routers';
import { TokenSampler } from '../study/telemetry/tokenSampler';
import type { RunInfo } from '../train/loop/contract';

const WHERE = 'show.routing';
/** Steps of a run whose choices are kept, beside the latest. */
const MAX_EARLIER = 16;

/** Checks a text that a panel or an option gives. */
export function expectProbeText(text: string): void {
  if (typeof text !== 'string' || text === '' || text.length > MAX_PROBE_TEXT) {
    const got = typeof text === 'string' ? `${text.length} characters` : text;
    fail(WHERE, `probe must be a text of 1 to ${MAX_PROBE_TEXT} characters`, got);
  }
}

/**
 * One text whose routing is followed through a run. It is passed through the model as in evaluation, without gradients,
 * with a random stream and a recorder of its own: the numbers of the run are the same as without.
 */
export class Probe {
  private readonly sampler: TokenSampler;
  private readonly tokens: Int32Array;
  private readonly truncated: boolean;
  private readonly every: number;
  private readonly kept = new Map<number, TokenSample>();
  private latest: { step: number; paths: string } | null = null;
  private losses: Numeric[] | null = null;
  private asked: Ablation | null = null;
  /** Losses under the ablation that is asked for, after so many steps. */
  private ablated: { step: number; losses: Numeric[] | null } | null = null;

  /** @throws {SwitchyardError} where the run's data cannot read text, or the text is empty or too long. */
  constructor(
    private readonly run: RunInfo,
    readonly text: string
  ) {
    const { model, totalSteps } = run;
    const source = run.task.text;
    expectProbeText(text);
    const tokens = source?.encode?.(text) ?? fail(WHERE, 'to probe a text, the data must have encode()', source);
    const count = Math.min(tokens.length, (model as Partial<LanguageModel>).contextLength ?? MAX_TOKENS, MAX_TOKENS);
    this.tokens = Int32Array.from(tokens).subarray(0, count);
    this.truncated = count < tokens.length;
    this.every = Math.ceil(totalSteps / MAX_EARLIER);
    this.sampler = new TokenSampler({ count, decode: (token) => source!.decode(token), numDomains: 0 });
  }

  /** The expert without which, or with which alone, the losses of the text are measured as well; null where none is. */
  get ablation(): Ablation | null {
    return this.asked;
  }

  /** @throws {SwitchyardError} where the layer has no router in the model, or not that expert. */
  ablate(ablation: Ablation | null): void {
    if (ablation !== null) {
      this.routerOf(ablation);
    }
    this.asked = ablation;
    this.ablated = null;
  }

  /** Passes the text again when it is asked for, also where no step was done since. */
  renew(): void {
    this.latest = this.ablated = null;
  }

  /** Keeps the choices of some steps, the same ones in every run of this length. */
  step(step: number, paths: () => readonly string[]): void {
    const sample = step % this.every === 0 ? this.sample(step, paths()) : null;
    if (sample !== null) {
      this.kept.set(step, sample);
    }
  }

  /** Choices of these layers for the text after so many steps; null where not all of them saw it. */
  sample(step: number, paths: readonly string[]): TokenSample | null {
    if (paths.length === 0) {
      return null;
    }
    const key = paths.join('\n');
    if (this.latest?.step !== step || this.latest.paths !== key) {
      this.pass();
      this.latest = { step, paths: key };
    }
    const sample = this.sampler.read(paths);
    const earlier = Array.from(this.kept, ([at, { experts }]): EarlierChoices => ({ step: at, experts }));
    return (
      sample && {
        ...sample,
        ...(this.losses === null ? {} : { loss: this.losses }),
        ...this.ablationAt(step),
        truncated: this.truncated,
        earlier: earlier.filter((each) => each.step < step)
      }
    );
  }

  private pass(): void {
    const { tokens } = this;
    this.sampler.batch({ tokens, batchSize: 1, length: tokens.length, domains: Int32Array.of(-1) });
    this.losses = this.lossesOf([observer('routing', (record) => this.sampler.record(record))]);
  }

  /** The losses under the ablation that is asked for. */
  private ablationAt(step: number): Pick<TokenSample, 'ablation'> {
    const { asked } = this;
    if (asked === null) {
      return {};
    }
    if (this.ablated?.step !== step) {
      const restore = interceptRouting(this.routerOf(asked), (routing) => ablate(routing, asked));
      try {
        this.ablated = { step, losses: this.lossesOf([]) };
      } finally {
        restore();
      }
    }
    const { losses } = this.ablated;
    return losses === null ? {} : { ablation: { ...asked, loss: losses } };
  }

  /** Cross entropy of the token after each in a pass as in evaluation, null after the last; null where the model gives no logits of tokens. */
  private lossesOf(observers: readonly Observer[]): Numeric[] | null {
    const { tokens, run } = this;
    const { vocabSize } = run.model as Partial<LanguageModel>;
    const ctx = Context.create({ observers });
    try {
      const losses = tf.tidy(() => {
        const logits = run.model.apply(tf.tensor2d(tokens, [1, tokens.length], 'int32'), ctx);
        if (vocabSize === undefined || logits.size !== tokens.length * vocabSize || tokens.length === 1) {
          return [];
        }
        const rows = logits.reshape<tf.Tensor2D>([tokens.length, vocabSize]).slice([0, 0], [tokens.length - 1, -1]);
        return Array.from(crossEntropy(rows, tf.tensor1d(tokens.subarray(1), 'int32')).dataSync());
      });
      return losses.length === 0 ? null : [...losses, null];
    } finally {
      ctx.dispose();
    }
  }

  private routerOf({ layer, expert }: Ablation): Router {
    const modules = this.run.model.modules();
    const router = modules.get(`${layer}.router`) as Partial<Router> | undefined;
    if (typeof router?.route !== 'function') {
      return fail(WHERE, 'the layer of an ablation must be one with a router', layer);
    }
    const { numExperts } = router as Router;
    return expert < numExperts
      ? (router as Router)
      : fail(WHERE, `the expert of an ablation must be 0..${numExperts - 1}`, expert);
  }
}
