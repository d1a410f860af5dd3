import { fail } from '../../../base/core';
import type { Config } from '../config';
import type { AnyFamily } from '../family';
import { deepseekV2, deepseekV3 } from './deepseek';
import { gemma } from './gemma';
import { gpt2 } from './gpt2';
import { gptNeoX } from './gptNeoX';
import { graniteMoe } from './graniteMoe';
import { llama } from './llama';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { olmoe } from './olmoe';
import { qwen2 } from './qwen2';
import { qwen2Moe } from './qwen2Moe';
import { qwen3 } from './qwen3';
import { qwen3Moe } from './qwen3Moe';
import { switchTransformer, t5 } from './t5';

/** The architectures that open. */
export const families: readonly AnyFamily[] = [
  ...[llama, mistral, qwen2, qwen3, gpt2, gptNeoX, gemma],
  ...[mixtral, olmoe, qwen2Moe, qwen3Moe, graniteMoe, deepseekV2, deepseekV3],
  ...[t5, switchTransformer]
];

/**
 * The family of a checkpoint.
 *
 * @throws {SwitchyardError} where it is none of those that open.
 */
export function familyOf(config: Config): AnyFamily {
  const type = config.text('model_type');
  return (
    families.find((family) => family.type === type) ??
    fail(config.file, `model_type must be one of ${families.map((family) => family.type).join(', ')}`, type)
  );
}
