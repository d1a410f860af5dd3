import { core, models, routers, tf, train, type data } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bits, SHORT, smallModel, smallText } from '../../../support/runs';

/** Keeps all that a run tells it. */
class Notes implements train.Watcher {
  info: train.RunInfo | null = null;
  batches: number[] = [];
  reports: train.StepReport[] = [];
  tensors: number[] = [];
  ended: [string, Error | null] | null = null;
  constructor(readonly observers: readonly core.Observer[] = []) {}
  start(run: train.RunInfo): void {
    this.info = run;
  }
  batch(_: data.Batch, step: number): void {
    this.batches.push(step);
  }
  step(report: train.StepReport): void {
    this.reports.push(report);
    this.tensors.push(tf.memory().numTensors);
  }
  end(status: string, error: Error | null): void {
    this.ended = [status, error];
  }
}

describe('train.fit', () => {
  test('the tensor count is flat over 200 steps, and the optimiser is freed at the end', async () => {
    const model = smallModel();
    const before = tf.memory().numTensors;
    const notes = new Notes([core.observer('routing', () => {})]);
    const result = await train.fit(model, smallText(), { ...SHORT, steps: 200, evaluateEvery: 50, watch: notes });
    expect(result).toMatchObject({ status: 'finished', steps: 200, seed: 1 });
    expect(new Set(notes.tensors).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the same seed gives the same numbers bit for bit, another seed others', async () => {
    const run = async (seed: number) => {
      const model = smallModel();
      const result = await train.fit(model, smallText(), { ...SHORT, seed });
      return { bits: bits(model), losses: result.losses, validation: result.validation };
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).bits).not.toEqual(first.bits);
  });

  test('a watcher does not change the numbers', async () => {
    const plain = smallModel();
    await train.fit(plain, smallText(), SHORT);
    const watched = smallModel();
    await train.fit(watched, smallText(), { ...SHORT, watch: new Notes([core.observer('routing', () => {})]) });
    expect(bits(watched)).toEqual(bits(plain));
  });

  test('watchers are started at once, training begins in a later turn', async () => {
    const notes = new Notes();
    const model = smallModel();
    const text = smallText();
    const listeners = process.listenerCount('SIGINT');
    const run = train.fit(model, text, { ...SHORT, watch: [notes] });
    expect(notes.info).toMatchObject({ runId: run.id, totalSteps: 20, seed: 1 });
    expect(notes.info!.model).toBe(model);
    expect([notes.batches.length, run.status]).toEqual([0, 'running']);
    expect(() => train.fit(model, text, SHORT)).toThrow('a model is trained by one run at a time');
    await Promise.resolve();
    expect([process.listenerCount('SIGINT'), notes.batches.length]).toEqual([listeners + 1, 0]);
    await run;
    expect(run.status).toBe('finished');
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    expect(notes.ended).toEqual(['finished', null]);
  });

  test('reports carry what the contract names', async () => {
    const notes = new Notes();
    const result = await train.fit(smallModel({ router: routers.topK({ k: 2 }) }), smallText(), {
      ...SHORT,
      ...{ evaluateEvery: 8, watch: notes }
    });
    expect(notes.reports.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(notes.batches).toEqual(notes.reports.map(({ step }) => step));
    const first = notes.reports[0];
    expect(Object.keys(first.scalars).sort()).toEqual([
      'auxiliary/switch',
      'gradientNorm',
      'learningRate',
      'loss/train'
    ]);
    expect(first.scalars['loss/train']).toBeCloseTo(Math.log(256), 0);
    expect(result.losses).toEqual(notes.reports.map(({ scalars }) => scalars['loss/train']));
    expect(result.validation.map(({ step }) => step)).toEqual([8, 16, 20]);
    const last = notes.reports.at(-1)!.scalars;
    const { loss, domains } = result.validation.at(-1)!;
    expect([last['loss/validation'], last['loss/validation/lower']]).toEqual([loss, domains.lower]);
    expect(loss).toBeCloseTo((domains.lower + domains.upper) / 2, 6);
  });

  test('observers receive the routing of training passes only', async () => {
    const paths: string[] = [];
    const observer = core.observer('routing', ({ path, numTokens }) => paths.push(`${path} ${numTokens}`));
    await train.fit(smallModel(), smallText(), { ...SHORT, steps: 3, evaluateEvery: 1, watch: new Notes([observer]) });
    expect(paths).toEqual(Array.from({ length: 3 }, () => 'layers.0.moe 64'));
  });

  test('an observer that throws is left out with its watcher, in the middle of a pass', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const heard: number[] = [];
    const broken = new Notes([
      core.observer('routing', () => {
        throw new Error('no counts');
      })
    ]);
    const well = new Notes([core.observer('routing', ({ numTokens }) => heard.push(numTokens))]);
    await train.fit(smallModel({ layers: 2 }), smallText(), { ...SHORT, steps: 2, watch: [broken, well] });
    expect((await warned).message).toContain('no counts');
    expect(broken.reports).toHaveLength(0);
    expect(heard).toEqual([64, 64, 64, 64]);
  });

  test('a watcher of the time when there was one kind of event is told the new name', () => {
    const watch = Object.assign(new Notes(), { observer: null });
    expect(() => train.fit(smallModel(), smallText(), { ...SHORT, watch })).toThrow(
      "a watcher's observer is now observers"
    );
  });

  test('a watcher that throws is left out with a warning, and the training goes on', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const broken = new Notes();
    broken.step = () => {
      throw new Error('no picture');
    };
    const notes = new Notes();
    const result = await train.fit(smallModel(), smallText(), { ...SHORT, watch: [broken, notes] });
    expect([result.status, notes.reports.length, broken.ended]).toEqual(['finished', 20, null]);
    expect((await warned).message).toContain('a watcher failed and watches no more: Error: no picture');
  });

  test('frozen parameters stay as they are', async () => {
    const model = smallModel();
    const frozen = model.parameters().get('tokens.weight')!;
    frozen.trainable = false;
    const before = bits(model);
    await train.fit(model, smallText(), { ...SHORT, steps: 3 });
    expect(bits(model)['tokens.weight']).toEqual(before['tokens.weight']);
    expect(bits(model)['head.weight']).not.toEqual(before['head.weight']);
  });

  test('gradients are clipped to their norm together', async () => {
    // The first update of AdamW has the size of the learning rate whatever the gradient's scale, unless epsilon is felt.
    const moved = async (clipNorm: number) => {
      const model = smallModel();
      const before = model.parameters().get('head.weight')!.variable.clone();
      const options = { ...SHORT, steps: 1, warmup: 0, weightDecay: 0, clipNorm };
      await train.fit(model, smallText(), options);
      return before.sub(model.parameters().get('head.weight')!.variable).abs().mean().dataSync()[0];
    };
    expect(await moved(1e-9)).toBeLessThan((await moved(Infinity)) / 10);
  });
});

describe('train.evaluate', () => {
  test('an untrained model knows nothing of any domain', async () => {
    const model = models.denseTransformer({ layers: 1, width: 16, contextLength: 16 });
    const evaluation = await train.evaluate(model, smallText(), { batches: 2 });
    expect(Object.keys(evaluation.domains)).toEqual(['lower', 'upper']);
    expect(evaluation.loss).toBeCloseTo(Math.log(256), 1);
    expect(await train.evaluate(model, smallText(), { batches: 2 })).toEqual(evaluation);
  });

  test('leaves nothing behind and changes nothing', async () => {
    const model = smallModel();
    const before = bits(model);
    const tensors = tf.memory().numTensors;
    await train.evaluate(model, smallText());
    expect(tf.memory().numTensors).toBe(tensors);
    expect(bits(model)).toEqual(before);
  });
});
