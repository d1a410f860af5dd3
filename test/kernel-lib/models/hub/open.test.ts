import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, io, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const CHECKPOINTS = join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'checkpoints');
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-hub-'));
const IDS = [[5, 9, 33, 12, 7, 40]];

let model: models.PretrainedTransformer;
beforeAll(async () => {
  model = await models.open(join(CHECKPOINTS, 'llama'));
});
afterAll(() => {
  model.dispose();
  rmSync(scratch, { recursive: true });
});

const logitsOf = (of: models.PretrainedTransformer): number[] => tf.tidy(() => Array.from(of.logits(IDS).dataSync()));

describe('export', () => {
  test('in several files, with an index; what is opened again is the same', async () => {
    const folder = join(scratch, 'shards');
    model.export(folder, { shardBytes: 8000 });
    const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
    expect(files.length).toBeGreaterThan(2);
    const again = await models.open(folder);
    expect(logitsOf(again)).toEqual(logitsOf(model));
    again.dispose();
  });

  test.each(['bfloat16', 'float16'] as const)('in %s, which is read again', async (dtype) => {
    const folder = join(scratch, dtype);
    model.export(folder, { dtype });
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({ dtype });
    const again = await models.open(folder);
    expectClose(again.parameters().get('head.weight')!.read(), Array.from(model.parameters().get('head.weight')!.read().dataSync()), 0.02); // prettier-ignore
    expect(again.card.dtypes).toEqual([dtype === 'bfloat16' ? 'BF16' : 'F16']);
    // Values that have been rounded once are the same in these bits.
    again.export(`${folder}-again`);
    const [first, second] = [folder, `${folder}-again`].map((each) => readFileSync(join(each, 'model.safetensors')));
    expect(second.equals(first)).toBe(true);
    again.dispose();
  });

  test('does not write over a folder, nor leaves half of one', () => {
    const folder = mkdtempSync(join(scratch, 'full-'));
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(() => model.export(folder)).toThrow(`export: folder must be new or empty, got ${folder}`);
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  test('of what its architecture cannot say is refused, and saved in our own format', async () => {
    const changed = model.rebuild({ residualScale: 0.5 });
    const folder = join(scratch, 'changed');
    expect(() => changed.export(folder)).toThrow(
      /^export as LlamaForCausalLM: residualScale must be as its config\.json says; io\.saveModel saves other models, got 0\.5$/
    );
    expect(existsSync(folder)).toBe(false);
    io.saveModel(changed, join(scratch, 'changed.safetensors'));
    const back = io.loadModel(join(scratch, 'changed.safetensors'));
    expect((back as models.Transformer).spec).toEqual(changed.spec);
    back.dispose();
    changed.dispose();
  });
});

describe('an opened model is one of ours', () => {
  test('upcycled, it computes the same, keeps its tokenizer, and its routing is seen', async () => {
    const options = { experts: 4, router: routers.topK({ k: 2 }), random: core.Random.fromSeed(1) };
    const mixture = models.mapFeedForwards(model, (network) => moe.upcycle(network as moe.DenseNetwork, options).layer);
    expect(mixture).toBeInstanceOf(models.PretrainedTransformer);
    const logits = mixture.logits(IDS);
    expectClose(logits, logitsOf(model), 1e-4);
    logits.dispose();
    const more = { maxNewTokens: 6, ignoreEnd: true };
    expect((await mixture.generate('the router', more)).ids).toEqual((await model.generate('the router', more)).ids);
    expect(() => mixture.export(join(scratch, 'mixture'))).toThrow(
      /^export as LlamaForCausalLM: feedForwards\.0\.kind must be as .*, got moe$/
    );
    mixture.dispose();
  });

  test('its mixtures are layers of ours', async () => {
    const olmoe = await models.open(join(CHECKPOINTS, 'olmoe'));
    const layers = [...olmoe.modules()].filter(([, module]) => moe.isMoeLayer(module));
    expect(layers.map(([path]) => path)).toEqual(['layers.0.moe', 'layers.1.moe']);
    expect(olmoe.card).toMatchObject({
      parameters: 22_400,
      activeParameters: 22_400 - (2 * 8 * 3 * 16 * 24 * 5) / 8,
      architecture: 'OlmoeForCausalLM'
    });
    olmoe.dispose();
  });
});

test('its card says what there is to know, and is what a notebook shows', () => {
  expect(model.card).toEqual({
    architecture: 'LlamaForCausalLM',
    source: join(CHECKPOINTS, 'llama'),
    parameters: 5968,
    activeParameters: 5968,
    fileBytes: 4 * 5968,
    memoryBytes: 4 * 5968,
    memoryDtypes: ['float32'],
    expertCache: null,
    dtypes: ['F32'],
    contextLength: 32,
    vocabSize: 64,
    tokenizer: `BPE, ${model.tokenizer.vocabSize} ids`,
    license: null
  });
  const shown = (model as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]();
  expect(shown['text/plain']).toContain('LlamaForCausalLM');
  expect(shown['text/html']).toContain('5,968');
});

describe('perplexity', () => {
  const text = Array.from({ length: 50 }, (_, i) => 3 + ((i * i * 7) % 60));
  const lossesAt = (from: number, to: number): number[] =>
    tf.tidy(() => {
      const part = text.slice(from, to);
      const scores = tf
        .logSoftmax(model.logits([part]))
        .squeeze<tf.Tensor2D>([0])
        .arraySync();
      return part.slice(1).map((id, i) => -scores[i][id]);
    });

  test('each token is scored once, in the first window that holds it', () => {
    const found = models.perplexity(model, text, { window: 20, stride: 15 });
    const expected = [...lossesAt(0, 20), ...lossesAt(15, 35).slice(4), ...lossesAt(30, 50).slice(4)];
    expect(found.tokens).toBe(49);
    expectClose(tf.tensor1d(found.losses), expected, 1e-5);
    expect(found.loss).toBeCloseTo(expected.reduce((sum, each) => sum + each, 0) / 49, 5);
    expect(found.perplexity).toBeCloseTo(Math.exp(found.loss), 5);
  });

  test('of a text is that of its ids; what cannot be is refused', () => {
    const words = 'the router rests, then the expert routes';
    expect(models.perplexity(model, words).loss).toBe(models.perplexity(model, model.tokenizer.encode(words)).loss);
    expect(() => models.perplexity(model, [4])).toThrow(
      'models.perplexity: the text must have at least 2 tokens, got 1'
    );
    expect(() => models.perplexity(model, text, { window: 33 })).toThrow(/window must be an integer 2\.\.32, got 33/);
    expect(() => models.perplexity(model, text, { window: 8, stride: 8 })).toThrow(
      /stride must be an integer 1\.\.7, got 8/
    );
  });
});

describe('multiple choice', () => {
  const questions = [
    { question: 'the router', answers: ['z', ' the expert'], correct: 1 },
    { question: 'then the expert', answers: [' routes', ' rests', ' the router'], correct: 0 }
  ];
  /** Of the tokens that an answer adds, by the logits. */
  const likelihoodOf = (question: string, answer: string): number => {
    const [before, ids] = [question, question + answer].map((text) => model.tokenizer.encode(text));
    return tf.tidy(() => {
      const scores = tf
        .logSoftmax(model.logits([ids]))
        .squeeze<tf.Tensor2D>([0])
        .arraySync();
      return ids.slice(before.length).reduce((sum, id, i) => sum + scores[before.length + i - 1][id], 0);
    });
  };

  test('an answer is as likely as the tokens that it adds, and chosen by that or for its length', () => {
    const { results, accuracy, accuracyByLength } = models.multipleChoice(model, questions);
    const chosen = questions.map(({ question, answers, correct }, i) => {
      const expected = answers.map((answer) => likelihoodOf(question, answer));
      expected.forEach((value, a) => expect(results[i].logLikelihoods[a]).toBeCloseTo(value, 4));
      const byLength = expected.map((value, a) => value / answers[a].length);
      const best = [expected, byLength].map((values) => values.indexOf(Math.max(...values)));
      expect([results[i].chosen, results[i].chosenByLength]).toEqual(best);
      return best.map((each) => each === correct);
    });
    expect(accuracy).toBe(chosen.filter(([plain]) => plain).length / 2);
    expect(accuracyByLength).toBe(chosen.filter(([, normalised]) => normalised).length / 2);
    // The long answer is behind for its length alone.
    expect([results[0].chosen, results[0].chosenByLength]).toEqual([0, 1]);
  });

  test('what cannot be is refused', () => {
    const [one] = questions;
    const ask = (change: Partial<models.ChoiceQuestion>) => () => models.multipleChoice(model, [{ ...one, ...change }]);
    expect(() => models.multipleChoice(model, [])).toThrow('models.multipleChoice: there must be a question, got 0');
    expect(ask({ answers: [' rests'] })).toThrow(/a question must have at least 2 answers, got 1/);
    expect(ask({ correct: 2 })).toThrow(/correct must be an integer 0\.\.1, got 2/);
    expect(ask({ answers: ['', ' rests'] })).toThrow(/an answer must add a token to its question, got ""/);
    expect(ask({ question: '' })).toThrow(/a question must have at least one token, got 0/);
    expect(ask({ question: 'the router '.repeat(40) })).toThrow(/must fit the context of 32 positions, got \d+/);
    expect(() => models.multipleChoice(models.denseTransformer({ layers: 1, width: 8, heads: 2, vocabSize: 8 }), questions)).toThrow(/need a model with a tokenizer/); // prettier-ignore
  });
});
