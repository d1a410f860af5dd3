import { nas, protocol, show } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const study = (watch: nas.StudyWatcher, options: Partial<nas.StudyOptions> = {}) =>
  nas.study({
    ...{
      space: nas.space({ x: nas.float(0, 1) }),
      storage: 'memory',
      name: 'mine',
      progress: false,
      trials: 30,
      watch
    },
    evaluate: ({ candidate, number }) => (number === 4 ? NaN : (candidate.x as number)),
    ...options
  });

test('show.trials: the payload of a study while it runs and when it is over', async () => {
  const watcher = show.trials();
  const during: string[] = [];
  await study(watcher, {
    evaluate: (trial) => {
      trial.report(1, 9);
      const { data, source } = watcher.latest()!;
      during.push(
        `${source.step} ${source.status} ${data.trials.at(-1)!.state} ${String(data.trials.at(-1)!.intermediate.values)}`
      );
      return trial.number === 4 ? NaN : (trial.candidate.x as number);
    }
  });
  expect(during.slice(0, 2)).toEqual(['0 running running 9', '1 running running 9']);
  const payload = protocol.parsePayload(watcher.latest());
  expect(payload.source).toMatchObject({ status: 'finished', step: 30, totalSteps: 30, title: 'mine, random' });
  const { data } = watcher.latest()!;
  expect(data.trials).toHaveLength(30);
  expect(data.trials[4].state).toBe('failed');
  const [best] = data.best;
  expect(data.trials[best].values[0]).toBe(
    Math.min(...data.trials.flatMap(({ values: [value] }) => (value === null ? [] : [value])))
  );
  expect(watcher.toSVG()).toContain('best so far');
});

test('trials that are promoted say which they go on from, and how much they may spend', async () => {
  const watcher = show.trials({ title: 'halving' });
  await study(watcher, { strategy: nas.asha({ minResource: 1, maxResource: 9 }) });
  const { data, source } = watcher.latest()!;
  const promoted = data.trials.filter(({ parent }) => parent !== null);
  expect(promoted.length).toBeGreaterThan(5);
  promoted.forEach(({ parent, parameters, resource }) => {
    expect(data.trials[parent!].parameters).toEqual(parameters);
    expect(resource).toBe(3 * data.trials[parent!].resource!);
  });
  // A choice is a number: nothing of it is a network.
  expect(data.architectures).toBeUndefined();
  const fates = protocol.trialFates(data, true);
  const went = data.trials.flatMap(({ number }, i) => (fates[i] === 'promoted' ? [number] : []));
  expect(went).toEqual(promoted.map(({ parent }) => parent!).sort((x, y) => x - y));
  const whole = data.trials.filter((_, i) => fates[i] === 'complete');
  expect(whole.every(({ resource }) => resource === 9)).toBe(true);
  expect(fates).toContain('stopped');
  expect(source.title).toBe('halving');
});

test('each trial has its network, as its space tells of it', async () => {
  const watcher = show.trials();
  const space = nas.space.dag({ nodes: 2, operations: ['conv', 'pool'] });
  const { trials } = await study(watcher, { space, trials: 8, evaluate: ({ number }) => number });
  const { data } = watcher.latest()!;
  data.trials.forEach(({ architecture }, i) => {
    const { nodes, edges } = data.architectures![architecture!];
    const { operations, edges: there } = trials[i].candidate as { operations: string[]; edges: number[] };
    expect(nodes.map(({ label }) => label)).toEqual(['input', ...operations, 'output']);
    expect(edges.map(({ from, to }) => [from, to])).toEqual(space.pairs.filter((_, e) => there[e] === 1));
  });
  const payload = watcher.latest();
  expect(protocol.parsePayload(payload)).toEqual(payload);
});

test('a watcher follows one study at a time', async () => {
  const watcher = show.trials();
  expect(watcher.latest()).toBeNull();
  expect(() => watcher.toSVG()).toThrow('show.trials: a picture needs a study, got none yet');
  const first = study(watcher);
  await expect(Promise.resolve().then(() => study(watcher).result)).rejects.toThrow(
    'show.trials: a watcher follows one study at a time'
  );
  await first;
});
