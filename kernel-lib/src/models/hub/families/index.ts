import { fail } from '../../../base/core';
import type { Config } from '../config';
import type { Family } from '../family';
import { llama } from './llama';

/** The architectures that open. */
export const families: readonly Family[] = [llama];

/**
 * The family of a checkpoint.
 *
 * @throws {SwitchyardError} where it is none of those that open.
 */
export function familyOf(config: Config): Family {
  const type = config.text('model_type');
  return (
    families.find((family) => family.type === type) ??
    fail(config.file, `model_type must be one of ${families.map((family) => family.type).join(', ')}`, type)
  );
}
