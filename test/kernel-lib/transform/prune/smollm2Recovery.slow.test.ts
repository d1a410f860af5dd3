import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { data, models, peft, prune, train } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const ROOT = join(__dirname, '..', '..', '..', '..');
const STEPS = 200;
const LENGTH = 256;
/** What 200 steps may take on two busy cores; a run then says after how many it stopped. */
const MINUTES = 12;

// Settings, text and seeds are those of `notebooks/compress-real-model.ipynb`, which takes 24 steps.
test(`SmolLM2 without a fifth of its neurons, and what ${STEPS} steps of LoRA bring back: perplexity on held-out text of this machine`, async () => {
  execFileSync(process.execPath, [join(ROOT, 'kernel-lib', 'bin', 'switchyard.js'), 'models', 'add', 'smollm2']);
  const model = await models.open(join(ROOT, '.venv', 'share', 'switchyard', 'models', 'smollm2.gguf'));
  const text = await data.text(['prose', 'python', 'typescript'], { tokenizer: model.tokenizer, bytesPerDomain: 400_000 }); // prettier-ignore
  const [{ tokens }] = text.validationBatches({ batchSize: 6, length: LENGTH - 1, count: 1 });
  const held = Array.from({ length: 6 }, (_, i) => Array.from(tokens).slice(i * LENGTH, (i + 1) * LENGTH));
  const perplexityOf = (of: models.PretrainedTransformer): number =>
    Math.exp(held.reduce((sum, row) => sum + models.perplexity(of, row).loss, 0) / held.length);
  const whole = perplexityOf(model);

  const importance = prune.taylor(train.tasks.language(text, { batchSize: 3, length: 128 }), { batches: 4, seed: 1 });
  const { model: small, report } = prune.structured(model, { ratio: 0.2, include: ['**.hidden'], importance });
  const cut = perplexityOf(small);
  const said = [`whole ${whole.toFixed(2)}, without 20 % of the neurons ${cut.toFixed(2)}`];
  console.warn(said[0]);

  const [recovered, steps] = adapt(small, 'cut');
  // The adapters learn the text of this machine as well: what they make of the whole model is the measure of what comes back.
  const [adapted] = adapt(model, 'whole');
  console.warn(said.join('; '));
  expect(report.parameters.after / report.parameters.before).toBeLessThan(0.9);
  expect(cut).toBeGreaterThan(1.5 * whole);
  expect(adapted).toBeLessThan(whole);
  // Of what was lost, in nats, less than a third is still missing; with fewer steps more.
  expect(Math.log(recovered / whole)).toBeLessThan((steps < STEPS ? 0.85 : 0.33) * Math.log(cut / whole));
  [model, small].forEach((each) => each.dispose());

  /** Perplexity after LoRA of rank 8 on every matrix of the blocks, and the steps that were taken. */
  function adapt(of: models.PretrainedTransformer, name: string): [number, number] {
    const lora = peft.lora(of, { targets: ['layers.**'], rank: 8, seed: 1 });
    const task = train.tasks.language(text, { batchSize: 3, length: 64 });
    const run = train.stepper(lora, task, { steps: STEPS, learningRate: 5e-4, seed: 2 });
    const begun = performance.now();
    const minutes = (): number => (performance.now() - begun) / 60_000;
    while (run.steps < STEPS && minutes() < MINUTES) {
      run.step();
      if ([24, 50, 100, 150, STEPS].includes(run.steps)) {
        said.push(`${name}, ${run.steps} steps ${perplexityOf(of).toFixed(2)} (${minutes().toFixed(1)} min)`);
        console.warn(said.at(-1));
      }
    }
    const { steps } = run;
    run.dispose();
    lora.merge();
    return [perplexityOf(of), steps];
  }
});
