import { existsSync, readFileSync } from 'fs';
import * as path from 'path';
import { gunzipSync } from 'zlib';
import { expectInteger, expectNumber, fail, Random } from '../../base/core';
import { environments } from '../../base/io';

/** Images in grey and what each shows. */
export interface LabelledImages {
  readonly count: number;
  /** Values 0..1, row by row, image by image; [count * height * width]. */
  readonly images: Float32Array;
  /** Class of each image, 0..classes-1; [count]. */
  readonly labels: Int32Array;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** Training and validation part of the images. */
export interface ImageSplit {
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
}

/** Options of `data.digits`. */
export interface DigitsOptions {
  /** Share of the images that training never sees; 0..0.9. Default 0.2. */
  validation?: number;
  /** Seed of the split. Default 0. */
  seed?: number;
  /** Folder of the Python environment that the set-up made. Default: VIRTUAL_ENV, a `.venv` in or above the library or the working folder. */
  environment?: string;
}

const SIZE = 8;
const PIXELS = SIZE * SIZE;
const COUNT = 1797;
const WHITE = 16;
const FILE = path.join('share', 'switchyard', 'digits.csv.gz');

/**
 * 1797 handwritten digits of 8 x 8 pixels, those of scikit-learn (`load_digits`; the test part of "Optical Recognition of
 * Handwritten Digits", E. Alpaydin and C. Kaynak, UCI 1998). The set-up puts them into the environment's folder.
 *
 * @throws {SwitchyardError} where they are not there, or are not what they should be.
 */
export function digits(options: DigitsOptions = {}): ImageSplit {
  const where = 'data.digits';
  const { validation = 0.2, seed = 0, environment } = options;
  expectNumber(where, 'validation', validation, 0, 0.9);
  expectInteger(where, 'seed', seed, 0);
  const rows = Random.fromSeed(seed).child('digits').shuffle(readRows(where, environment));
  const held = Math.round(validation * rows.length);
  return { train: pack(rows.slice(held)), validation: pack(rows.slice(0, held)) };
}

// Each image as its pixels, 0..16, and its label.
function readRows(where: string, environment?: string): number[][] {
  const places = (environment === undefined ? environments() : [environment]).map((folder) => path.join(folder, FILE));
  const file = places.find((place) => existsSync(place));
  if (file === undefined) {
    const rule = 'the set-up must have put the images there (npm run setup in a clone, else npx switchyard setup)';
    fail(where, rule, `none in ${places.join(', ') || 'any .venv: there is none'}`);
  }
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const right = rows.filter((row) => row.length === PIXELS + 1 && row.every((value) => value >= 0 && value <= WHITE));
  if (right.length !== COUNT || rows.length !== COUNT) {
    fail(where, `${file} must hold ${COUNT} images of ${PIXELS} pixels`, `${right.length} of ${rows.length} lines`);
  }
  return rows;
}

function pack(rows: readonly number[][]): LabelledImages {
  return {
    ...{ count: rows.length, height: SIZE, width: SIZE, classes: 10 },
    images: Float32Array.from(rows.flatMap((row) => row.slice(0, PIXELS).map((value) => value / WHITE))),
    labels: Int32Array.from(rows, (row) => row[PIXELS])
  };
}
