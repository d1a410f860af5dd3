import { tf } from '../../../base/backend';
import { Context, fail, Memory } from '../../../base/core';
import type { Module, Observer } from '../../../base/core';
import { read } from '../../../base/ops';
import type { HubTokenizer } from '../tokenizer';
import type { Generated, GenerateOptions } from './contract';
import type { Sampler } from './sampler';

/** Ids and state that a model begins to write from. */
export interface Beginning {
  /** Ids that it goes on from, of each sequence. */
  rows: readonly (readonly number[])[];
  /** Leaves in a pass what it needs besides. */
  prepare(ctx: Context): void;
  /** Frees what it holds. */
  dispose?(): void;
}

/** Model that writes: ids into the hidden states of its last block, and those into logits. */
export interface Writer extends Module {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly tokenizer: HubTokenizer;
  readonly origin: { readonly endIds: readonly number[] };
  beginGeneration(prompts: readonly (readonly number[])[]): Beginning;
  embedContext(tokens: tf.Tensor, ctx: Context): tf.Tensor;
  readOut(x: tf.Tensor, ctx: Context): tf.Tensor;
}

/** A continuation that is being written. */
export interface Sequence extends Generated {
  done: boolean;
  choose: Sampler;
}

/** Sequences that are written together, one token each a step. */
export class Writing {
  private readonly padding: readonly number[];
  private readonly memory: Memory | null;

  constructor(
    private readonly model: Writer,
    private readonly sequences: readonly Sequence[],
    private readonly beginning: Beginning,
    private readonly options: GenerateOptions & { maxNewTokens: number }
  ) {
    const { rows } = beginning;
    const longest = Math.max(...rows.map(({ length }) => length));
    expectFits(model, longest, options.maxNewTokens);
    this.padding = rows.map(({ length }) => longest - length);
    this.memory = remembers(model) ? new Memory({ padding: [...this.padding] }) : null;
    if (this.memory === null && this.padding.some((places) => places > 0)) {
      fail('generate', 'texts of different length need attention that keeps keys and values', this.padding);
    }
  }

  get done(): boolean {
    return this.sequences.every(({ done }) => done);
  }

  step(step: number): void {
    const { model, sequences, memory, options, padding } = this;
    const { rows, prepare } = this.beginning;
    const { watch } = options;
    const inputs = sequences.map(({ ids }, i) => nextInput(rows[i], ids, padding[i], step, memory !== null));
    watch?.pass({ rows: inputs, padding: memory !== null && step > 0 ? padding.map(() => 0) : padding });
    const observers = [...(options.observers ?? []), ...(watch?.observers ?? [])];
    const logits = lastLogits(model, inputs, { memory, prepare, observers });
    sequences.forEach(
      (sequence, i) => sequence.done || add(model, sequence, { index: i, before: rows[i] }, logits[i], options)
    );
    watch?.step(
      step + 1,
      sequences.map(({ text }) => text)
    );
  }

  interrupt(): void {
    this.sequences.forEach((sequence) => sequence.done || (sequence.ended = 'interrupt'));
  }

  dispose(): void {
    this.memory?.dispose();
  }
}

function expectFits({ contextLength }: Writer, length: number, maxNewTokens: number): void {
  if (length + maxNewTokens > contextLength) {
    fail(
      'generate',
      `prompt and maxNewTokens (${maxNewTokens}) must fit the context of ${contextLength} positions`,
      length
    );
  }
}

/** All attention keeps keys and values; where some does not, each pass takes the whole sequence. */
function remembers(model: Writer): boolean {
  const attention = [...model.modules()].filter(([path]) => /^(layers|decoder)\.\d+\.attention$/.test(path));
  return attention.every(([, module]) => (module as { remembers?: boolean }).remembers === true);
}

function nextInput(
  prompt: readonly number[],
  ids: number[],
  padding: number,
  step: number,
  remembered: boolean
): number[] {
  if (remembered && step > 0) {
    return [ids[step - 1] ?? ids[ids.length - 1]];
  }
  const all = [...new Array<number>(padding).fill(prompt[0]), ...prompt, ...ids];
  return remembered ? all : [...all, ...new Array<number>(step - ids.length).fill(prompt[0])];
}

/** Logits of the last position of each sequence, on the host. */
function lastLogits(
  model: Writer,
  rows: number[][],
  { memory, prepare, observers }: { memory: Memory | null; observers: readonly Observer[] } & Pick<Beginning, 'prepare'>
): Float32Array[] {
  const ctx = Context.create({ memory, observers });
  prepare(ctx);
  try {
    const values = read(() => {
      const hidden = model.embedContext(tf.tensor2d(rows, undefined, 'int32'), ctx);
      const [, length, width] = hidden.shape;
      const last = hidden.slice([0, length! - 1, 0], [-1, 1, width!]);
      return model.readOut(last, ctx);
    }) as Float32Array;
    memory?.advance(rows[0].length);
    return rows.map((_, i) => values.slice(i * model.vocabSize, (i + 1) * model.vocabSize));
  } finally {
    ctx.dispose();
  }
}

function add(
  model: Writer,
  sequence: Sequence,
  { index, before }: { index: number; before: readonly number[] },
  logits: Float32Array,
  options: GenerateOptions
): void {
  const { stop = [], ignoreEnd = false, onToken } = options;
  const id = sequence.choose(logits, [...before, ...sequence.ids]);
  sequence.ids.push(id);
  if (!ignoreEnd && model.origin.endIds.includes(id)) {
    Object.assign(sequence, { done: true, ended: 'end' });
    return;
  }
  const text = model.tokenizer.decode(sequence.ids);
  const cut = [stop]
    .flat()
    .reduce((at, each) => (each !== '' && text.includes(each) ? Math.min(at, text.indexOf(each)) : at), Infinity);
  sequence.text = text.slice(0, cut);
  onToken?.({ id, text: sequence.text, sequence: index });
  if (cut !== Infinity) {
    Object.assign(sequence, { done: true, ended: 'stop' });
  }
}
