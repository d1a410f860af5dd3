/**
 * @file What works on each family, tried on tiny checkpoints with random weights; the table in README.md is what came out.
 * `UPDATE_README=1 node_modules/.bin/vitest run test/parity/families.test.ts` writes it.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { core, models, moe, peft, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

const CHECKPOINTS = join(__dirname, 'fixtures', 'checkpoints');
const README = join(__dirname, '..', '..', 'README.md');
const [BEGIN, END] = ['<!-- families: made by test/parity/families.test.ts -->', '<!-- end of families -->'];
const IDS = [[5, 9, 33, 12, 7, 40]];

/** A checkpoint of each family, and what it is known as. */
const FAMILIES: Record<string, { known: string; gguf?: string }> = {
  llama: { known: 'Llama, SmolLM, TinyLlama', gguf: 'llama' },
  mistral: { known: 'Mistral', gguf: 'llama' },
  qwen2: { known: 'Qwen2, Qwen2.5', gguf: 'qwen2' },
  qwen3: { known: 'Qwen3', gguf: 'qwen3' },
  gpt2: { known: 'GPT-2' },
  'gpt-neox': { known: 'GPT-NeoX, Pythia' },
  gemma: { known: 'Gemma' },
  mixtral: { known: 'Mixtral', gguf: 'llama with experts' },
  olmoe: { known: 'OLMoE', gguf: 'olmoe' },
  'qwen2-moe': { known: 'Qwen1.5-MoE, Qwen2-MoE', gguf: 'qwen2moe' },
  'qwen3-moe': { known: 'Qwen3-MoE', gguf: 'qwen3moe' },
  'granite-moe': { known: 'Granite 3 with experts' },
  'deepseek-v2': { known: 'DeepSeek-V2' },
  'deepseek-v3': { known: 'DeepSeek-V3, R1' },
  t5: { known: 'T5' },
  switch: { known: 'Switch Transformers' }
};

type Opened = models.PretrainedTransformer;
const random = core.Random.fromSeed(1);
const tokens = tf.tidy(() => random.normal([24, 16]) as tf.Tensor2D);
const logitsOf = (model: Opened): number[] => tf.tidy(() => Array.from(model.logits(IDS, labelsOf(model)).dataSync()));
const labelsOf = (model: core.Module): models.LogitsOptions =>
  model instanceof models.EncoderDecoder ? { labels: IDS } : {};

/** Each makes a new model, and expects of it what the transformation promises; what it cannot do is an error with the reason. */
const TRANSFORMATIONS: Record<string, (model: Opened) => void> = {
  upcycle: (model) => {
    const options = { experts: 4, router: routers.topK({ k: 2 }), random };
    const changed = ofDense(model, (network) => moe.upcycle(network, options).layer);
    expectClose(tf.tensor1d(logitsOf(changed)), logitsOf(model), 1e-4);
    changed.dispose();
  },
  carve: (model) => {
    const changed = ofDense(model, (network) => moe.carve(network, { experts: 3, shared: 1, k: 2, random }).layer);
    expectFinite(changed);
  },
  'low-rank adapters': (model) => {
    const before = logitsOf(model);
    const adapters = peft.lora(model, { targets: [...linears(model)], rank: 2 });
    expect(logitsOf(model)).toEqual(before);
    adapters.detach();
  },
  'merge experts': (model) => {
    expectFinite(ofMixtures(model, (layer) => moe.mergeExperts(layer, { groups: 3, tokens }).layer));
  },
  'prune experts': (model) => {
    expectFinite(ofMixtures(model, (layer) => moe.pruneExperts(layer, { keep: 3, tokens, random }).layer));
  }
};

function ofDense(model: Opened, change: (network: moe.DenseNetwork) => moe.MoeLayer): Opened {
  return mapped(model, 'dense networks', (each) => (moe.isMoeLayer(each) ? null : change(each as moe.DenseNetwork)));
}

function ofMixtures(model: Opened, change: (layer: moe.MoeLayer) => moe.MoeLayer): Opened {
  return mapped(model, 'experts', (each) => (moe.isMoeLayer(each) ? change(each) : null));
}

function mapped(
  model: Opened,
  what: string,
  change: (each: models.FeedForwardModule) => models.FeedForwardModule | null
): Opened {
  let changes = 0;
  const result = models.mapFeedForwards(model, (each) => {
    const to = change(each);
    changes += to === null ? 0 : 1;
    return to ?? each;
  });
  if (changes === 0) {
    result.dispose();
    throw new core.SwitchyardError('models.mapFeedForwards', `has no ${what}`, model.origin.family.type);
  }
  return result;
}

function linears(model: Opened): string[] {
  return [...model.modules()].filter(([, module]) => module.kind === 'linear').map(([path]) => path);
}

function expectFinite(model: Opened): void {
  expect(logitsOf(model).every(Number.isFinite)).toBe(true);
  model.dispose();
}

/** "yes", or why not. */
function tried(model: Opened, change: (model: Opened) => void): string {
  try {
    change(model);
    return 'yes';
  } catch (error) {
    if (!(error instanceof core.SwitchyardError)) {
      throw error;
    }
    return error.rule;
  }
}

test('README says what works on each family', async () => {
  const header = ['family', 'class in transformers', 'GGUF', ...Object.keys(TRANSFORMATIONS)];
  const rows: string[][] = [];
  for (const [name, { known, gguf = '' }] of Object.entries(FAMILIES)) {
    const model = await models.open(join(CHECKPOINTS, name));
    const cells = Object.values(TRANSFORMATIONS).map((change) => tried(model, change));
    rows.push([known, `\`${model.card.architecture}\``, gguf, ...cells]);
    model.dispose();
  }
  expect(rows.map(([, architecture]) => architecture).sort()).toEqual(
    models.families.map(({ architecture }) => `\`${architecture}\``).sort()
  );
  const table = markdown([header, ...rows]);
  const readme = readFileSync(README, 'utf8');
  const [before, rest] = readme.split(BEGIN);
  const [, after] = rest.split(END);
  if (process.env.UPDATE_README === '1') {
    writeFileSync(README, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  }
  expect(readFileSync(README, 'utf8')).toContain(`${BEGIN}\n\n${table}\n\n${END}`);
});

function markdown([header, ...rows]: string[][]): string {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length), 3));
  const line = (row: string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
