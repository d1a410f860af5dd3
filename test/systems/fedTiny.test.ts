import { core, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { candidatesOf, federation, network } from '../support/federation';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const masksOf = (model: core.Module): Record<string, Float32Array> =>
  Object.fromEntries([...core.masksAt(model, core.maskedPaths(model))].map(([path, { variable }]) => [path, variable.dataSync<'float32'>().slice()])); // prettier-ignore

describe('[fedtiny]', () => {
  test("of two candidates the better is chosen once batch norms are the clients', and the worse by those that are stored", async () => {
    const { clients } = federation(1);
    // Trained on all classes, then masked: one hardly, whose batch norms are stale; one to nothing, whose are right.
    const model = network(1);
    for (let round = 0; round < 3; round++) {
      for (const { task } of clients) {
        await train.fit(model, task, { steps: 8, seed: round, learningRate: 1e-2, warmup: 0, schedule: 'constant', progress: false, evaluateEvery: 0 }); // prettier-ignore
      }
    }
    const [good, bad] = [0.2, 0.98].map((sparsity) => prune.unstructured(model, { sparsity }).model);
    [0, 1].forEach((i) => {
      setValue(good, `norm${i}.mean`, (value) => value.add(6));
      setValue(good, `norm${i}.variance`, (value) => value.mul(0.01));
    });
    const values = valuesOf(good);
    const choose = (select: 'adaptiveBN' | 'stored') => prune.federated({ clients, candidates: [bad, good], select, rounds: 0 }); // prettier-ignore
    const adaptive = await choose('adaptiveBN');
    const stored = await choose('stored');
    expect([adaptive.report.selected, stored.report.selected]).toEqual([1, 0]);
    expect(adaptive.report.losses[1]).toBeLessThan(adaptive.report.losses[0]);
    expect(valuesOf(good)).toEqual(values);
    [model, good, bad, adaptive.model, stored.model].forEach((each) => each.dispose());
  });

  test("pooled statistics are those of all clients' inputs together, though no client holds more than its own", async () => {
    const { clients } = federation(2);
    const [candidate] = candidatesOf(network(2), 0.5, [1]);
    const { model } = await prune.federated({ clients, candidates: [candidate], rounds: 0 });
    const all = tf.concat(clients.map(({ inputs }) => inputs));
    const sums = tf.tidy(() => {
      const weight = candidate.parameters().get('0.weight')!.read() as tf.Tensor2D;
      return tf.matMul(all as tf.Tensor2D, weight).add(candidate.parameters().get('0.bias')!.read());
    });
    const { mean, variance } = tf.moments(sums, 0);
    expectClose(model.buffers().get('norm0.mean')!.variable, mean, 1e-5);
    // Within a client the variance is unbiased, of 64.
    const within = clients.map((_, i) => tf.moments(sums.slice([64 * i, 0], [64, -1]), 0).variance);
    const expected = variance.add(tf.addN(within).div(4).div(63));
    expectClose(model.buffers().get('norm0.variance')!.variable, expected, 1e-5);
    [model, candidate].forEach((each) => each.dispose());
  });

  test('the density is the target after each round, masks change one matrix at a time, the last first, and what is masked stays 0', async () => {
    const { clients } = federation(3);
    const candidates = candidatesOf(network(3), 0.05, [1, 2]);
    const counts: number[] = [];
    const masks: Record<string, Float32Array>[] = [];
    const onRound = ({ values }: core.RoundRecord, model: core.Module) => {
      counts.push(values.density);
      masks.push(masksOf(model));
      expect(values.loss).toBeGreaterThan(0);
      core.maskedPaths(model).forEach((path) => {
        const stored = model.parameters().get(path)!.variable.dataSync();
        masks.at(-1)![path].forEach((kept, i) => kept === 0 && expect(Math.abs(stored[i])).toBe(0));
      });
    };
    const options = { clients, candidates, rounds: 6, localSteps: 3, learningRate: 1e-2, progressive: { every: 1, share: 0.6 }, onRound }; // prettier-ignore
    const { model, report } = await prune.federated(options);
    expect(new Set(counts)).toEqual(new Set([counts[0]]));
    expect(Math.abs(counts[0] - 0.05)).toBeLessThan(0.002);
    expect(report.density).toBe(counts[0]);
    const paths = ['2.weight', '1.weight', '0.weight'];
    expect(report.changed).toEqual([1, 2, 3, 4, 5, 6].map((round) => ({ round, path: paths[(round - 1) % 3] })));
    const before = [masksOf(candidates[report.selected]), ...masks];
    report.changed.forEach(({ path }, i) => {
      const moved = paths.filter((each) => before[i][each].some((kept, at) => kept !== before[i + 1][each][at]));
      expect(moved.every((each) => each === path)).toBe(true);
      const count = (mask: Float32Array) => mask.reduce((a, b) => a + b, 0);
      expect(count(before[i + 1][path])).toBe(count(before[i][path]));
    });
    expect(report.changed.some(({ path }, i) => before[i][path].some((kept, at) => kept !== before[i + 1][path][at]))).toBe(true); // prettier-ignore
    const again = await prune.federated(options);
    expect(outputOf(again.model, clients[0].inputs)).toEqual(outputOf(model, clients[0].inputs));
    const still = await prune.federated({ ...options, progressive: null, onRound: undefined });
    expect(masksOf(still.model)).toEqual(masksOf(candidates[still.report.selected]));
    [model, again.model, still.model, ...candidates].forEach((each) => each.dispose());
  });

  test("values come where the clients' gradients together are largest: planted", async () => {
    // One input says the class; its weights are masked, and others, which say nothing, are not.
    const labels = Array.from({ length: 64 }, (_, i) => i % 2);
    const inputs = tf.tidy(() => tf.concat([tf.tensor2d(labels.map((label) => [4 * label - 2])), core.Random.fromSeed(4).normal([64, 7])], 1)) as tf.Tensor2D; // prettier-ignore
    const task = train.tasks.classification({ inputs, labels, batchSize: 64 }) as unknown as train.Task;
    const clients = ['a', 'b'].map((name) => ({ name, task, inputs }));
    const model = models.mlp({ inputWidth: 8, hidden: [6], outputWidth: 2, batchNorm: true, seed: 1 });
    setValue(model, '0.weight', (value) => value.mul(tf.tensor2d([0, ...new Array<number>(7).fill(1)], [8, 1])));
    const { model: candidate } = prune.unstructured(model, { sparsity: 0.5, include: ['0.weight'] });
    const rowOf = (of: core.Module): number =>
      masksOf(of)
        ['0.weight'].slice(0, 6)
        .reduce((a, b) => a + b, 0);
    expect(rowOf(candidate)).toBe(0);
    const { model: grown } = await prune.federated({ clients, candidates: [candidate], rounds: 4, localSteps: 2, progressive: { every: 1, share: 0.5 } }); // prettier-ignore
    expect(rowOf(grown)).toBe(6);
    [model, candidate, grown].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', async () => {
    const { clients } = federation(1);
    const model = network(1);
    const candidates = candidatesOf(model, 0.5, [1]);
    const refuse = (changes: object, message: string) => expect(prune.federated({ clients, candidates, rounds: 1, ...changes })).rejects.toThrow(`prune.federated: ${message}`); // prettier-ignore
    await refuse({ clients: clients.slice(1, 2) }, 'clients must be two or more, got 1');
    await refuse({ candidates: [] }, 'candidates must be masked models, got none');
    await refuse({ candidates: [model] }, 'candidates must be masked models, got a mlp without masks');
    await refuse({ rounds: -1 }, 'rounds must be an integer');
    await refuse({ progressive: { share: 2 } }, 'progressive.share must be');
    await refuse({ clients: clients.map((each) => ({ ...each, weight: 0 })) }, 'weight of "client 0" must be');
    const plain = prune.unstructured(models.mlp({ inputWidth: 12, hidden: [4], outputWidth: 4 }), { sparsity: 0.5 }).model; // prettier-ignore
    await refuse({ candidates: [plain] }, 'calibration is for models with batch norms');
    [model, plain, ...candidates].forEach((each) => each.dispose());
  });
});
