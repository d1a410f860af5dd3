import { expect, test } from 'vitest';
import { roleScores } from '../support/communities';
import { overTenSeeds } from '../support/paired';

test('[irwe] on a graph that was not trained on: how well identities cluster by role over positions, and positions by community over identities (adjusted Rand)', async () => {
  const { byRole, byCommunity } = await overTenSeeds('irwe', (seed) => {
    const [, { identity, position }] = roleScores(seed);
    return {
      role: identity.role,
      byRole: identity.role - position.role,
      community: position.community,
      byCommunity: position.community - identity.community
    };
  });
  expect([byRole.verdict, byCommunity.verdict]).toEqual(['above', 'above']);
});
