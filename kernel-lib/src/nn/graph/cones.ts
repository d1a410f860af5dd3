import { tf } from '../../base/backend';
import { withoutGradient } from '../../base/ops';

/** Cones, one in each of d planes: axes in -pi..pi and apertures in 0..2 pi; [B, d] each. */
export interface Cones {
  axis: tf.Tensor2D;
  aperture: tf.Tensor2D;
}

const TURN = 2 * Math.PI;

/** Angles within -pi..pi. */
export function wrapped(angle: tf.Tensor2D): tf.Tensor2D {
  const turns = withoutGradient(() => angle.add(Math.PI).div(TURN).floor());
  return angle.sub(turns.mul(TURN));
}

/** The rest of each plane, of which the opposite direction is the axis. */
export function complement({ axis, aperture }: Cones): Cones {
  return { axis: wrapped(axis.add(Math.PI)), aperture: tf.sub(TURN, aperture) };
}

/** Lower approximation of cones, whose apertures are narrower by a share 0..1 of themselves, [B, d] or less. */
export function lowerCones({ axis, aperture }: Cones, roughness: tf.Tensor): Cones {
  return { axis, aperture: aperture.mul(tf.sub(1, roughness)) };
}

/** Upper approximation of cones, whose apertures are wider by a share 0..1 of the rest. */
export function upperCones({ axis, aperture }: Cones, roughness: tf.Tensor): Cones {
  return { axis, aperture: aperture.add(tf.sub(TURN, aperture).mul(roughness)) };
}

/**
 * Distance of entities, angles [E, d], from cones [B, d], as in ConE (arXiv 2110.13715), [B, E]: half the chord to the nearer edge for what lies outside, and a share of that to the axis, or to the edge where that is nearer, for all.
 */
export function coneDistance({ axis, aperture }: Cones, entities: tf.Tensor2D, inside = 0.1): tf.Tensor2D {
  const points = entities.expandDims(0);
  const middle = axis.expandDims(1);
  const half = aperture.div(2).expandDims(1);
  const chord = (from: tf.Tensor): tf.Tensor => points.sub(from).div(2).sin().abs();
  const toAxis = chord(middle);
  const edge = half.div(2).sin();
  const outside = withoutGradient(() => toAxis.greater(edge).toFloat());
  const toEdge = tf.minimum(chord(middle.sub(half)), chord(middle.add(half)));
  // The gradient of a minimum does not sum over what was spread.
  const near = tf.minimum(toAxis, edge.add(tf.zerosLike(toAxis)));
  return toEdge.mul(outside).add(near.mul(inside)).sum(2);
}

/** Whether entities, angles [E, d], lie in cones in all planes, [B][E]. */
export function coneHolds({ axis, aperture }: Cones, entities: tf.Tensor2D): boolean[][] {
  return tf.tidy(() => {
    const away = entities.expandDims(0).sub(axis.expandDims(1)).div(2).sin().abs();
    const out = away.greater(aperture.div(4).sin().expandDims(1).add(1e-6)).toFloat().sum(2);
    return (out.arraySync() as number[][]).map((row) => row.map((count) => count === 0)) as never;
  });
}
