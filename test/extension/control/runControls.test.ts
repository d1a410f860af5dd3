import type { ISessionContext } from '@jupyterlab/apputils';
import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';
import { RunControls } from '../../../extension/control';
import type { IRun } from '../../../extension/base/payloads';
import { PayloadStore } from '../../../extension/base/store';
import { routing } from '../support/payloads';

/** A kernel with one comm, and what is sent over it. */
function kernelStandIn(): { session: ISessionContext; sent: JSONObject[]; answer: (data: unknown) => void } {
  const sent: JSONObject[] = [];
  const comm = {
    isDisposed: false,
    onMsg: (_: unknown): void => undefined,
    open: () => undefined,
    close: () => undefined,
    send: (data: JSONObject) => sent.push(data)
  };
  const kernel = { handleComms: true, supportsSubshells: false, info: Promise.resolve({}), createComm: () => comm };
  const session = { kernelChanged: new Signal({}), statusChanged: new Signal({}), session: { kernel } };
  const answer = (data: unknown): void => comm.onMsg({ content: { data } });
  return { session: session as unknown as ISessionContext, sent, answer };
}

test('what a kernel told of a run is put into a snapshot once: a picture knows by it what it has drawn', () => {
  const { session, sent, answer } = kernelStandIn();
  const store = new PayloadStore();
  store.dispatch({ type: 'kernel', state: 'connected' });
  const controls = new RunControls(session, store);
  const snapshot = routing('finished');
  snapshot.data.layers[0].coActivation = null;
  const run: IRun = { key: snapshot.runId, reading: { payload: snapshot }, live: true, receivedAt: 0 };
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
