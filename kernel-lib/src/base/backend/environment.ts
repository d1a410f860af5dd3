import util from 'util';

/** Sets the environment variables that must stand before TensorFlow loads; harmless when done twice. */
export function prepareEnvironment(): void {
  // No log lines in cells, and several notebooks may share one GPU.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // TensorFlow.js 4.22.0 calls these; Node 23 took them away.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined;
  legacy.isArray ??= Array.isArray;
}
