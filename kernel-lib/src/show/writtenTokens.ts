import { observer } from '../base/core';
import type { Observer, RoutingRecord } from '../base/core';
import type { GenerationPass } from '../models/hub';
import type { TokenSample } from '../protocol';

/** Choices of a layer for each token so far; [T][K] each. */
interface Choices {
  experts: number[][];
  weights: number[][];
}

/** The tokens of a text that is being written, its prompt first, with what every layer chose for them; of the first sequence. */
export class WrittenTokens {
  /** Hears what routers choose. */
  readonly observer: Observer = observer('routing', (record) => this.record(record));
  /** Whether some layer has routed something. */
  routed = false;
  private tokens: number[] = [];
  private promptLength = 0;
  private readonly choices = new Map<string, Choices>();
  private current: GenerationPass | null = null;

  /** The pass whose records follow. */
  pass(pass: GenerationPass): void {
    const [[row], [padding]] = [pass.rows, pass.padding];
    const begins = this.current === null;
    this.current = pass;
    if (begins) {
      this.promptLength = row.length - padding;
    }
    if (begins || row.length > 1) {
      this.tokens = [];
      this.choices.clear();
    }
    this.tokens.push(...row.slice(padding));
  }

  private record({ path, k, numTokens, indices, weights }: RoutingRecord): void {
    this.routed = true;
    const { rows, padding } = this.current!;
    const { length } = rows[0];
    // Layers that read something else, as an encoder does, are not of these tokens.
    if (numTokens !== rows.length * length) {
      return;
    }
    const own = this.choices.get(path) ?? { experts: [], weights: [] };
    for (let t = padding[0]; t < length; t++) {
      own.experts.push(Array.from(indices.subarray(t * k, (t + 1) * k)));
      own.weights.push(Array.from(weights.subarray(t * k, (t + 1) * k)));
    }
    this.choices.set(path, own);
  }

  /** The choices of these layers, those for the prompt of domain 0 and for the answer of domain 1; null where not all chose for these tokens. */
  read(paths: readonly string[], decode: (token: number) => string): TokenSample | null {
    const own = paths.map((path) => this.choices.get(path));
    const { tokens } = this;
    if (paths.length === 0 || own.some((choices) => choices?.experts.length !== tokens.length)) {
      return null;
    }
    return {
      text: tokens.map(decode),
      domain: tokens.map((_, t) => (t < this.promptLength ? 0 : 1)),
      experts: own.map((choices) => choices!.experts.slice()),
      weights: own.map((choices) => choices!.weights.slice()),
      truncated: false
    };
  }
}
