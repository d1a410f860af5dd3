import { core, moe, routers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { EXPERTS, makeLayer, tokens, WIDTH } from '../../../support/moeLayer';
import { outputOf, setValue } from '../../../support/networks';
import { INSIDE, type Member, MEMBERS } from '../../nn/experts/members';

const { Random } = core;

function layerOf({ spec, live }: Member): moe.MoeLayer {
  const layer = makeLayer({
    hidden: INSIDE,
    expertKind: spec(),
    live: live?.(WIDTH, INSIDE),
    router: routers.topK({ k: 2 })
  });
  for (const path of layer.parameters().keys()) {
    setValue(layer, path, (value) => value.add(Random.fromSeed(7).child(path).normal(value.shape, 0, 0.3)));
  }
  return layer;
}

interface Transformation {
  apply: (layer: moe.MoeLayer) => core.Module;
  /** What is said of a kind that it does not take. */
  refused: (member: Member) => string | undefined;
}

const x = tokens([24, WIDTH]);

const TRANSFORMATIONS: Record<string, Transformation> = {
  mergeExperts: {
    apply: (layer) => moe.mergeExperts(layer, { groups: 2, tokens: x as never }).layer,
    refused: ({ notAsNetworks }) => notAsNetworks?.merge
  },
  compressExperts: {
    apply: (layer) => moe.compressExperts(layer, { rank: 2 }).layer,
    refused: ({ notAsNetworks }) => notAsNetworks?.compress
  },
  averageToDense: {
    apply: (layer) => moe.averageToDense(layer).network,
    refused: ({ notAsNetworks }) => notAsNetworks?.average
  },
  pruneExperts: {
    apply: (layer) =>
      moe.pruneExperts(layer, { keep: EXPERTS - 1, tokens: x as never, random: Random.fromSeed(1) }).layer,
    refused: ({ notPruned }) => notPruned
  }
};

describe.each(Object.entries(TRANSFORMATIONS))('%s', (name, { apply, refused }) => {
  test.each(Object.entries(MEMBERS))('takes %s experts, or says why not', (_kind, member) => {
    const layer = layerOf(member);
    const before = outputOf(layer, x);
    const why = refused(member);
    if (why === undefined) {
      const made = apply(layer);
      const out = outputOf(made, x);
      expect(out.length, name).toBe(before.length);
      expect(out.every(Number.isFinite), name).toBe(true);
      made.dispose();
    } else {
      expect(() => apply(layer)).toThrow(why);
    }
    expect(outputOf(layer, x)).toEqual(before);
    layer.dispose();
  });
});
