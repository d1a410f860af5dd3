/**
 * The npm packages that `data.text` reads unless told otherwise: those of the library itself, so that they are the same in
 * a clone and in a folder of your own, and what else is installed moves no number. Each is named by the way from the
 * library to it, "tslab > @types/node": the copy that tslab loads, wherever npm has put it.
 */
export const TEXT_PACKAGES: readonly string[] = [
  // TypeScript, more than 5 MB of it: sources and declarations.
  '@observablehq/plot',
  '@tensorflow/tfjs > @tensorflow/tfjs-core',
  '@tensorflow/tfjs > @tensorflow/tfjs-layers',
  '@tensorflow/tfjs-node-gpu',
  'jsdom > cssstyle > @asamuzakjp/css-color',
  'jsdom > tough-cookie',
  'tslab > @tslab/typescript-for-tslab',
  'tslab > @types/node',
  'tslab > zeromq',
  // JSON, some 1.4 MB, which is about what there is: tables of characters, media types and dates, messages in many languages.
  '@observablehq/plot > d3 > d3-format',
  '@observablehq/plot > d3 > d3-time-format',
  '@tensorflow/tfjs > @tensorflow/tfjs-data > @types/node-fetch > form-data > mime-types > mime-db',
  '@tensorflow/tfjs > yargs',
  '@tensorflow/tfjs-node-gpu > @mapbox/node-pre-gyp',
  'jsdom',
  'jsdom > whatwg-encoding > iconv-lite',
  'jsdom > whatwg-url > tr46',
  'tslab > @rollup/plugin-commonjs > resolve'
];
