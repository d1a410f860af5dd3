import { graph, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose } from '../../../support/numeric';

const cones = (axis: number[], aperture: number[]): graph.Cones => ({ axis: tf.tensor2d([axis]), aperture: tf.tensor2d([aperture]) }); // prettier-ignore

test('negation is the rest of each plane, and its own inverse; the lower approximation lies in the cone, and that in the upper; distances by hand', () => {
  tf.tidy(() => {
    const cone = cones([0.5, -2, 3], [1, 0, 4]);
    const rest = graph.complement(cone);
    expectClose(rest.axis, [0.5 - Math.PI, -2 + Math.PI, 3 - Math.PI], 1e-6);
    expectClose(rest.aperture, [1, 0, 4].map((aperture) => 2 * Math.PI - aperture), 1e-6); // prettier-ignore
    const back = graph.complement(rest);
    expectClose(tf.stack([back.axis, back.aperture]), tf.stack([cone.axis, cone.aperture]), 1e-6);
    const rough = tf.tensor1d([0.3, 0.3, 0.3]);
    const [lower, upper] = [graph.lowerCones(cone, rough), graph.upperCones(cone, rough)];
    expectClose(lower.aperture, [0.7, 0, 2.8], 1e-6);
    const points = spread([400, 3]).mul<tf.Tensor2D>(Math.PI);
    const [inLower, inside, inUpper] = [lower, cone, upper].map((each) => graph.coneHolds({ axis: each.axis.slice([0, 2], [1, 1]), aperture: each.aperture.slice([0, 2], [1, 1]) }, points.slice([0, 2], [400, 1]))[0]); // prettier-ignore
    const count = (of: boolean[]): number => of.filter(Boolean).length;
    expect(inLower.every((is, i) => !is || inside[i]) && inside.every((is, i) => !is || inUpper[i])).toBe(true);
    expect(count(inLower) < count(inside) && count(inside) < count(inUpper)).toBe(true);
    expect(Math.abs(count(inside) / 400 - 4 / (2 * Math.PI))).toBeLessThan(0.02);
    // One plane, axis 0 and a half aperture of 1: points at 0, at 0.5, at the edge and behind.
    const found = graph.coneDistance(cones([0], [2]), tf.tensor2d([[0], [0.5], [1], [Math.PI]])); // prettier-ignore
    const chord = (angle: number): number => Math.abs(Math.sin(angle / 2));
    expectClose(found, [0, 0.1 * chord(0.5), 0.1 * chord(1), chord(Math.PI - 1) + 0.1 * chord(1)], 1e-5);
  });
});
