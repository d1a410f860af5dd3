import { kernel, protocol, show, tf, train } from '@switchyard/kernel-lib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bits, SHORT, smallModel, smallText } from '../../support/runs';

type Sent = { type: string; content: { comm_id: string; data: Record<string, unknown> } };

let kernels = 0;

/** A kernel that carries comms, and the end of them where a panel is. */
function fakeKernel(cellId: string | null = null): {
  sent: Sent[];
  open: (runId: string) => void;
  ask: (data: object) => void;
  connect: () => void;
} {
  const sent: Sent[] = [];
  const host = {
    sendComm: (message: Sent) => sent.push(message),
    clearOutput: () => undefined,
    cell: () => ({ id: cellId, executionCount: 1 })
  };
  shared().host = host;
  const event = (data: object): kernel.CommEvent => ({ data: { ...data }, metadata: {}, buffers: [] });
  // Runs that are over keep their panels.
  const comm_id = `panel ${kernels++}`;
  const open = (runId: string): void =>
    kernel.comms.receive('comm_open', { comm_id, target_name: protocol.CONTROL_TARGET }, event({ runId }));
  const connect = (): void => {
    const content = { comm_id: `page ${kernels++}`, target_name: protocol.CONTROL_TARGET };
    kernel.comms.receive('comm_open', content, event({ runs: true }));
  };
  return { sent, open, connect, ask: (data) => kernel.comms.receive('comm_msg', { comm_id }, event(data)) };
}

const shared = (): { host: unknown } =>
  (globalThis as unknown as Record<symbol, { host: unknown }>)[Symbol.for('switchyard.kernel')];

const detailsIn = (sent: Sent[]): protocol.RoutingDetails =>
  protocol.parseControlDetails(JSON.parse(JSON.stringify(sent.at(-1)!.content.data))) as protocol.RoutingDetails;

const states = (sent: Sent[]): string[] =>
  sent.map(({ type, content }) => (type === 'comm_close' ? 'closed' : String(content.data.state)));

async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

afterEach(() => {
  shared().host = null;
});

describe('the control channel', () => {
  test('pauses, steps, resumes and stops a run, and says how it is', async () => {
    const { sent, open, ask } = fakeKernel();
    const watcher = show.routing();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1000, evaluateEvery: 0, watch: watcher });
    open(run.id);
    expect(protocol.parseControlStatus(sent[0].content.data)).toEqual({
      ...{ type: 'status', runId: run.id, state: 'running', step: 0, probe: null, problem: null },
      ablation: null
    });
    ask({ type: 'pause' });
    await turns();
    const held = watcher.latest()!.source.step;
    expect(run.paused).toBe(true);
    ask({ type: 'step' });
    await turns();
    expect(watcher.latest()!.source.step).toBe(held + 1);
    ask({ type: 'dance' });
    expect(sent.at(-1)!.content.data).toMatchObject({ state: 'paused', step: held + 1 });
    ask({ type: 'resume' });
    await turns(5);
    expect(run.paused).toBe(false);
    ask({ type: 'pause' });
    ask({ type: 'stop' });
    expect((await run).status).toBe('stopped');
    expect(states(sent).at(-1)).toBe('stopped');
    const heard = sent.length;
    ask({ type: 'pause' });
    expect(run.paused).toBe(false);
    expect(states(sent).slice(heard)).toEqual(['stopped']);
  });

  test('of a run that is not there is closed', async () => {
    const { sent, open } = fakeKernel();
    await train.fit(smallModel(), smallText(), { ...SHORT, steps: 1, watch: show.routing() });
    open('another run');
    expect(states(sent)).toEqual(['closed']);
  });

  test('a run that waits shows the step that it waits after at once, however dear its pictures are', async () => {
    const { open, ask } = fakeKernel();
    const DISPLAY = Symbol.for('switchyard.display');
    const before: unknown = Reflect.get(globalThis, DISPLAY);
    const shown: number[] = [];
    const write = ({ data }: { data: Record<string, protocol.Payload> }): unknown => shown.push(data[protocol.MIME_TYPE].source.step); // prettier-ignore
    Reflect.set(globalThis, DISPLAY, { capture: () => write });
    // Each picture would have the next wait for a minute.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1200));
    const watcher = show.routing();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1000, evaluateEvery: 0, progress: false, watch: watcher }); // prettier-ignore
    open(run.id);
    await turns(20);
    vi.restoreAllMocks();
    ask({ type: 'pause' });
    const held = watcher.latest()!.source.step;
    expect(held).toBeGreaterThan(1);
    expect(shown.at(-1)).toBe(held);
    await turns();
    ask({ type: 'step' });
    await turns();
    expect(shown.at(-1)).toBe(held + 1);
    ask({ type: 'stop' });
    await run;
    Reflect.set(globalThis, DISPLAY, before);
  });
});

