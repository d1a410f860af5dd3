/** An environment record as a notebook holds it. */
export const RECORD = {
  versions: { node: '20.19.0' },
  platform: 'linux x64',
  processor: 'one',
  device: 'cpu',
  threads: 1,
  lockfile: null,
  git: null,
  seeds: {},
  data: {},
  packages: {}
};
