import { tf } from '../../base/backend';
import { Context, expectInteger, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { gradients } from '../../train/loop/gradients';
import type { Task } from '../../train/tasks/task';

/** A zero-cost proxy: scores a network as it is initialised, without training it. Higher is better. */
export interface Proxy {
  readonly kind: string;
  /** @throws {SwitchyardError} where the task does not fit, or no parameter has a gradient. */
  score(model: Module): number;
}

/** Options of zero-cost proxies. */
export interface ProxyOptions {
  /** Task whose batches the network is scored on. */
  task: Task;
  /** Batches. Default 1; for proxies of several, 2 and more. */
  batches?: number;
  /** Seed of the batches. Default 0. */
  seed?: number;
}

/** Gradients of one batch on the host, by the path of their parameter. */
export type HostGradients = ReadonlyMap<string, Float32Array>;

/** Gradients of so many batches, with the values of the parameters; nothing stays on the device. */
export function batchGradients(
  where: string,
  model: Module,
  { task, batches = 1, seed = 0 }: ProxyOptions
): { values: HostGradients; gradients: HostGradients[] } {
  expectInteger(where, 'batches', batches, 1);
  const own: Task = task.on?.(model) ?? task;
  const parameters = model.parameters();
  const perBatch = Array.from({ length: batches }, (_, i) => {
    const batch = own.batch(i + 1, seed);
    const random = Random.fromSeed(seed).child('proxy').child(i);
    const ctx = Context.create({ training: true, random });
    const onHost = new Map<string, Float32Array>();
    try {
      tf.tidy(() => {
        const pass = gradients((scope) => own.loss(model, batch, scope), parameters, ctx);
        pass.gradients.forEach((gradient, path) => onHost.set(path, Float32Array.from(gradient.dataSync())));
      });
      return onHost;
    } finally {
      ctx.dispose();
    }
  });
  if (perBatch[0].size === 0) {
    fail(where, 'the loss must depend on parameters', 'none');
  }
  const values = new Map([...parameters].map(([path, { variable }]) => [path, Float32Array.from(variable.dataSync())]));
  return { values, gradients: perBatch };
}