describe('a page that connects', () => {
  test('is told which runs there are, where they belong and what their outputs show', async () => {
    const display = Symbol.for('switchyard.display');
    const written: { data: Record<string, unknown> }[] = [];
    const write = (message: { data: Record<string, unknown> }): number => written.push(message);
    Object.assign(globalThis, { [display]: { capture: () => write } });
    try {
      const { sent, connect } = fakeKernel('cell 7');
      const options = { ...SHORT, progress: false, steps: 1 };
      const other = train.fit(smallModel(), smallText(), { ...options, watch: show.routing() });
      await other;
      const run = train.fit(smallModel(), smallText(), { ...options, steps: 1000, watch: show.routing() });
      await turns(5);
      run.pause();
      sent.length = 0;
      connect();
      const [runs, ...told] = sent.map(({ content }) => content.data);
      expect(protocol.parseControlRuns(runs)?.runIds.slice(-2)).toEqual([other.id, run.id]);
      expect(sent.at(-1)!.type).toBe('comm_close');
      const heard = told.flatMap((each) => protocol.parseControlRun(each) ?? []).slice(-2);
      expect(heard.map(({ cellId, state }) => [cellId, state])).toEqual([
        ['cell 7', 'finished'],
        ['cell 7', 'paused']
      ]);
      expect(heard[1].data).toEqual(written.at(-1)!.data);
      const payload = protocol.parsePayload(heard[0].data[protocol.MIME_TYPE]);
      expect([payload.runId, payload.source.status]).toEqual([other.id, 'finished']);
      run.stop();
      await run;
    } finally {
      Reflect.deleteProperty(globalThis, display);
    }
  });

  test('hears why no text of a reader can be followed', async () => {
    const { sent, open } = fakeKernel();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1, watch: show.training() });
    open(run.id);
    expect(sent.at(-1)!.content.data.noProbe).toMatch(/^show\.training: /);
    await run;
  });
});

describe('details of a layer', () => {
  test('hold what an output has no room for, while the run is under way and after it', async () => {
    const { sent, open, ask } = fakeKernel();
    const watcher = show.routing();
    const run = train.fit(smallModel({ layers: 2, experts: 128 }), smallText(), { ...SHORT, watch: watcher });
    open(run.id);
    await turns(5);
    const [{ path }] = watcher.latest()!.data.layers;
    const known = sent.length;
    ask({ type: 'details', layer: path });
    expect(sent.length).toBe(known + 1);
    expect(detailsIn(sent).payload.source.status).toBe('running');
    await run;
    ask({ type: 'details', layer: path });
    const { layer, payload } = detailsIn(sent);
    const shown = watcher.latest()!;
    expect([layer, payload.runId, payload.source.step]).toEqual([path, run.id, SHORT.steps]);
    expect(shown.data.layers.map(({ coActivation }) => coActivation)).toEqual([null, null]);
    expect(payload.data.layers.map(({ coActivation }) => coActivation?.length)).toEqual([128, undefined]);
    const exact = watcher.recorder!.coActivation()[path]!;
    payload.data.layers[0].coActivation!.forEach((row, i) =>
      row.forEach((share, j) => expect(share ?? -1).toBeCloseTo(exact[i][j] ?? -1, 4))
    );
    expect(payload.data.layers[0].load).toEqual(shown.data.layers[0].load);
  });

  test('are known of the two runs that were over last, and of a watcher only of its latest', async () => {
    const { sent, open } = fakeKernel();
    const ended = async (watch: train.Watcher): Promise<string> => {
      const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1, watch });
      await run;
      return run.id;
    };
    const ids = [await ended(show.routing()), await ended(show.routing()), await ended(show.routing())];
    sent.length = 0;
    ids.forEach((id) => open(id));
    expect(states(sent)).toEqual(['closed', 'finished', 'finished']);
    const watcher = show.routing();
    const first = await ended(watcher);
    await ended(watcher);
    open(first);
    expect(states(sent).at(-1)).toBe('closed');
  });

  test('of a layer that is not there are those of no layer', async () => {
    const { sent, open, ask } = fakeKernel();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1, watch: show.routing() });
    await run;
    open(run.id);
    ask({ type: 'details', layer: 'nowhere' });
    expect(detailsIn(sent).payload.data.layers.map(({ coActivation }) => coActivation)).toEqual([null]);
  });
});

