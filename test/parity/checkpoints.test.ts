import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, io, models, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { because } from '../support/because';
import { expectClose } from '../support/numeric';

const FOLDER = join(__dirname, 'fixtures', 'checkpoints');

/** What transformers computes with a checkpoint; written by make_checkpoints.py. */
interface Expected {
  ids: number[][];
  labels?: number[][];
  logits: number[][][];
  prompt: string;
  promptIds: number[];
  continuation: number[];
  /** For `routers`: gradients of sum(logits * cotangent) by each router's weight [E, D]. */
  cotangent?: number[][][];
  routers: Record<string, number[][]>;
}

/** Where exported models go. */
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-export-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const NAMES = [
  ...['llama', 'llama-3', 'mistral', 'qwen2', 'qwen3', 'gpt2', 'gpt-neox', 'gemma'],
  ...['mixtral', 'olmoe', 'qwen2-moe', 'qwen3-moe', 'granite-moe', 'deepseek-v2', 'deepseek-v3'],
  ...['t5', 't5-gated', 'switch']
];

describe.each(NAMES)('%s', async (name) => {
  const folder = join(FOLDER, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const model = await models.open(folder);
  afterAll(() => model.dispose());

  test('logits are those of transformers to 1e-4', () => {
    const { ids, labels } = expected;
    const logits = model.logits(ids, { labels });
    expect(logits.shape).toEqual([2, labels === undefined ? 7 : 5, 64]);
    expectClose(logits, expected.logits.flat(2), 1e-4);
    logits.dispose();
  });

  test('the tokenizer gives the same ids, and the greedy continuation is the same', async () => {
    expect(model.tokenizer.encode(expected.prompt)).toEqual(expected.promptIds);
    expect(model.tokenizer.decode(expected.promptIds)).toBe(expected.prompt);
    const before = tf.memory().numTensors;
    const { ids, text } = await model.generate(expected.prompt, { maxNewTokens: 8, ignoreEnd: true });
    expect(ids).toEqual(expected.continuation);
    expect(text).toBe(model.tokenizer.decode(expected.continuation));
    expect(tf.memory().numTensors).toBe(before);
  });

  test.runIf(expected.cotangent)(
    'gradients of the routers are those of PyTorch to 1e-4',
    because('its fixture has no gradients'),
    () => {
      const found = Object.entries(expected.routers).map(([path, gradient]) => {
        const [, stack, block] = /^(?:model\.)?(\w+)\.(?:block\.)?(\d+)/.exec(path)!;
        return { parameter: model.parameters().get(`${stack}.${block}.moe.router.weight`)!, gradient };
      });
      tf.tidy(() => {
        const ids = tf.tensor2d(expected.ids, undefined, 'int32');
        const loss = (): tf.Scalar => {
          const ctx = core.Context.create();
          if (expected.labels !== undefined) {
            const shifted = expected.labels.map((row) => [0, ...row.slice(0, -1)]);
            ctx.setState(models.DECODER_IDS, tf.tensor2d(shifted, undefined, 'int32'));
          }
          return model.apply(ids, ctx).mul(tf.tensor3d(expected.cotangent!)).sum();
        };
        const { grads } = tf.variableGrads(
          loss,
          found.map(({ parameter }) => parameter.variable)
        );
        for (const { parameter, gradient } of found) {
          const largest = Math.max(...gradient.flat().map(Math.abs));
          expectClose(grads[parameter.variable.name].transpose(), gradient.flat(), 1e-4 * Math.max(1, largest));
        }
      });
    }
  );

  test('exported, it is the same file again, bit for bit', async () => {
    const out = join(scratch, name);
    model.export(out);
    const [was, is] = [folder, out].map((each) =>
      io.decodeSafetensors(readFileSync(join(each, 'model.safetensors')), each)
    );
    expect([...is.tensors.keys()].sort()).toEqual([...was.tensors.keys()].sort());
    was.tensors.forEach((tensor, key) => expect(is.tensors.get(key)).toEqual(tensor));
    // Python tells 0.0 from 0, and transformers refuses the one for the other.
    const fractions = (each: string): string[] =>
      readFileSync(join(each, 'config.json'), 'utf8').match(/"\w+": \d+\.\d+/g)!;
    expect(fractions(out)).toEqual(fractions(folder));
    const again = await models.open(out);
    expect(again.spec).toEqual(model.spec);
    again.dispose();
  });
});
