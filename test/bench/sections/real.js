'use strict';

const path = require('path');
const { findProject } = require('../../../kernel-lib/bin/support/project');
const { digits, printTable } = require('../driver/table');
const { llamaPython } = require('../driver/python');
const { realWorkers } = require('../driver/worker');

const TEXT = 'The river Amazon rises in the Andes of Peru and flows east for some 6,400 km. ';
const UNTIMED = 4;

/**
 * A real model, SmolLM2-135M from a GGUF of quantised blocks: opening, a prompt, and token after token; the least of rounds in turn. PyTorch
 * has the same values in float32, llama.cpp those of the file. It needs `npx switchyard models add smollm2`; a Python that is given needs transformers and gguf besides PyTorch.
 */
async function real(bench) {
  const place = path.join(findProject().root, '.venv', 'share', 'switchyard', 'models', 'smollm2.gguf');
  const { prompt, tokens, rounds } = bench.shapes.real;
  const contestants = realWorkers(bench, bench.torch === null ? null : await llamaPython());
  try {
    for (const each of contestants) {
      each.opened = await each.worker.ask('open', { place, dtype: each.dtype });
    }
    const [{ worker }] = contestants;
    const { ids: once } = await worker.ask('encode', { text: TEXT });
    const ids = Array.from({ length: prompt }, (_, i) => once[i % once.length]);
    await expectSame(contestants, ids);
    await time(contestants, { ids, once, tokens, rounds });
  } finally {
    contestants.forEach(({ worker }) => worker.close());
  }
  note(bench, contestants);
}

async function expectSame(contestants, ids) {
  const all = [];
  for (const { worker } of contestants) {
    all.push((await worker.ask('logits', { ids })).logits);
  }
  const scale = Math.max(...all[0].map(Math.abs));
  contestants.forEach(({ variant, tolerance }, i) => {
    const error = Math.max(...all[i].map((value, id) => Math.abs(value - all[0][id]))) / scale;
    // A NaN must not pass.
    if (!(error <= tolerance)) {
      throw new Error(`bench: logits of "${variant}" must agree to ${tolerance}, got ${error}`);
    }
  });
}

async function time(contestants, { ids, once, tokens, rounds }) {
  for (let round = 0; round < rounds; round++) {
    for (const each of contestants) {
      const { milliseconds: prefill } = await each.worker.ask('prefill', { ids });
      const prompt = each.variant.startsWith('ours') ? { text: TEXT } : { ids: once };
      const { milliseconds: token } = await each.worker.ask('decode', { ...prompt, untimed: UNTIMED, timed: tokens });
      each.prefill = Math.min(each.prefill ?? Infinity, prefill);
      each.token = Math.min(each.token ?? Infinity, token);
    }
  }
}

function note(bench, contestants) {
  const { prompt, tokens } = bench.shapes.real;
  // Of the values alone, as one of them counts them.
  const [{ opened: counted }] = contestants;
  const lines = contestants.map(({ variant, opened, prefill, token }) => {
    const row = { shape: `SmolLM2-135M, prompt ${prompt}, ${tokens} tokens`, direction: 'forward', variant };
    const memory = opened.memoryBytes / counted.fileBytes;
    bench.note({ ...row, name: 'opening', value: opened.seconds, unit: 's' });
    bench.note({ ...row, name: 'values in memory over file', value: memory, unit: '' });
    bench.note({ ...row, name: 'prompt', value: prefill, unit: 'ms, least' });
    bench.note({ ...row, name: 'token', value: token, unit: 'ms, least' });
    return [variant, ...[opened.seconds, memory, prefill, token].map(digits)];
  });
  const header = ['SmolLM2-135M', 'opening [s]', 'values / file', `prompt of ${prompt} [ms]`, 'a token [ms]'];
  printTable(`A real model, ${tokens} tokens; the least of some rounds`, header, lines);
}

module.exports = { real };
