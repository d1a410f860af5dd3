import { tf } from '../base/backend';
import { Context, fail, observer } from '../base/core';
import { MAX_PROBE_TEXT, MAX_TOKENS } from '../protocol';
import type { EarlierChoices, TokenSample } from '../protocol';
import type { LanguageModel } from '../models/language';
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
    return sample && { ...sample, truncated: this.truncated, earlier: earlier.filter((each) => each.step < step) };
  }

  private pass(): void {
    const { tokens } = this;
    const length = tokens.length;
    this.sampler.batch({ tokens, batchSize: 1, length, domains: Int32Array.of(-1) });
    const ctx = Context.create({ observers: [observer('routing', (record) => this.sampler.record(record))] });
    try {
      tf.tidy(() => void this.run.model.apply(tf.tensor2d(tokens, [1, length], 'int32'), ctx));
    } finally {
      ctx.dispose();
    }
  }
}
