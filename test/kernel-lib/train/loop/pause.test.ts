import { train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { bits, SHORT, smallModel, smallText } from '../../../support/runs';

/** A watcher that calls `on` after each step, and the steps it saw. */
function follow(on: (step: number) => void): { watch: train.Watcher; steps: number[] } {
  const steps: number[] = [];
  const watch: train.Watcher = {
    start: () => undefined,
    end: () => undefined,
    step({ step }) {
      steps.push(step);
      on(step);
    }
  };
  return { watch, steps };
}

/** Lets everything run that would if nothing were held. */
async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a run that is held', () => {
  test('waits between steps, goes on one by one, and ends with the numbers of one that was not', async () => {
    const whole = smallModel();
    const expected = await train.fit(whole, smallText(), SHORT);

    const model = smallModel();
    const { watch, steps } = follow((step) => step === 5 && run.pause());
    const run: train.Run = train.fit(model, smallText(), { ...SHORT, watch });
    await turns();
    expect(steps.at(-1)).toBe(5);
    expect([run.paused, run.status]).toEqual([true, 'running']);
    run.advance();
    await turns();
    expect(steps.at(-1)).toBe(6);
    run.advance(3);
    expect(run.paused).toBe(false);
    await turns();
    expect(steps.at(-1)).toBe(9);
    expect(run.paused).toBe(true);
    run.resume();
    const result = await run;
    expect(result).toMatchObject({ status: 'finished', steps: SHORT.steps, losses: expected.losses });
    expect(bits(model)).toEqual(bits(whole));
    expect(run.paused).toBe(false);
  });

  test('before its first step does none', async () => {
    const { watch, steps } = follow(() => undefined);
    const run = train.fit(smallModel(), smallText(), { ...SHORT, watch });
    run.pause();
    await turns();
    expect(steps).toEqual([]);
    run.resume();
    expect((await run).steps).toBe(SHORT.steps);
  });

  test.each(['stop', 'signal', 'interrupt'])('ends by %s, after the step it waits behind', async (how) => {
    const controller = new AbortController();
    const { watch } = follow((step) => step === 3 && run.pause());
    const run: train.Run = train.fit(smallModel(), smallText(), { ...SHORT, watch, signal: controller.signal });
    await turns();
    const end = { stop: () => run.stop(), signal: () => controller.abort(), interrupt: () => process.emit('SIGINT') };
    end[how as keyof typeof end]();
    expect(await run).toMatchObject({ status: 'stopped', steps: 3 });
  });

  test('that is paused in its last step is finished', async () => {
    const { watch } = follow((step) => step === SHORT.steps && run.pause());
    const run: train.Run = train.fit(smallModel(), smallText(), { ...SHORT, watch });
    expect((await run).status).toBe('finished');
  });

  test('advances by whole steps only', async () => {
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1 });
    expect(() => run.advance(0)).toThrow('Run.advance: steps must be an integer');
    await run;
  });
});
