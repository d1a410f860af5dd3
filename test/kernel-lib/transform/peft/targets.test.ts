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
