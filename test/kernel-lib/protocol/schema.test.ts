import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { protocol } from '@switchyard/kernel-lib';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { example, EXAMPLES, exampleText } from '../../support/payloads';
import { examples } from '../../support/payloads/generate.mjs';
import { mutations } from './mutations';

const ROOT = join(import.meta.dirname, '../../..');
const { OUTPUT, schemaText } = createRequire(import.meta.url)(join(ROOT, 'kernel-lib/schema/generate.js')) as {
  OUTPUT: string;
  schemaText(): string;
};
const committed = readFileSync(OUTPUT, 'utf8');
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(committed) as object);

describe('the JSON Schema', () => {
  test('is what the types give (else: npm run schema)', () => {
    expect(schemaText()).toBe(committed);
  });

  test.each(EXAMPLES)('accepts the example %s', (name) => {
    expect(validate(example(name)), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each(mutations.filter((mutation) => mutation.inSchema))('refuses $name', ({ mutate, from }) => {
    const payload = example(from);
    mutate(payload as unknown as Record<string, never>);
    expect(validate(payload)).toBe(false);
  });

  test('has the limits that the guard has', () => {
    const { definitions } = JSON.parse(committed) as {
      definitions: Record<string, { properties: Record<string, { maxItems: number; maxProperties: number }> }>;
    };
    const { steps, loadSteps, scalars } = definitions.RoutingHistory.properties;
    expect(steps.maxItems).toBe(protocol.MAX_HISTORY_STEPS);
    expect(loadSteps.maxItems).toBe(protocol.MAX_LOAD_STEPS);
    expect(scalars.maxProperties).toBe(protocol.MAX_SCALARS);
    expect(definitions.TokenSample.properties.text.maxItems).toBe(protocol.MAX_TOKENS);
    expect(definitions.DepthSample.properties.text.maxItems).toBe(protocol.MAX_DEPTH_TOKENS);
  });
});

test('the examples are what their script writes', () => {
  const texts = EXAMPLES.map((name) => [`${name}.json`, exampleText(name)]);
  expect(examples()).toEqual(Object.fromEntries(texts));
});
