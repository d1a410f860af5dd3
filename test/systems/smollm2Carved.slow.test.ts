/**
 * @file cmoe, factorllm and read-me on a real model: SmolLM2's feed-forward networks are carved into sixteen parts, twelve of them on, and learn a little from the
 * model that they were; beside pruning at the same operations.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { core, data, models, moe, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(__dirname, '..', '..');
const [PARTS, ON, STEPS, WIDTH] = [16, 12, 40, 576];

let model: models.PretrainedTransformer;
let text: Awaited<ReturnType<typeof data.text>>;
let calibration: tf.Tensor2D;
let domainOf: number[];
let inputs: tf.Tensor2D[];

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'kernel-lib', 'bin', 'switchyard.js'), 'models', 'add', 'smollm2']);
  model = await models.open('smollm2');
  text = await data.text(['prose', 'python', 'typescript'], { tokenizer: model.tokenizer, bytesPerDomain: 400_000 });
  const drawn = text.trainBatch({ seed: 1, step: 1, batchSize: 6, length: 127 });
  calibration = tf.tensor2d(drawn.tokens, [6, 128], 'int32');
  domainOf = Array.from({ length: 6 * 128 }, (_, t) => drawn.domains[Math.floor(t / 128)]);
  const isFeedForward = (module: core.Module): module is core.Module => module.kind === 'gated-feed-forward';
  inputs = core.captureInputs(model, calibration, isFeedForward).map(({ input }) => input.reshape([-1, WIDTH]));
}, 600_000);
afterAll(() => model.dispose());

function carve(
  options: Partial<moe.CarveOptions> & Pick<moe.CarveOptions, 'experts' | 'k'>
): models.PretrainedTransformer {
  return models.mapFeedForwards(
    model,
    (network, block) =>
      moe.carve(network as moe.DenseNetwork, {
        tokens: inputs[block],
        random: core.Random.fromSeed(1).child(block),
        ...options
      }).layer
  );
}

/** Learns the dense model's predictions; with `prior`, routers also what makes up most of their networks' outputs. */
function lessons(prior: boolean) {
  const task = train.tasks.distillation(train.tasks.language(text, { batchSize: 3, length: 64 }), { teacher: model });
  if (!prior) {
    return task;
  }
  return {
    ...task,
    loss: (of: core.Module, batch: Parameters<typeof task.loss>[1], ctx: core.Context): Record<string, tf.Scalar> => {
      const layers = [...of.modules().values()].filter((each): each is moe.MoeLayer => each.kind === 'moe');
      const losses: tf.Scalar[] = [];
      const release = layers.map((layer) =>
        layer.intercept((inner, x, inside) => {
          losses.push(moe.priorApproximateLoss(layer, x.reshape([-1, WIDTH]), inside));
          return inner(x);
        })
      );
      try {
        const found = task.loss(of, batch, ctx);
        return { ...(found as Record<string, tf.Scalar>), prior: tf.addN(losses).div<tf.Scalar>(losses.length) };
      } finally {
        release.forEach((undo) => undo());
      }
    }
  };
}

function perplexity(of: models.PretrainedTransformer): number {
  const [{ tokens }] = text.validationBatches({ batchSize: 6, length: 255, count: 1 });
  const rows = Array.from({ length: 6 }, (_, i) => Array.from(tokens.subarray(i * 256, (i + 1) * 256)));
  return Math.exp(rows.reduce((sum, row) => sum + models.perplexity(of, row).loss, 0) / rows.length);
}

async function taught(of: models.PretrainedTransformer, prior: boolean): Promise<number> {
  await train.fit(of, lessons(prior), { steps: STEPS, learningRate: 1e-4, seed: 2, evaluateEvery: 0, progress: false });
  return perplexity(of);
}

test('SmolLM2, twelve of sixteen parts on: perplexity as carved and after a little distillation', async () => {
  const gone = (PARTS - ON) / PARTS;
  const made: Record<string, () => models.PretrainedTransformer> = {
    cmoe: () => carve({ experts: 14, shared: 2, k: ON - 2, group: 'activationRate', router: 'analytic' }),
    factorllm: () => carve({ experts: PARTS, k: ON, group: 'split', router: 'linear' }),
    // A domain has four experts, its tokens dealt out to them in turn.
    'read-me': () =>
      carve({
        ...{ experts: 12, shared: 4, k: ON - 4, group: 'activationSparsity', router: 'lookahead' },
        domains: domainOf.map((domain, t) => 4 * domain + (t % 4))
      }),
    'neurons by activation': () =>
      prune.structured(model, { ratio: gone, include: ['**.hidden'], importance: prune.activationNorm(calibration) })
        .model,
    'masked by magnitude': () =>
      prune.unstructured(model, { sparsity: gone, include: ['layers.*.feedForward.**'] }).model
  };
  const dense = perplexity(model);
  const found: Record<string, [number, number]> = {};
  for (const [name, make] of Object.entries(made)) {
    const made = make();
    found[name] = [perplexity(made), await taught(made, name === 'factorllm')];
    made.dispose();
    console.warn(
      `${name}: perplexity ${found[name].map((each) => each.toFixed(2)).join(', distilled ')}; dense ${dense.toFixed(2)}`
    );
  }
  for (const name of ['cmoe', 'factorllm', 'read-me']) {
    const [before, after] = found[name];
    expect(after).toBeLessThan(before);
    expect(after).toBeGreaterThan(dense);
  }
}, 3_600_000);
