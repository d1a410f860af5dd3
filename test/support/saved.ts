import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io } from '@switchyard/kernel-lib';
import { expect } from 'vitest';

/** Expects what is saved of a module to compute the same when a module of other values has loaded it; a module is made of a random stream. */
export function expectSaves<M extends core.Module>(
  make: (random: core.Random) => M,
  run: (module: M) => ArrayLike<number>
): void {
  const [module, other] = [11, 12].map((seed) => make(core.Random.fromSeed(seed)));
  const wanted = Array.from(run(module));
  expect(Array.from(run(other))).not.toEqual(wanted);
  const file = join(tmpdir(), `${module.kind}-${process.pid}.safetensors`);
  io.saveModel(module, file);
  io.loadModel(other, file);
  rmSync(file);
  expect(Array.from(run(other))).toEqual(wanted);
  [module, other].forEach((each) => each.dispose());
}
