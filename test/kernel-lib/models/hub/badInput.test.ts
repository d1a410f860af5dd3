import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { models, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const LLAMA = join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'checkpoints', 'llama');
const folder = mkdtempSync(join(tmpdir(), 'switchyard-bad-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true });
  cpSync(LLAMA, folder, { recursive: true });
});

function change(name: string, values: Record<string, unknown>): void {
  const json = JSON.parse(readFileSync(at(name), 'utf8')) as Record<string, unknown>;
  writeFileSync(at(name), JSON.stringify({ ...json, ...values }));
}

/** The file's tensors under other names and shapes, written again. */
function retell(
  tell: (header: Record<string, { shape: number[]; dtype: string; data_offsets: number[] }>) => void
): void {
  const bytes = readFileSync(at('model.safetensors'));
  const begin = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, begin)) as Parameters<typeof tell>[0];
  tell(header);
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(at('model.safetensors'), Buffer.concat([prefix, json, bytes.subarray(begin)]));
}

/** The message, with the folder's name out of the way; nothing stays behind. */
async function refusal(): Promise<string> {
  const before = tf.memory().numTensors;
  const error = await models.open(folder).then(
    () => fail('it opened'),
    (reason: unknown) => reason as Error
  );
  expect(error.name).toBe('SwitchyardError');
  expect(tf.memory().numTensors).toBe(before);
  return error.message.replaceAll(folder, '');
}

function fail(what: string): never {
  throw new Error(what);
}

describe('a checkpoint is refused, with file and tensor', () => {
  test('where it is nowhere', async () => {
    await expect(models.open(at('nothing'))).rejects.toThrow(
      /^models\.open: must be a folder with a config\.json, a \.gguf file, or a name of `npx switchyard models list`, got /
    );
    rmSync(at('config.json'));
    expect(await refusal()).toBe('/config.json: must be a file, got ENOENT');
  });

  test('whose file is cut short', async () => {
    truncateSync(at('model.safetensors'), 20_000);
    expect(await refusal()).toMatch(
      /^\/model\.safetensors: the values take \d+ bytes, so the file is cut short, got \d+ bytes$/
    );
  });

  test('that lacks a tensor, or has one too many', async () => {
    retell((header) => {
      header['model.layers.1.mlp.upward.weight'] = header['model.layers.1.mlp.up_proj.weight'];
      delete header['model.layers.1.mlp.up_proj.weight'];
    });
    expect(await refusal()).toBe(': must hold "model.layers.1.mlp.up_proj.weight" [24, 16], got 21 tensors without it');
    cpSync(LLAMA, folder, { recursive: true });
    change('config.json', { num_hidden_layers: 1 });
    expect(await refusal()).toMatch(
      /^\/model\.safetensors: must hold only what the model has, got "model\.layers\.1\.[\w.]+" as well$/
    );
  });

  test('with a tensor of another shape or dtype', async () => {
    retell((header) => (header['model.norm.weight'].shape = [4, 4]));
    expect(await refusal()).toBe('/model.safetensors: "model.norm.weight" must have shape [16], got [4, 4]');
    retell((header) => Object.assign(header['model.norm.weight'], { shape: [16], dtype: 'I32' }));
    expect(await refusal()).toMatch(
      /^\/model\.safetensors: "model\.norm\.weight": dtype must be one of F64, F32, F16, BF16, .*, got I32$/
    );
  });

  test('of an architecture or with positions that are not here', async () => {
    change('config.json', { model_type: 'mamba' });
    expect(await refusal()).toMatch(/^\/config\.json: model_type must be one of llama, .*, got mamba$/);
    change('config.json', { model_type: 'llama', rope_parameters: { rope_type: 'spiral', rope_theta: 1 } });
    expect(await refusal()).toBe(
      '/config.json: rope_parameters: rope_type must be one of default, linear, llama3, yarn, got spiral'
    );
    change('config.json', { rope_parameters: { rope_type: 'default' }, hidden_act: 'snake' });
    expect(await refusal()).toMatch(/^\/config\.json: hidden_act must be one of silu, .*, got snake$/);
  });

  test('whose configuration is larger than its tensors, before anything of that size is made', async () => {
    change('config.json', { num_hidden_layers: 1e9 });
    expect(await refusal()).toBe(
      '/config.json: num_hidden_layers must be at most 21, the number of tensors, got 1000000000'
    );
    change('config.json', { num_hidden_layers: 2, hidden_size: 1e8 });
    expect(await refusal()).toBe(
      '/config.json: hidden_size must be at most 64, the largest size of a tensor, got 100000000'
    );
  });

  test('whose index names a file outside its folder, or says another file', async () => {
    const index = 'model.safetensors.index.json';
    writeFileSync(at(index), JSON.stringify({ weight_map: { a: '../../secret.safetensors' } }));
    expect(await refusal()).toBe(`/${index}: weight_map must name files of its folder, got ../../secret.safetensors`);
    writeFileSync(at(index), JSON.stringify({ weight_map: { 'model.norm.weight': 'model.safetensors' } }));
    expect(await refusal()).toMatch(
      new RegExp(`^/${index}: weight_map must say that "[\\w.]+" is in model\\.safetensors, got nothing$`)
    );
    writeFileSync(at(index), JSON.stringify({ weight_map: { a: 'absent.safetensors' } }));
    expect(await refusal()).toBe('/absent.safetensors: must be a file, got ENOENT');
  });

  test('with the tokenizer of a larger model, or none that is one', async () => {
    change('tokenizer.json', { added_tokens: [{ id: 99, content: '<|x|>', special: true }] });
    expect(await refusal()).toBe(": the tokenizer must have at most the model's 64 ids, got 100");
    writeFileSync(at('tokenizer.json'), '{"model":{"type":"Oracle"}}');
    expect(await refusal()).toMatch(
      /^\/tokenizer\.json: must be a tokenizer that @huggingface\/tokenizers knows, got /
    );
  });
});

test('ids outside the vocabulary, ragged rows and what does not fit the context are refused', async () => {
  const model = await models.open(LLAMA);
  const before = tf.memory().numTensors;
  expect(() => model.logits([[3, 64]])).toThrow('logits: ids must be an integer 0..63, got 64');
  expect(() => model.logits([[3, 4], [5]])).toThrow(/logits: ids must be rows of one length/);
  expect(() => model.logits([new Array<number>(33).fill(3)])).toThrow(
    'models.Transformer: takes at most 32 positions, got 33'
  );
  await expect(model.generate('the router', { maxNewTokens: 31 })).rejects.toThrow(
    /^generate: prompt and maxNewTokens \(31\) must fit the context of 32 positions, got \d+$/
  );
  await expect(model.generate('the router', { topP: 0 })).rejects.toThrow(/^generate: topP must be a number/);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});
