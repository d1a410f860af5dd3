import { expect, test } from 'vitest';
import { errorOf, interpolated, trainedError, unseenOf } from '../support/coverage';
import { overTenSeeds } from '../support/paired';

test('[gnn-radio-propagation] decibels of error on fields never seen: of interpolation over a network with rays, and of one without rays over it', async () => {
  const { overInterpolation, raysLeftOut } = await overTenSeeds('gnn-radio-propagation', (seed) => {
    const [both, spatial] = [trainedError('both', seed), trainedError('spatial', seed)];
    return {
      overInterpolation: errorOf(unseenOf(seed), interpolated) - both,
      raysLeftOut: spatial - both,
      error: both
    };
  });
  expect([overInterpolation.verdict, raysLeftOut.verdict]).toEqual(['above', 'above']);
});
