import { expect, test } from 'vitest';
import type { Action, IPayloads } from '../../../extension/base/payloads';
import { holders, latestRun, NO_PAYLOADS, reduce } from '../../../extension/base/payloads';
import type { Reading } from '../../../extension/base/reading';
import { readPayload } from '../../../extension/base/reading';
import { routing } from '../support/payloads';

function snapshot(runId: string, seq: number): Reading {
  return { payload: { ...routing('small'), runId, seq } };
}

function play(...actions: Action[]): IPayloads {
  return actions.reduce(reduce, NO_PAYLOADS);
}

function seqs(state: IPayloads, cellId: string): Record<string, number> {
  return Object.fromEntries(
    (state.cells.get(cellId) ?? []).map(({ key, reading }) => [key, 'payload' in reading ? reading.payload.seq : -1])
  );
}

const outputs = (cellId: string, ...readings: Reading[]): Action => ({ type: 'outputs', cellId, readings });
const message = (reading: Reading, cellId: string | null = null, time = 1): Action => ({
  type: 'message',
  cellId,
  reading,
  time
});

test('the newest snapshot wins, whatever the order and the way', () => {
  expect(
    seqs(play(outputs('a', snapshot('r', 2)), message(snapshot('r', 3)), outputs('a', snapshot('r', 2))), 'a')
  ).toEqual({
    r: 3
  });
  expect(seqs(play(outputs('a', snapshot('r', 5)), message(snapshot('r', 4))), 'a')).toEqual({ r: 5 });
});

test('cleared outputs take their runs along, so that a run can start again from 0', () => {
  const state = play(outputs('a', snapshot('r', 9)), outputs('a'), outputs('a', snapshot('r', 0)));
  expect(seqs(state, 'a')).toEqual({ r: 0 });
});

test('a message finds its cell by the run, where no request is known (after a page reload)', () => {
  const state = play(outputs('a', snapshot('r', 1)), outputs('b', snapshot('s', 1)), message(snapshot('s', 2)));
  expect(seqs(state, 'a')).toEqual({ r: 1 });
  expect(seqs(state, 'b')).toEqual({ s: 2 });
});

test('of two cells with the same run, the one whose request is answered gets the message', () => {
  const state = play(
    outputs('a', snapshot('r', 1)),
    outputs('copy', snapshot('r', 1)),
    message(snapshot('r', 2), 'copy')
  );
  expect(seqs(state, 'a')).toEqual({ r: 1 });
  expect(seqs(state, 'copy')).toEqual({ r: 2 });
});

test('a message of a run that no cell holds goes to the cell that asked, or nowhere', () => {
  expect(holders(play(message(snapshot('r', 1), 'a')), 'r')).toEqual(['a']);
  expect(play(message(snapshot('r', 1))).cells.size).toBe(0);
});

test('a saved run is not live; a message makes it so; a lost kernel ends that', () => {
  const saved = play(outputs('a', snapshot('r', 1)));
  expect(saved.cells.get('a')?.[0].live).toBe(false);
  const live = reduce(saved, message(snapshot('r', 2)));
  expect(live.cells.get('a')?.[0].live).toBe(true);
  expect(reduce(live, { type: 'kernel-lost' }).cells.get('a')?.[0].live).toBe(false);
});

test('two runs of one cell are kept apart and the one that moved last is shown', () => {
  const state = play(
    outputs('a', snapshot('r', 1), snapshot('s', 1)),
    message(snapshot('s', 2), null, 10),
    message(snapshot('r', 2), null, 20)
  );
  expect(seqs(state, 'a')).toEqual({ r: 2, s: 2 });
  expect(latestRun(state.cells.get('a') ?? [])?.key).toBe('r');
});

test('an unreadable output is kept with its problem', () => {
  const state = play(outputs('a', readPayload({ kind: 'nonsense' }), snapshot('r', 1)));
  const [bad, good] = state.cells.get('a') ?? [];
  expect('problem' in bad.reading).toBe(true);
  expect(good.key).toBe('r');
});

test('nothing changes where nothing new came', () => {
  const reading = snapshot('r', 1);
  const state = play(outputs('a', reading));
  expect(reduce(state, outputs('a', reading))).toBe(state);
  expect(reduce(state, { type: 'cell-removed', cellId: 'b' })).toBe(state);
  expect(reduce(state, { type: 'kernel', state: 'none' })).toBe(state);
  expect(reduce(state, { type: 'cell-removed', cellId: 'a' }).cells.size).toBe(0);
});

