/** @file What is saved of each router, and under which names: files that are there must be read later. */
import { core } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { stored } from '../../../support/stored';
import { EXPERTS, MEMBERS, WIDTH } from './members';

const STORED: Record<string, string[]> = {
  'top-k': ['weight [width, experts]'],
  'top-k, sigmoid scores and selection bias': ['weight [width, experts]', 'selectionBias [experts] buffer'],
  'top-k, not renormalised': ['weight [width, experts]'],
  'top-k, gating residuals': ['weight [width, experts]', 'residual [experts, experts]'],
  'top-k, local': ['weight [width, experts!]'],
  'switch top-1': ['weight [width, experts]'],
  'noisy top-k': ['weight [width, experts]', 'noiseWeight [width, experts]'],
  'top-p': ['weight [width, experts]'],
  relu: ['weight [width, experts]', 'l1 [] buffer'],
  'relu, normalised, with chunk losses': ['weight [width, experts]', 'l1 [] buffer'],
  threshold: ['weight [width, experts]', 'thresholds [experts] buffer'],
  'expert choice': ['weight [width, experts]'],
  'expert choice, softmax over tokens': ['weight [width, experts]'],
  'expert choice, in groups': ['weight [width, experts]'],
  sinkhorn: ['weight [width, experts]'],
  base: ['weight [width, experts]'],
  hash: ['table [ids!, choices!] buffer'],
  fixed: ['table [ids!, choices!] buffer'],
  soft: ['weight [width, experts x slots]'],
  recurrent: [
    'input [width, state!]',
    'gateInput [state!, gates]',
    'gateState [state!, gates]',
    'newInput [state!, state!]',
    'newState [state!, state!]',
    'weight [state!, experts]'
  ],
  hyper: [
    'embedding [layer!, embedding]',
    'inner [embedding, hidden] buffer',
    'outer [hidden, width x experts] buffer'
  ],
  mixture: ['sub0 [width, experts]', 'sub1 [width, experts]', 'sub2 [width, experts]', 'main [width, routers!]'],
  'bi-level': ['nodeWeight [width, nodes!]', 'weight [width, experts!]'],
  'confidence gate': ['sharpness [] no decay'],
  lookahead: ['weight [width, experts]'],
  'progressive pool': ['weight [width, experts!]', 'step [] buffer'],
  'task gate': ['embedding [tasks!, embedding]', 'taskWeight [embedding, experts]', 'weight [width, experts]'],
  'attention gate': ['activation [width, width]', 'weight [width, experts]'],
  'test-time re-routing, kernel': [
    'router.weight [width, experts]',
    'tokens [references!, width] buffer',
    'weights [references!, experts] buffer'
  ],
  'test-time re-routing, mode finding': [
    'router.weight [width, experts]',
    'tokens [references!, width] buffer',
    'weights [references!, experts] buffer'
  ],
  'test-time re-routing, gradient': [
    'router.weight [width, experts]',
    'tokens [references!, width] buffer',
    'weights [references!, experts] buffer'
  ],
  'random partition': [],
  uncertainty: ['weight [width, experts]'],
  'unified, of top-k': ['router.weight [width, experts]'],
  'path, learning': ['weight [width, experts!]'],
  'unified, of soft': ['router.weight [width, experts x slots]']
};

test.each(Object.entries(MEMBERS))('%s', (name, member) => {
  const router = member
    .spec(member.k, EXPERTS)
    .build({ width: WIDTH, numExperts: EXPERTS, random: core.Random.fromSeed(1) });
  expect(stored(router)).toEqual(STORED[name]);
  router.dispose();
});
