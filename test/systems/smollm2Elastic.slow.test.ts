import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, data, elastic, models, nas, prune, tf, train } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(__dirname, '..', '..');
const LENGTH = 128;

let model: models.PretrainedTransformer;
beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'kernel-lib', 'bin', 'switchyard.js'), 'models', 'add', 'smollm2']);
  model = await models.open(join(ROOT, '.venv', 'share', 'switchyard', 'models', 'smollm2.gguf'));
}, 600_000);
afterAll(() => model.dispose());

/** Mean negative log-likelihood of a token, over rows of ids; [R, N + 1]. */
function lossOf(of: core.Module, rows: tf.Tensor2D): number {
  return tf.tidy(() => {
    const [count, length] = rows.shape;
    const ctx = core.Context.create();
    const logits = of.apply(rows.slice([0, 0], [count, length - 1]), ctx) as tf.Tensor3D;
    ctx.dispose();
    const targets = rows.slice([0, 1], [count, length - 1]).flatten();
    const flat = logits.reshape([count * (length - 1), -1]) as tf.Tensor2D;
    const picked = tf.gatherND(flat, tf.stack([tf.range(0, flat.shape[0], 1, 'int32'), targets.toInt()], 1));
    return flat.logSumExp(1).sub(picked).mean().dataSync()[0];
  });
}

test('SmolLM2 as a supernet, not trained for it: perplexity against measured time over depth and feed-forward width', async () => {
  const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
  const rowsOf = (text: string, count: number): tf.Tensor2D => {
    const ids = model.tokenizer.encode(text).slice(0, count * (LENGTH + 1));
    return tf.tensor2d(ids, [count, LENGTH + 1], 'int32');
  };
  // Blocks are put in order on one text, and slices measured on another.
  const [calibration, held] = [rowsOf(read('CONTRIBUTING.md'), 1), rowsOf(read('README.md'), 2)];
  const whole = lossOf(model, held);
  const corpus = data.fromStrings({ prose: [read('CONTRIBUTING.md')] }, { tokenizer: model.tokenizer, validation: 0 });
  const { model: ranked } = elastic.rank(model, {
    include: ['**.hidden'],
    importance: prune.taylor(train.tasks.language(corpus, { batchSize: 1, length: LENGTH }), { batches: 2 })
  });
  expect(Math.abs(lossOf(ranked, held) - whole)).toBeLessThan(1e-3);
  const blocks = Array.from({ length: 30 }, (_, i) => i);
  const without = blocks.map((block) =>
    elastic.subnet(ranked, { skip: [`layers.${block}`] }).run((each) => lossOf(each, calibration))
  );
  const order = [...blocks].sort((a, b) => without[b] - without[a]);
  const net = elastic.supernet(ranked, {
    sizes: { '**.hidden': [0.75, 0.875, 1] },
    depths: { layers: [26, 28, 30] },
    order: { layers: order },
    tied: true
  });
  const input = held.slice([0, 0], [1, LENGTH]);
  const slices = [...net.points()].map((point) => ({ point, slice: net.subnet(point) }));
  const timeOf = (slice: elastic.Subnet): number => {
    const start = performance.now();
    tf.tidy(() => void slice.apply(input, core.Context.create()).dataSync());
    return performance.now() - start;
  };
  // In turn, and of each the shortest: what else the machine does takes time from all alike.
  const rounds = Array.from({ length: 5 }, () => slices.map(({ slice }) => timeOf(slice)));
  const points = slices.map(({ point, slice }, i) => ({
    ...{ point, parameters: slice.cost().parameters, loss: slice.run((each) => lossOf(each, held)) },
    milliseconds: Math.min(...rounds.map((round) => round[i]))
  }));
  for (const { point, parameters, loss, milliseconds } of points) {
    const front = nas.nonDominated(points.map((each) => [each.milliseconds, each.loss]));
    const marked = front.some((i) => points[i].point === point) ? '*' : ' ';
    console.warn(`${marked} ${JSON.stringify(point)} ${(parameters / 1e6).toFixed(1)} M, perplexity ${Math.exp(loss).toFixed(2)}, ${milliseconds.toFixed(0)} ms for ${LENGTH} tokens`); // prettier-ignore
  }
  const at = (hidden: number, layers: number) => points.find(({ point }) => point['**.hidden'] === hidden && point.layers === layers)!; // prettier-ignore
  expect(Math.abs(at(1, 30).loss - whole)).toBeLessThan(1e-3);
  // Less is worse, and faster: the whole model and the smallest slice are on the front.
  expect(at(0.75, 26).loss).toBeGreaterThan(at(1, 30).loss);
  expect(at(0.75, 26).milliseconds).toBeLessThan(at(1, 30).milliseconds);
  for (const hidden of [0.75, 0.875, 1]) {
    expect(at(hidden, 28).parameters).toBeLessThan(at(hidden, 30).parameters);
  }
  // The slice extracted is a model that computes the same.
  const { model: small } = elastic.extract(ranked, net.choice(at(0.75, 26).point));
  expect(Math.abs(lossOf(small, held) - at(0.75, 26).loss)).toBeLessThan(1e-3);
  [ranked, small].forEach((each) => each.dispose());
  tf.dispose([calibration, held, input]);
}, 1_800_000);
