import { peft } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeNetwork } from '../../../support/networks';

const rank = 2;
const ofRank = { granularity: 'rank', rank } as const;

test('targets may be a function of the path, for matrices and for modules', () => {
  const network = makeNetwork();
  const [lora, mixture] = [
    peft.lora(network, { targets: (path) => path === 'w2.weight', rank }),
    peft.moeLora(network, { targets: (path) => path.startsWith('w'), ...ofRank })
  ];
  expect([...lora.children.keys()]).toEqual(['w2.weight']);
  expect([...mixture.children.keys()]).toEqual(['w1', 'w2']);
  [lora, mixture].forEach((adapters) => adapters.remove());
  network.dispose();
});

test('what targets say that nothing is of, or what is of another kind, is in the error', () => {
  const network = makeNetwork();
  const none = (): boolean => false;
  expect(() => peft.lora(network, { targets: none, rank })).toThrow(
    'targets must name a matrix of the model, got none'
  );
  expect(() => peft.lora(network, { targets: ['w9'], rank })).toThrow('a matrix of the model, got ["w9"]');
  expect(() => peft.moeLora(network, { targets: none, ...ofRank })).toThrow(
    'targets must name a module of the model, got none'
  );
  expect(() => peft.moeLora(network, { targets: ['w9'], ...ofRank })).toThrow('a module of the model, got ["w9"]');
  expect(() => peft.moeAdapters(network, { targets: ['w1'], domains: 1, hidden: 1 })).toThrow(
    '"w1" must be a feed-forward network, got linear'
  );
  expect(() => peft.lora(network, { targets: ['w1'], rank, alpha: NaN })).toThrow('alpha must be a number');
  network.dispose();
});

test('ranks of single matrices: the last pattern that fits counts, 0 adapts nothing, and the change keeps its size', () => {
  const network = makeNetwork();
  const of = (ranks: Record<string, number>): Record<string, number> => {
    const adapters = peft.lora(network, { targets: ['*'], rank, ranks });
    const found = [...adapters.parameters()].filter(([path]) => path.endsWith('.a')).map(([path, { shape }]) => [path, shape[1]]); // prettier-ignore
    adapters.remove();
    return Object.fromEntries(found) as Record<string, number>;
  };
  expect(of({})).toEqual({ 'w1.weight.a': 2, 'w2.weight.a': 2 });
  expect(of({ 'w1.weight': 3 })).toEqual({ 'w1.weight.a': 3, 'w2.weight.a': 2 });
  expect(of({ '**': 1, 'w2.*': 4 })).toEqual({ 'w1.weight.a': 1, 'w2.weight.a': 4 });
  expect(of({ 'w2.*': 4, '**': 1 })).toEqual({ 'w1.weight.a': 1, 'w2.weight.a': 1 });
  expect(of({ 'w1.weight': 0 })).toEqual({ 'w2.weight.a': 2 });
  expect(() => of({ '**': 0 })).toThrow('peft.lora: targets must name a matrix of the model, got ["*"]');
  expect(() => of({ w1: -1 })).toThrow('peft.lora: ranks of "w1" must be an integer of at least 0, got -1');
  expect(() => of({ w7: 1 })).toThrow(
    'peft.lora: ranks must name parameters of the model (w1.weight, w1.bias, w2.weight, w2.bias), got w7'
  );
  network.dispose();
});

test('adapters say what they are and what they must be', () => {
  const network = makeNetwork();
  const adapters = peft.lora(network, { targets: ['w1'], rank });
  expect(() => adapters.unmerge()).toThrow('lora.unmerge: the adapters must be merged, got attached');
  adapters.merge();
  expect(() => adapters.merge()).toThrow('lora.merge: the adapters must be attached, got merged');
  expect(() => adapters.detach()).toThrow('lora.detach: the adapters must be attached, got merged');
  adapters.remove();
  network.dispose();
});
