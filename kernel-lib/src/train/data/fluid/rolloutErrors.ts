import { expectInteger } from '../../../base/core';

/**
 * Error of a surrogate that is rolled out, by step: it makes each frame of the one that it made before, and its error is the root mean square of the difference over that of the true frame (the normalised error of CFDBench, arXiv 2310.05963).
 *
 * @param step - Next frame of one; it is not to change what it is given.
 * @param frames - True frames, the first of which is where it starts.
 * @returns Error of each frame but the first; relative to 1 where the true one is 0.
 * @throws {SwitchyardError} where there are fewer than two frames, or what it makes has another length.
 */
export function rolloutErrors(
  step: (frame: Float32Array) => ArrayLike<number>,
  frames: readonly Float32Array[]
): number[] {
  const where = 'data.rolloutErrors';
  expectInteger(where, 'frames', frames.length, 2);
  let made = frames[0];
  return frames.slice(1).map((wanted) => {
    const next = Float32Array.from(step(made));
    expectInteger(where, 'values of what is made', next.length, wanted.length, wanted.length);
    made = next;
    let [off, size] = [0, 0];
    wanted.forEach((value, i) => {
      off += (value - next[i]) ** 2;
      size += value ** 2;
    });
    return Math.sqrt(off / (size || wanted.length));
  });
}
