import { expectInteger, fail } from '../../../base/core';
import type { Generated, GenerateOptions } from './contract';
import { sampler } from './sampler';
import type { Sampler } from './sampler';
import type { GenerationWatcher } from './watcher';
import { Writing } from './writing';
import type { Sequence, Writer } from './writing';

/** Continues texts together, the shorter ones padded on the left. An interrupt of the notebook ends it with what is written. */
export async function generate(
  model: Writer,
  texts: readonly string[],
  options: GenerateOptions
): Promise<Generated[]> {
  const { maxNewTokens = 64, watch } = options;
  expectInteger('generate', 'maxNewTokens', maxNewTokens, 1);
  const sequences = texts.map((text, i) => begin(model, text, sampler(options, i)));
  const promptIds = sequences.map(({ promptIds: ids }) => ids);
  const beginning = model.beginGeneration(promptIds);
  try {
    const writing = new Writing(model, sequences, beginning, { ...options, maxNewTokens });
    const { tokenizer } = model;
    watch?.start({
      ...{ model, promptIds, maxNewTokens },
      decode: (token) => tokenizer.decode(token),
      decodeText: (ids) => tokenizer.decode(ids)
    });
    await interruptible(writing, maxNewTokens, watch);
  } finally {
    beginning.dispose?.();
  }
  return sequences.map(({ done: _done, choose: _choose, ...generated }) => generated);
}

/** Writes until all are done or the notebook is interrupted; the watcher is told how it ended. */
async function interruptible(writing: Writing, maxNewTokens: number, watch?: GenerationWatcher): Promise<void> {
  let interrupted = false;
  const stop = (): void => void (interrupted = true);
  // A listener that is added while tslab runs the cell's script is deaf afterwards.
  await Promise.resolve();
  process.once('SIGINT', stop);
  try {
    for (let step = 0; step < maxNewTokens && !writing.done && !interrupted; step++) {
      writing.step(step);
      // Lets an interrupt and what is shown through.
      await new Promise(setImmediate);
    }
    if (interrupted) {
      writing.interrupt();
    }
    watch?.end(interrupted ? 'stopped' : 'finished', null);
  } catch (error) {
    watch?.end('failed', error as Error);
    throw error;
  } finally {
    process.removeListener('SIGINT', stop);
    writing.dispose();
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
