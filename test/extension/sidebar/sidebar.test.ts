import { expect, test } from 'vitest';
import { HEALTH_LIMITS } from '../../../extension/base/health';
import type { Action } from '../../../extension/base/payloads';
import { NO_PAYLOADS, reduce } from '../../../extension/base/payloads';
import { readPayload } from '../../../extension/base/reading';
import { listRuns, matches } from '../../../extension/sidebar/listRuns';
import type { INotebookRuns } from '../../../extension/sidebar/runHandle';
import { RunHandle } from '../../../extension/sidebar/runHandle';
import {
  isFull,
  leaveNotebook,
  MOST_COMPARED,
  NO_SELECTION,
  showRun,
  toggleCompared,
  togglePinned
} from '../../../extension/sidebar/selection';
import { context, kind, routing } from '../support/payloads';

const outputs = (cellId: string, ...runIds: (string | null)[]): Action => ({
  type: 'outputs',
  cellId,
  readings: runIds.map((runId) => (runId === null ? readPayload({}) : { payload: { ...routing('small'), runId } }))
});
/** Selections only compare handles. */
const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id }) as RunHandle);

test('runs are listed in the order of the cells, a run that several cells hold once', () => {
  const state = [outputs('x', 'r1', 'r2'), outputs('y', 'r3'), outputs('copy', 'r1')].reduce(reduce, NO_PAYLOADS);
  const ids = (order: string[]): string[] => listRuns(state, order).map(({ id, cellId }) => `${cellId} ${id}`);
  expect(ids(['y', 'x', 'copy'])).toEqual(['y r3', 'x r1', 'x r2']);
  expect(ids(['copy', 'x', 'y', 'gone'])).toEqual(['copy r1', 'x r2', 'y r3']);
});

test('unreadable outputs of two cells are two rows', () => {
  const state = [outputs('x', null), outputs('y', null)].reduce(reduce, NO_PAYLOADS);
  expect(new Set(listRuns(state, ['x', 'y']).map(({ id }) => id)).size).toBe(2);
});

test('studies stand beside runs: how many trials, and the best so far', () => {
  const readings = [kind('trial'), routing('small')].map((payload) => ({ payload }));
  const state = reduce(NO_PAYLOADS, { type: 'outputs', cellId: 'x', readings });
  const notebook = { store: { state, isDisposed: false }, cellOrder: () => ['x'] } as unknown as INotebookRuns;
  const rows = listRuns(state, ['x']).map((listed) =>
    new RunHandle(notebook, listed).row(context.trans, HEALTH_LIMITS)
  );
  expect(rows[0]).toEqual({
    title: 'experts and routers, 40 trials',
    state: 'finished',
    details: ['trial 40 of 40', 'best 0.572', 'saved'],
    health: '',
    cell: 'cell 1'
  });
  expect(rows[1].details[0]).toMatch(/^step /);
});

test('a query finds rows that have all its words, wherever they are', () => {
  const row = {
    title: 'MoE transformer',
    state: 'finished',
    details: ['step 3 of 60', 'saved'],
    health: '4 dead experts',
    cell: 'cell 2'
  };
  expect(matches(row, '')).toBe(true);
  expect(matches(row, 'moe cell')).toBe(true);
  expect(matches(row, ' FINISHED  transformer ')).toBe(true);
  expect(matches(row, 'dead')).toBe(true);
  expect(matches(row, 'moe running')).toBe(false);
  expect(matches(row, 'finishedstep')).toBe(false);
});

test('only pinned runs stay in view when another notebook comes to the front', () => {
  const both = toggleCompared(showRun(NO_SELECTION, a, null), b, a);
  expect(both).toMatchObject({ shown: a, compared: [b] });
  expect(leaveNotebook(both)).toMatchObject({ shown: null, compared: [] });
  expect(leaveNotebook(togglePinned(both, a, a))).toMatchObject({ shown: a, compared: [], pinned: [a] });
  const released = togglePinned(togglePinned(both, b, a), b, a);
  expect(leaveNotebook(released)).toMatchObject({ shown: null, compared: [], pinned: [] });
  const three = togglePinned(toggleCompared(both, c, a), c, a);
  expect(leaveNotebook(three)).toMatchObject({ shown: null, compared: [c], pinned: [c] });
});

test('pinning the newest run keeps it in view; pinning another one does not change the view', () => {
  expect(togglePinned(NO_SELECTION, a, a)).toMatchObject({ shown: a });
  expect(togglePinned(NO_SELECTION, b, a)).toMatchObject({ shown: null, pinned: [b] });
});

test('comparing keeps the run in view where it is, and showing another one changes places', () => {
  const both = toggleCompared(NO_SELECTION, b, a);
  expect(both).toMatchObject({ shown: a, compared: [b] });
  expect(showRun(both, b, a)).toMatchObject({ shown: b, compared: [a] });
  expect(showRun(both, c, a)).toMatchObject({ shown: c, compared: [b] });
  expect(toggleCompared(both, b, a)).toMatchObject({ shown: a, compared: [] });
});

test('runs are compared in the order in which they are chosen, up to the most', () => {
  const runs = Array.from({ length: MOST_COMPARED + 1 }, (_, i) => ({ id: String(i) }) as RunHandle);
  const [first, ...others] = runs;
  const all = others.reduce((selection, run) => toggleCompared(selection, run, first), NO_SELECTION);
  expect(all.compared).toEqual(others.slice(0, MOST_COMPARED - 1));
  expect(isFull(all)).toBe(true);
  // One that is compared goes all the same, and then another one has room.
  const fewer = toggleCompared(all, others[1], first);
  expect(fewer.compared).toEqual([others[0], ...others.slice(2, MOST_COMPARED - 1)]);
  expect(isFull(fewer)).toBe(false);
  expect(toggleCompared(fewer, others[MOST_COMPARED - 1], first).compared.at(-1)).toBe(others[MOST_COMPARED - 1]);
  expect(showRun(all, others[2], first).compared).toEqual([others[0], others[1], first, ...others.slice(3, 5)]);
});
