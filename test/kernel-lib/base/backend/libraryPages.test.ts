import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { because } from '../../../support/because';

/** Megabytes of files that a process has in memory before it computes, and after its first product, which it prints as well. */
const PROGRAM = `
  const { readFileSync } = require('fs');
  const { tf } = require('@switchyard/kernel-lib');
  const { hasCustomOps } = require('@switchyard/kernel-lib/dist/base/backend/index.js');
  const held = () => Number(/RssFile:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  tf.backend();
  hasCustomOps();
  const before = held();
  const [product] = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
  console.log(JSON.stringify({ before, after: held(), product }));
`;

// Of the 300 MB that TensorFlow's library takes to load.
test.skipIf(process.platform !== 'linux')(
  'pages of TensorFlow that only its loading read are given back',
  because('only Linux tells what a process holds'),
  () => {
    const said = execFileSync(process.execPath, ['-e', PROGRAM], { cwd: import.meta.dirname, encoding: 'utf8' });
    const { before, after, product } = JSON.parse(said) as Record<string, number>;
    expect(before).toBeLessThan(120);
    expect(after).toBeLessThan(160);
    expect(product).toBe(3);
  }
);
