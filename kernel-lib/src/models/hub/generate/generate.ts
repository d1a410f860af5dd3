import { tf } from '../../../base/backend';
import { Context, expectInteger, fail, Memory } from '../../../base/core';
import type { Module, Observer } from '../../../base/core';
import type { HubTokenizer } from '../tokenizer';
import { sampler } from './sampler';
import type { Sampler, SamplerOptions } from './sampler';

export interface GenerateOptions extends SamplerOptions {
  /** Default 64. */
  maxNewTokens?: number;
  /** A text at which it ends; it is cut off. Default: none but the model's end tokens. */
  stop?: string | readonly string[];
  /** Goes on after the model's end tokens. Default false. */
  ignoreEnd?: boolean;
  /** Told each new id and the continuation so far, of sequence `sequence`. */
  onToken?: (token: { id: number; text: string; sequence: number }) => void;
  /** Who observes the passes, routing among them. Default: nobody. */
  observers?: readonly Observer[];
}

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
interface Writer extends Module {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly tokenizer: HubTokenizer;
  readonly origin: { readonly endIds: readonly number[] };
  beginGeneration(prompts: readonly (readonly number[])[]): Beginning;
  embedContext(tokens: tf.Tensor, ctx: Context): tf.Tensor;
  readOut(x: tf.Tensor, ctx: Context): tf.Tensor;
}

/** A continuation. */
export interface Generated {
  /** Without the prompt, end token and stop text. */
  text: string;
  /** Of the continuation; with what ended it. */
  ids: number[];
  /** Of the prompt. */
  promptIds: number[];
  /** Why it ended: an end token, a stop text, or as many tokens as allowed. */
  ended: 'end' | 'stop' | 'length';
}

interface Sequence extends Generated {
  done: boolean;
  choose: Sampler;
}

/** Continues texts together, the shorter ones padded on the left. */
export async function generate(
  model: Writer,
  texts: readonly string[],
  options: GenerateOptions
): Promise<Generated[]> {
  const { maxNewTokens = 64 } = options;
  expectInteger('generate', 'maxNewTokens', maxNewTokens, 1);
  const sequences = texts.map((text, i) => begin(model, text, sampler(options, i)));
  const { rows, prepare, dispose } = model.beginGeneration(sequences.map(({ promptIds }) => promptIds));
  let memory: Memory | null = null;
  try {
    const longest = Math.max(...rows.map(({ length }) => length));
    expectFits(model, longest, maxNewTokens);
    const padding = rows.map(({ length }) => longest - length);
    memory = remembers(model) ? new Memory({ padding }) : null;
    if (memory === null && padding.some((places) => places > 0)) {
      fail('generate', 'texts of different length need attention that keeps keys and values', padding);
    }
    for (let step = 0; step < maxNewTokens && sequences.some(({ done }) => !done); step++) {
      const inputs = sequences.map(({ ids }, i) => nextInput(rows[i], ids, padding[i], step, memory !== null));
      const logits = lastLogits(model, inputs, { memory, prepare, observers: options.observers });
      sequences.forEach((sequence, i) => sequence.done || add(model, sequence, { index: i, before: rows[i] }, logits[i], options)); // prettier-ignore
      // Lets an interrupt and what is shown through.
      await new Promise(setImmediate);
    }
  } finally {
    memory?.dispose();
    dispose?.();
  }
  return sequences.map(({ done: _done, choose: _choose, ...generated }) => generated);
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

function begin(model: Writer, text: string, choose: Sampler): Sequence {
  const promptIds = model.tokenizer.encode(text);
  if (promptIds.length === 0) {
    fail('generate', 'a prompt must have at least one token', JSON.stringify(text));
  }
  const wrong = promptIds.find((id) => id >= model.vocabSize);
  if (wrong !== undefined) {
    fail('generate', `the tokenizer must give ids below ${model.vocabSize}, the model's vocabulary`, wrong);
  }
  return { text: '', ids: [], promptIds, ended: 'length', done: false, choose };
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
  {
    memory,
    prepare,
    observers = []
  }: { memory: Memory | null; observers?: readonly Observer[] } & Pick<Beginning, 'prepare'>
): Float32Array[] {
  const ctx = Context.create({ memory, observers });
  prepare(ctx);
  try {
    const values = tf.tidy(() => {
      const hidden = model.embedContext(tf.tensor2d(rows, undefined, 'int32'), ctx);
      const [, length, width] = hidden.shape;
      const last = hidden.slice([0, length! - 1, 0], [-1, 1, width!]);
      return model.readOut(last, ctx).dataSync() as Float32Array;
    });
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
