import { fail, Random } from '../../base/core';
import type { StitchChoice, StitchedNet } from '../../transform/elastic';
import type { Metrics, Task } from '../tasks/task';

/** A batch, and the path that learns from it. */
export interface StitchBatch<B> {
  batch: B;
  choice: StitchChoice;
}

/**
 * A task that trains a stitched network: each step one path of it, drawn evenly among anchors and stitches by step and seed. Measured is the second anchor.
 *
 * @throws {SwitchyardError} in `fit`, where the model is another.
 */
export function stitchTask<B, E extends Metrics>(base: Task<B, E>, net: StitchedNet): Task<StitchBatch<B>, E> {
  const on = (own: Task<B, E>): Task<StitchBatch<B>, E> => ({
    kind: 'stitched',
    fixed: { ...own.fixed, task: own.kind, positions: JSON.stringify(net.positions) },
    get hash() {
      return own.hash;
    },
    on: (model) =>
      model === net ? on(own.on?.(model) ?? own) : fail('elastic.stitchTask', 'the model must be the stitched one', model.kind), // prettier-ignore
    batch: (step, seed) => {
      const next = Random.fromSeed(seed).child('stitch').child(step).generator();
      return { batch: own.batch(step, seed), choice: net.choices[Math.floor(next() * net.choices.length)] };
    },
    loss: (model, { batch, choice }, ctx) => net.run(choice, () => own.loss(model, batch, ctx)),
    ...(own.evaluate && { evaluate: (model) => own.evaluate!(model) }),
    ...(own.text && { text: own.text }),
    ...(own.tokens && { tokens: ({ batch }: StitchBatch<B>) => own.tokens!(batch) })
  });
  return on(base);
}
