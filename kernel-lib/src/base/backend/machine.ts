import * as os from 'os';
import { device, isNative } from './load';
import { processorName } from './processor';

/** The machine as far as it decides how long an op takes, as JSON. */
export interface Machine {
  /** Operating system and processor architecture, "linux x64". */
  readonly platform: string;
  /** The processor, with its generation and vector instructions. */
  readonly processor: string;
  /** "gpu", "cpu" or "javascript". */
  readonly device: string;
  /** Threads that one op may use. */
  readonly threads: number;
  /** Version of the native library; null without it. */
  readonly tensorflow: string | null;
}

/** The machine that this process runs on. */
export function machine(): Machine {
  return {
    platform: `${os.platform()} ${os.arch()}`,
    processor: processorName(),
    device: device().kind,
    threads: threads(),
    tensorflow: tensorflowVersion()
  };
}

/** TensorFlow takes a thread for each processor unless told otherwise; plain TensorFlow.js has one. */
function threads(): number {
  if (device().kind === 'javascript') {
    return 1;
  }
  const told = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(told) && told > 0 ? told : os.availableParallelism();
}

function tensorflowVersion(): string | null {
  if (!isNative()) {
    return null;
  }
  const tf = require('@tensorflow/tfjs') as typeof import('@tensorflow/tfjs');
  return (tf.backend() as unknown as { binding?: { TF_Version: string } }).binding?.TF_Version ?? null;
}
