import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import type { Batches } from './regression';

const { Random } = core;

const WIDTH = 16;
const POINTS = 64;

/** Points of the plane, each followed 64 later by one near it, as waves of four frequencies; a field of three regions. */
export function field(seed: number): Batches {
  const maps = (region: number) => Random.fromSeed(seed).child('map').child(region).normal([WIDTH, WIDTH], 0, 0.35);
  return (step) =>
    tf.tidy(() => {
      // Training sees 8 sets of points only.
      const draw = Random.fromSeed(seed).child(step < 1000 ? step % 8 : step);
      const points = draw.uniform([POINTS, 2]);
      const both = points.concat(points.add(draw.child('near').normal([POINTS, 2], 0, 0.02)));
      const phases = [1, 2, 3, 4].map((f) => both.mul(Math.PI * f));
      const x = tf.concat(
        phases.flatMap((phase) => [phase.sin(), phase.cos()]),
        1
      );
      const region = tf.oneHot(both.sum(1).mul(1.5).floor().clipByValue(0, 2).toInt(), 3, 1, 0, 'float32');
      const y = [0, 1, 2].map((r) => x.matMul(maps(r) as tf.Tensor2D).mul(region.slice([0, r], [-1, 1])));
      return { x, y: tf.addN(y) };
    });
}

/** Four experts, of which each token has one, and a permanent one where it is asked for. */
export function makeLayer(permanent: boolean, seed: number): moe.MoeLayer {
  return moe.layer({
    ...{ router: routers.topK({ k: 1 }), experts: 4, width: WIDTH, hidden: 16, sharedExperts: permanent ? 1 : 0 },
    random: Random.fromSeed(seed)
  });
}
