'use strict';

const fs = require('fs');
const path = require('path');

const TOKENIZER = path.join(__dirname, '../../parity/fixtures/checkpoints/olmoe');
/** Random values that matrices are cut from, each from another place on. */
const POOL = 1 << 22;

/** A random checkpoint of OLMoE's architecture (arXiv 2409.02060) in bfloat16, in files of so many bytes with their index; left alone where it is there. */
function writeOlmoe(folder, { layers, width, hidden, experts, k, heads, vocabulary, context, shardBytes }) {
  if (fs.existsSync(path.join(folder, 'config.json'))) {
    return;
  }
  fs.mkdirSync(folder, { recursive: true });
  const all = shapesOf({ layers, width, hidden, experts, vocabulary });
  const shards = split(all, shardBytes);
  const names = shards.map((_, i) => `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`);
  const values = randomValues();
  let offset = 0;
  shards.forEach((shard, i) => (offset = writeShard(path.join(folder, names[i]), shard, values, offset)));
  const weight_map = Object.fromEntries(shards.flatMap((shard, i) => shard.map(([name]) => [name, names[i]])));
  writeJson(folder, 'model.safetensors.index.json', { metadata: {}, weight_map });
  ['tokenizer.json', 'tokenizer_config.json'].forEach((file) => fs.copyFileSync(path.join(TOKENIZER, file), path.join(folder, file))); // prettier-ignore
  // The last, so that a folder that was left half written is written again.
  writeJson(folder, 'config.json', {
    ...{ architectures: ['OlmoeForCausalLM'], model_type: 'olmoe', hidden_act: 'silu', dtype: 'bfloat16' },
    ...{ hidden_size: width, intermediate_size: hidden, num_hidden_layers: layers, vocab_size: vocabulary },
    ...{ num_attention_heads: heads, num_key_value_heads: heads, max_position_embeddings: context },
    ...{ num_experts: experts, num_experts_per_tok: k, norm_topk_prob: false, rms_norm_eps: 1e-5, rope_theta: 10000 },
    ...{ bos_token_id: 1, eos_token_id: 2, pad_token_id: 0, tie_word_embeddings: false }
  });
}

/** Names and shapes, [out, in] each. */
function shapesOf({ layers, width, hidden, experts, vocabulary }) {
  const block = (i) => {
    const at = `model.layers.${i}`;
    const square = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => [`${at}.self_attn.${name}.weight`, [width, width]]); // prettier-ignore
    const norms = ['input_layernorm', 'post_attention_layernorm', 'self_attn.q_norm', 'self_attn.k_norm'].map((name) => [`${at}.${name}.weight`, [width]]); // prettier-ignore
    const of = (e) => [
      [`${at}.mlp.experts.${e}.gate_proj.weight`, [hidden, width]],
      [`${at}.mlp.experts.${e}.up_proj.weight`, [hidden, width]],
      [`${at}.mlp.experts.${e}.down_proj.weight`, [width, hidden]]
    ];
    return [...square, ...norms, [`${at}.mlp.gate.weight`, [experts, width]], ...Array.from({ length: experts }, (_, e) => of(e)).flat()]; // prettier-ignore
  };
  return [
    ['model.embed_tokens.weight', [vocabulary, width]],
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
    ['model.norm.weight', [width]],
    ['lm_head.weight', [vocabulary, width]]
  ];
}

function split(all, shardBytes) {
  const shards = [[]];
  let size = 0;
  for (const each of all) {
    if (size > 0 && size + bytesOf(each) > shardBytes) {
      shards.push([]);
      size = 0;
    }
    shards[shards.length - 1].push(each);
    size += bytesOf(each);
  }
  return shards;
}

function bytesOf([, shape]) {
  return 2 * shape.reduce((product, n) => product * n, 1);
}

/** Normal values of deviation 0.02 in bfloat16, as bytes: by Box and Muller, of a small generator of a fixed seed. */
function randomValues() {
  const floats = new Float32Array(POOL);
  let state = 1;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  for (let i = 0; i < POOL; i += 2) {
    const [radius, angle] = [0.02 * Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
    floats[i] = radius * Math.cos(angle);
    floats[i + 1] = radius * Math.sin(angle);
  }
  const halves = new Uint16Array(floats.buffer).filter((_, i) => i % 2 === 1);
  return Buffer.from(halves.buffer);
}

/** @returns The place in the values that the next file goes on from. */
function writeShard(file, tensors, values, offset) {
  const header = {};
  let at = 0;
  for (const each of tensors) {
    header[each[0]] = { dtype: 'BF16', shape: each[1], data_offsets: [at, (at += bytesOf(each))] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const descriptor = fs.openSync(file, 'w');
  try {
    fs.writeSync(descriptor, Buffer.concat([length, padded]));
    for (const each of tensors) {
      offset =
        each[1].length === 1 ? writeOnes(descriptor, each, offset) : writeMatrix(descriptor, each, values, offset);
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return offset;
}

function writeOnes(descriptor, each, offset) {
  fs.writeSync(descriptor, Buffer.from(new Uint16Array(bytesOf(each) / 2).fill(0x3f80).buffer));
  return offset;
}

function writeMatrix(descriptor, each, values, offset) {
  for (let left = bytesOf(each); left > 0;) {
    const piece = values.subarray(offset, offset + Math.min(left, values.length - offset));
    fs.writeSync(descriptor, piece);
    left -= piece.length;
    offset = (offset + piece.length) % values.length;
  }
  // Odd in values, so that no two matrices are alike.
  return (offset + 2 * 7919) % values.length;
}

function number(i) {
  return String(i).padStart(5, '0');
}

function writeJson(folder, file, value) {
  fs.writeFileSync(path.join(folder, file), JSON.stringify(value));
}

module.exports = { writeOlmoe };
