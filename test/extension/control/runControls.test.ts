import type { ISessionContext } from '@jupyterlab/apputils';
import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { packWholeGraph } from '@switchyard/kernel-lib/protocol';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { expect, test } from 'vitest';
import { RunControls } from '../../../extension/control';
import type { IRun } from '../../../extension/base/payloads';
import { PayloadStore } from '../../../extension/base/store';
import { wholeOf } from '../../../extension/charts/graphRewiring/whole';
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { routing } from '../support/payloads';
import { part, square } from '../support/wholeGraph';

/** The run of a snapshot in the output of a cell. */
function held(store: PayloadStore, payload: Payload): IRun {
  store.dispatch({ type: 'outputs', cellId: 'cell', readings: [{ payload }] });
  return store.runs('cell')[0];
}

interface IKernelStandIn {
  session: ISessionContext;
  sent: JSONObject[];
  answer: (data: unknown, buffers?: Uint8Array[]) => void;
  close: () => void;
}

/** A kernel with one comm, and what is sent over it. */
function kernelStandIn(): IKernelStandIn {
  const sent: JSONObject[] = [];
  const comm = {
    isDisposed: false,
    onMsg: (_: unknown): void => undefined,
    onClose: (_: unknown): void => undefined,
    open: () => undefined,
    close: () => undefined,
    send: (data: JSONObject) => sent.push(data)
  };
  const kernel = { handleComms: true, supportsSubshells: false, info: Promise.resolve({}), createComm: () => comm };
  const session = { kernelChanged: new Signal({}), statusChanged: new Signal({}), session: { kernel } };
  const answer = (data: unknown, buffers?: Uint8Array[]): void => comm.onMsg({ content: { data }, buffers });
  return { session: session as unknown as ISessionContext, sent, answer, close: () => comm.onClose({}) };
}

test('what a kernel told of a run is put into a snapshot once: a picture knows by it what it has drawn', () => {
  const { session, sent, answer } = kernelStandIn();
  const store = new PayloadStore();
  store.dispatch({ type: 'kernel', state: 'connected' });
  const controls = new RunControls(session, store);
  const snapshot = routing('finished');
  snapshot.data.layers[0].coActivation = null;
  const run = held(store, snapshot);
  const layer = snapshot.data.layers[0].path;
  const filled = (payload = snapshot): unknown => controls.filled(run, payload, layer);
  expect(filled()).toBe(snapshot);
  answer({ type: 'status', runId: snapshot.runId, state: 'running', step: 1, probe: null, problem: null });
  expect(filled()).toBe(snapshot);
  expect(sent).toEqual([{ type: 'details', layer }]);
  answer({ type: 'details', layer, payload: routing('finished') });
  const full = filled();
  expect(full).not.toBe(snapshot);
  expect(filled()).toBe(full);
  const next = { ...snapshot, seq: snapshot.seq + 1 };
  expect(filled(next)).not.toBe(full);
  answer({ type: 'details', layer, payload: routing('finished') });
  expect(filled()).not.toBe(full);
  controls.dispose();
});

/** A part of a graph in a cell, asked of a kernel. */
function asked() {
  const kernel = kernelStandIn();
  const store = new PayloadStore();
  store.dispatch({ type: 'kernel', state: 'connected' });
  const controls = new RunControls(kernel.session, store);
  const payload = part();
  const run = held(store, payload);
  const filled = () => controls.filled(run, payload, '') as GraphRewiringPayload;
  const status = { type: 'status', runId: run.key, state: 'finished', step: 0, probe: null, problem: null };
  return { ...kernel, store, controls, payload, run, filled, status };
}

test('a graph whose kernel has all of it is awaited from when it is asked until it answers, and not asked again', () => {
  const { sent, answer, controls, run, filled, status } = asked();
  expect(controls.awaits(run)).toBe(false);
  filled();
  expect(controls.awaits(run)).toBe(true);
  answer(status);
  filled();
  expect([controls.awaits(run), sent]).toEqual([true, [{ type: 'details', layer: '' }]]);
  const { head, buffers } = packWholeGraph(square());
  answer({ type: 'details', layer: '', graph: head }, buffers);
  expect([controls.awaits(run), wholeOf(filled())?.x.length, filled() === filled()]).toEqual([false, 5, true]);
  expect(sent).toHaveLength(1);
  controls.dispose();
});

test('a kernel that does not know the graph, and an answer that is none, are not waited for', () => {
  const gone = asked();
  gone.filled();
  gone.close();
  expect([gone.controls.awaits(gone.run), gone.filled()]).toEqual([false, gone.payload]);
  const strange = asked();
  strange.filled();
  strange.answer(strange.status);
  strange.filled();
  strange.answer({ type: 'details', layer: '', graph: { nodes: 5 } }, []);
  expect([strange.controls.awaits(strange.run), strange.filled(), strange.sent.length]).toEqual([false, strange.payload, 1]); // prettier-ignore
});

test('what was told of an output that is gone is let go of, and not asked for until it is there again', () => {
  const { answer, store, payload, filled, status, sent } = asked();
  filled();
  answer(status);
  filled();
  const { head, buffers } = packWholeGraph(square());
  answer({ type: 'details', layer: '', graph: head }, buffers);
  expect(wholeOf(filled())).not.toBeNull();
  store.dispatch({ type: 'outputs', cellId: 'cell', readings: [] });
  expect([filled(), sent.length]).toEqual([payload, 1]);
  held(store, payload);
  filled();
  expect(sent).toHaveLength(2);
});
