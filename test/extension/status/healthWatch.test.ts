import { expect, test } from 'vitest';
import { HEALTH_LIMITS } from '../../../extension/base/health';
import type { HealthAction } from '../../../extension/base/panelSettings';
import type { IRun } from '../../../extension/base/payloads';
import type { IControlState } from '../../../extension/control';
import type { IWatchedRun } from '../../../extension/status/healthWatch';
import { HealthWatch } from '../../../extension/status/healthWatch';
import { routing, trans } from '../support/payloads';

const TITLE = routing('small').source.title;
const DEAD = `1 dead expert (${TITLE})`;

/** A watch over one run of one layer of 4 experts, one of them dead where `dead`. */
function watch(
  action: HealthAction,
  why: IControlState['why'] = null
): {
  said: string[];
  sent: string[];
  at: (step: number, dead: boolean, facts?: Partial<IRun>) => void;
  answers: (why: IControlState['why']) => void;
} {
  const said: string[] = [];
  const sent: string[] = [];
  let watched: IWatchedRun[] = [];
  const controls: IWatchedRun['controls'] = {
    state: () => ({ why, status: null }),
    send: (_, { type }) => void sent.push(type)
  };
  const look = new HealthWatch({
    trans,
    settings: { healthAction: action, healthLimits: HEALTH_LIMITS },
    runs: () => watched,
    notify: (message) => void said.push(message)
  });
  return {
    said,
    sent,
    at: (step, dead, facts = {}) => {
      const payload = routing('small');
      payload.source.step = step;
      Object.assign(payload.data.layers[0], { k: 1, load: dead ? [0.4, 0.3, 0.3, 0] : [0.25, 0.25, 0.25, 0.25] });
      watched = [{ run: { key: 'run', reading: { payload }, live: true, receivedAt: 0, ...facts }, controls }];
      look.look();
    },
    answers: (now) => void (why = now)
  };
}

test('what lasts for eight steps is told once, and its training held where that is wanted', () => {
  const { said, sent, at } = watch('pause');
  at(1, true);
  at(8, true);
  expect(said).toEqual([]);
  at(9, true);
  at(10, true);
  at(30, true);
  expect(said).toEqual([`Training paused: ${DEAD}`]);
  expect(sent).toEqual(['pause']);
});

test('what goes away meanwhile is counted anew', () => {
  const { said, at } = watch('notify');
  [1, 5].forEach((step) => at(step, true));
  at(6, false);
  [7, 14].forEach((step) => at(step, true));
  expect(said).toEqual([]);
  at(15, true);
  expect(said).toEqual([DEAD]);
});

test('a kernel that has not said yet whether it can be held is asked again; one that cannot be is only told of', () => {
  const { said, sent, at, answers } = watch('pause', 'waiting');
  [1, 9, 12].forEach((step) => at(step, true));
  expect(said).toEqual([]);
  answers('no-channel');
  at(13, true);
  expect(said).toEqual([DEAD]);
  expect(sent).toEqual([]);
});

test('a training that waits already is not held again, and nothing is done where nothing is wanted', () => {
  const held = watch('pause');
  [1, 9].forEach((step) => held.at(step, true, { told: 'paused' }));
  expect(held.said).toEqual([DEAD]);
  expect(held.sent).toEqual([]);
  const none = watch('none');
  [1, 9].forEach((step) => none.at(step, true));
  expect(none.said).toEqual([]);
});