describe('a probed text', () => {
  const text = 'route the token';

  beforeEach(() => vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
  afterEach(() => vi.restoreAllMocks());

  test('with losses: of each token, without an expert and with it alone, and the run is the same', async () => {
    const { sent, open, ask } = fakeKernel();
    const [plain, model] = [smallModel(), smallModel()];
    await train.fit(plain, smallText(), { ...SHORT, steps: 6 });
    const watcher = show.routing({ probe: 'the route of a token' });
    const run = train.fit(model, smallText(), { ...SHORT, steps: 6, watch: watcher });
    open(run.id);
    const layer = 'layers.0.moe';
    const sample = (): protocol.TokenSample => watcher.latest()!.data.tokens!;
    ask({ type: 'ablate', ablation: { layer, expert: 1, mode: 'without' } });
    expect(sent.at(-1)!.content.data).toMatchObject({ ablation: { layer, expert: 1, mode: 'without' }, problem: null });
    await run;
    const { loss, ablation, text } = sample();
    expect(loss!.slice(0, -1).every((x) => x! > 0)).toBe(true);
    expect([loss!.length, loss!.at(-1), ablation!.loss.length]).toEqual([text.length, null, text.length]);
    expect(ablation).toMatchObject({ layer, expert: 1, mode: 'without' });
    // A token that did not go to the expert, and of which none before did, is the same.
    const [experts] = [protocol.choicesOf(sample().experts[0], 2)];
    const first = experts.findIndex((row) => row.includes(1));
    expect(ablation!.loss.slice(0, first)).toEqual(loss!.slice(0, first));
    expect(first).toBeLessThan(text.length - 1);
    expect(ablation!.loss[first]).not.toBe(loss![first]);
    expect(bits(model)).toEqual(bits(plain));
  });

  test('is routed after the run as well, by the model as it is then, and an expert left out of it', async () => {
    const { sent, open, ask } = fakeKernel();
    const model = smallModel();
    const watcher = show.routing();
    const run = train.fit(model, smallText(), { ...SHORT, steps: 6, watch: watcher });
    open(run.id);
    await run;
    const [layer, end] = ['layers.0.moe', bits(model)];
    ask({ type: 'pause' });
    ask({ type: 'probe', text });
    const sample = (): protocol.TokenSample => watcher.latest()!.data.tokens!;
    expect(sample().text.join('')).toBe(text);
    ask({ type: 'ablate', ablation: { layer, expert: 1, mode: 'without' } });
    expect(sent.at(-1)!.content.data).toMatchObject({ state: 'finished', probe: text, problem: null });
    const { loss, ablation } = sample();
    expect(ablation!.loss).not.toEqual(loss);
    expect(watcher.latest()!.source).toMatchObject({ status: 'finished', final: true, step: 6 });
    expect(bits(model)).toEqual(end);
    // Changed since: both losses are of the model as it is now.
    await train.fit(model, smallText(), { ...SHORT, steps: 6 });
    ask({ type: 'ablate', ablation: { layer, expert: 1, mode: 'without' } });
    expect(sample().loss).not.toEqual(loss);
    model.dispose();
    ask({ type: 'probe', text: 'another' });
    expect(watcher.latest()!.data.tokens?.text.join('')).not.toBe('another');
    expect(sent.at(-1)!.content.data).toMatchObject({
      probe: null,
      problem: expect.stringMatching(/^the run is over, and its model passes no text/)
    });
  });

  test('an ablation that cannot be is refused in words, and the text goes on', async () => {
    const { sent, open, ask } = fakeKernel();
    const watcher = show.routing();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 5000, watch: watcher });
    open(run.id);
    const layer = 'layers.0.moe';
    const told = (): unknown => sent.at(-1)!.content.data;
    ask({ type: 'ablate', ablation: { layer, expert: 0, mode: 'only' } });
    expect(told()).toMatchObject({ ablation: null, problem: expect.stringContaining('needs a text that is probed') });
    ask({ type: 'probe', text: 'route' });
    ask({ type: 'ablate', ablation: { layer, expert: 4, mode: 'only' } });
    expect(told()).toMatchObject({ ablation: null, probe: 'route', problem: expect.stringContaining('must be 0..3') });
    ask({ type: 'ablate', ablation: { layer: 'layers.0', expert: 0, mode: 'only' } });
    expect(told()).toMatchObject({ ablation: null, problem: expect.stringContaining('one with a router') });
    ask({ type: 'ablate', ablation: { layer, expert: 3, mode: 'only' } });
    expect(told()).toMatchObject({ ablation: { expert: 3 }, problem: null });
    // Kept with another text; gone when it is asked for no more.
    ask({ type: 'probe', text: 'a token' });
    expect(told()).toMatchObject({ ablation: { expert: 3 }, probe: 'a token' });
    await turns();
    expect(watcher.latest()!.data.tokens!.ablation).toMatchObject({ layer, expert: 3, mode: 'only' });
    ask({ type: 'ablate', ablation: null });
    expect(told()).toMatchObject({ ablation: null, probe: 'a token' });
    expect(watcher.latest()!.data.tokens!.ablation).toBeUndefined();
    ask({ type: 'stop' });
    await run;
  });

  test('is shown with what it was given at earlier steps, and changes no number of the run', async () => {
    const plain = smallModel();
    const watched = show.routing();
    const expected = await train.fit(plain, smallText(), { ...SHORT, watch: watched });

    const model = smallModel();
    const watcher = show.routing({ probe: text });
    const eager: train.Watcher = { ...idle, step: () => void watcher.latest() };
    const result = await train.fit(model, smallText(), { ...SHORT, watch: [watcher, eager] });
    expect(result.losses).toEqual(expected.losses);
    expect(result.validation).toEqual(expected.validation);
    expect(bits(model)).toEqual(bits(plain));
    const [mine, theirs] = [watcher.latest()!.data, watched.latest()!.data];
    expect(mine.layers).toEqual(theirs.layers);
    expect(repeated(mine.history)).toEqual(repeated(theirs.history));

    const tokens = mine.tokens!;
    expect(tokens.text.join('')).toBe(text);
    expect(tokens.truncated).toBe(false);
    expect(tokens.earlier!.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(tokens.experts[0]).toHaveLength(text.length);
    expect(theirs.tokens!.text.join('')).not.toBe(text);
  });

  test('is chosen in the panel, cut to the context length, and given up again', async () => {
    const { sent, open, ask } = fakeKernel();
    const watcher = show.routing();
    const run = train.fit(smallModel(), smallText(), { ...SHORT, steps: 1000, evaluateEvery: 0, watch: watcher });
    open(run.id);
    await turns(5);
    ask({ type: 'pause' });
    await turns(5);
    const long = 'a text that is longer than the context';
    ask({ type: 'probe', text: long });
    expect(watcher.latest()!.data.tokens).toMatchObject({ truncated: true });
    expect(watcher.latest()!.data.tokens!.text.join('')).toBe(long.slice(0, 16));
    expect(sent.at(-1)!.content.data).toMatchObject({ probe: long, problem: null });
    ask({ type: 'probe', text: '' });
    expect(sent.at(-1)!.content.data).toMatchObject({ probe: null, problem: expect.stringContaining('1 to 4096') });
    ask({ type: 'probe', text: null });
    expect(sent.at(-1)!.content.data).toMatchObject({ probe: null, problem: null });
    run.stop();
    await run;
  });

  test('that the data cannot read is said, and the run is watched all the same', async () => {
    const { sent, open } = fakeKernel();
    const text = smallText();
    const mute = Object.create(text, { encode: { value: undefined } }) as typeof text;
    const watcher = show.routing({ probe: 'a' });
    const run = train.fit(smallModel(), mute, { ...SHORT, watch: watcher });
    open(run.id);
    expect(sent[0].content.data.problem).toContain('the data must have encode()');
    await run;
    expect(watcher.latest()!.source.step).toBe(SHORT.steps);
    expect(watcher.latest()!.data.tokens).not.toBeNull();
  });

  test('leaves no tensor behind', async () => {
    const watcher = show.routing({ probe: text });
    const model = smallModel();
    await train.fit(model, smallText(), { ...SHORT, steps: 2, watch: show.routing() });
    const before = tf.memory().numTensors;
    await train.fit(model, smallText(), { ...SHORT, watch: watcher });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is refused where the option is written', () => {
    expect(() => show.routing({ probe: '' })).toThrow('show.routing: probe must be a text of 1 to 4096 characters');
  });
});

const idle: train.Watcher = { start: () => undefined, step: () => undefined, end: () => undefined };

/** The history without the scalars that are of the machine. */
function repeated(history: protocol.RoutingHistory): object {
  const kept = Object.entries(history.scalars).filter(([name]) => !name.startsWith('machine/'));
  expect(kept.length).toBe(Object.keys(history.scalars).length - 3);
  return { ...history, scalars: Object.fromEntries(kept) };
}
