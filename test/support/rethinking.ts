import { core, moe, peft, routers } from '@switchyard/kernel-lib';
import { setValue } from './networks';
import type { Batches } from './regression';

const { Context, Random } = core;

const WIDTH = 16;
const EXPERTS = 4;

/** Networks of width 16 and 32 neurons. */
export const BASE = { width: WIDTH, hidden: 32, bias: false };

/** Four experts, each the base with an adapter of its own, asked in so many rounds. */
export function makeRethink(
  base: moe.DenseNetwork,
  rounds: number,
  seed = 1,
  router = routers.recurrent({ k: 2 })
): moe.Rethink {
  const experts = peft.loraExperts({ base, rank: 4 });
  return moe.rethink({
    rounds,
    router,
    expertKind: experts,
    experts: EXPERTS,
    width: WIDTH,
    hidden: 32,
    random: Random.fromSeed(seed)
  });
}

/** g after f, each the step of one of four adapted networks: of f by where a token lies, of g by where f has put it. */
export function makeComposed(base: moe.DenseNetwork, seed: number): { batches: Batches; dispose: () => void } {
  const planted = moe.rethink({
    ...{
      rounds: 2,
      router: routers.topK({ k: 1, renormalize: true }),
      expertKind: peft.loraExperts({ base, rank: 2 })
    },
    ...{ experts: EXPERTS, width: WIDTH, hidden: 32, random: Random.fromSeed(seed).child('planted') }
  });
  [...planted.parameters().keys()]
    .filter((path) => path.endsWith('.b'))
    .forEach((path) => setValue(planted, path, (b) => Random.fromSeed(seed).child(path).normal(b.shape)));
  return {
    batches: (step) => {
      const x = Random.fromSeed(seed).child('batch').child(step).normal([128, WIDTH]);
      return { x, y: planted.apply(x, Context.create()) };
    },
    dispose: () => planted.dispose()
  };
}