test('a run is as its kernel says, until it says no more or is lost', () => {
  const told = (state: IPayloads): unknown[] => (state.cells.get('a') ?? []).map((run) => run.told);
  const before = [snapshot('r', 1), snapshot('other', 1)].reduce(
    (state, each) => reduce(state, message(each, 'a')),
    NO_PAYLOADS
  );
  const held = reduce(before, { type: 'told', runId: 'r', state: 'paused' });
  expect(told(held)).toEqual(['paused', undefined]);
  expect(reduce(held, { type: 'told', runId: 'r', state: 'paused' })).toBe(held);
  expect(told(reduce(held, message(snapshot('r', 2), 'a')))).toEqual(['paused', undefined]);
  expect(told(reduce(held, { type: 'told', runId: 'r', state: undefined }))).toEqual([undefined, undefined]);
  expect(told(reduce(held, { type: 'kernel-lost' }))).toEqual([undefined, undefined]);
});

test('of the runs of a kernel only those live on that it still has', () => {
  const before = [snapshot('r', 1), snapshot('other', 1)].reduce(
    (state, each) => reduce(state, message(each, 'a')),
    NO_PAYLOADS
  );
  const live = (state: IPayloads): boolean[] => (state.cells.get('a') ?? []).map((run) => run.live);
  const after = reduce(before, { type: 'held', runIds: ['other', 'third'] });
  expect(live(after)).toEqual([false, true]);
  expect(reduce(after, { type: 'held', runIds: ['other'] })).toBe(after);
  expect(live(reduce(after, { type: 'kernel-lost' }))).toEqual([false, false]);
});

test('a run is answered with its request, and a snapshot of another request begins anew', () => {
  const of = (request: string, seq = 1): Action => ({ ...message(snapshot('r', seq), 'a'), request }) as Action;
  const first = (state: IPayloads): unknown => state.cells.get('a')?.[0].answeredAt;
  const before = reduce(NO_PAYLOADS, of('one'));
  expect(reduce(before, { type: 'answered', request: 'two', time: 5 })).toBe(before);
  const answered = reduce(before, { type: 'answered', request: 'one', time: 5 });
  expect(first(answered)).toBe(5);
  expect(first(reduce(answered, of('one', 2)))).toBe(5);
  expect(first(reduce(answered, of('two', 2)))).toBeUndefined();
});

test('a run that no cell holds is kept, until one does', () => {
  const heard = reduce(NO_PAYLOADS, message(snapshot('r', 1), null));
  expect([...heard.heard.keys()]).toEqual(['r']);
  expect(reduce(heard, { type: 'told', runId: 'r', state: 'paused' }).heard.get('r')?.told).toBe('paused');
  const homed = reduce(heard, message(snapshot('r', 2), 'a'));
  expect([...homed.heard.keys()]).toEqual([]);
  expect(homed.cells.get('a')?.map(({ live }) => live)).toEqual([true]);
});

test('a run that was heard before its output came is live: another reader ran its cell', () => {
  const state = play(message(snapshot('r', 0), null, 7), outputs('a', snapshot('r', 0)));
  expect(state.cells.get('a')).toMatchObject([{ key: 'r', live: true, receivedAt: 7 }]);
  expect(state.heard.size).toBe(0);
  const lost = play(message(snapshot('r', 0)), { type: 'kernel-lost' }, outputs('a', snapshot('r', 0)));
  expect(lost.cells.get('a')).toMatchObject([{ live: false }]);
});

test('a live run stays live where its cell goes and comes back, and a copy of its cell is none', () => {
  const live = play(outputs('a', snapshot('r', 1)), message(snapshot('r', 2), null, 7));
  const moved = [{ type: 'cell-removed', cellId: 'a' } as const, outputs('a', snapshot('r', 2))].reduce(reduce, live);
  expect(moved.cells.get('a')).toMatchObject([{ live: true, receivedAt: 7 }]);
  const copied = reduce(live, outputs('copy', snapshot('r', 2)));
  expect(copied.cells.get('copy')).toMatchObject([{ live: false, receivedAt: 0 }]);
  const gone = reduce(copied, { type: 'cell-removed', cellId: 'a' });
  expect(gone.heard.size).toBe(0);
});
