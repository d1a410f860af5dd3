import { data } from '@switchyard/kernel-lib';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';

describe('data.digits', () => {
  test('has 1797 images of ten classes of about the same size', () => {
    const { train, validation } = data.digits();
    expect([train.count, validation.count]).toEqual([1438, 359]);
    expect(train.images).toHaveLength(1438 * 64);
    const labels = [...train.labels, ...validation.labels];
    // As scikit-learn's description of the set has them.
    expect(Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180
    ]);
    expect(Math.max(...train.images)).toBe(1);
    expect(Math.min(...train.images)).toBe(0);
  });

  test('an image is that of its label: the mean image of a class is nearest to most of it', () => {
    const { train, validation } = data.digits({ validation: 0.5 });
    const means = Array.from({ length: 10 }, () => new Float64Array(64));
    train.labels.forEach((label, i) => means[label].forEach((_, p) => (means[label][p] += train.images[i * 64 + p])));
    means.forEach((mean, digit) => {
      const count = train.labels.filter((label) => label === digit).length;
      mean.forEach((sum, p) => (mean[p] = sum / count));
    });
    const right = [...validation.labels].filter((label, i) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, v, p) => sum + (v - validation.images[i * 64 + p]) ** 2, 0)
      );
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length / validation.count).toBeGreaterThan(0.85);
  });

  test('the split is that of its seed, and no image is in both parts', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => data.digits({ seed, validation: 0.1 }));
    expect(a.train.labels).toEqual(b.train.labels);
    expect(a.train.labels).not.toEqual(c.train.labels);
    const keys = ({ count, images }: data.LabelledImages) =>
      Array.from({ length: count }, (_, i) => images.slice(i * 64, (i + 1) * 64).join());
    const seen = new Set(keys(a.train));
    expect(keys(a.validation).some((key) => seen.has(key))).toBe(false);
    expect(() => data.digits({ validation: 1 })).toThrow('data.digits: validation must be a number 0..0.9, got 1');
  });

  test('says what to do where the images are not there, or not whole', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'switchyard-'));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'share', 'switchyard', 'digits.csv.gz');
    expect(() => data.digits({ environment: folder })).toThrow(`npx switchyard setup), got none in ${file}`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, zlib.gzipSync('1,2,3\n'));
    expect(() => data.digits({ environment: folder })).toThrow('must hold 1797 images of 64 pixels, got 0 of 1 lines');
  });
});
