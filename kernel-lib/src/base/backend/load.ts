import type { Tensor } from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
import { noteUntaped } from './backwardPass';
import { prepareEnvironment } from './environment';

prepareEnvironment();
const loadError = loadNative();
// The plain build greets in every cell otherwise.
const tf = require('@tensorflow/tfjs') as typeof import('@tensorflow/tfjs');
if (loadError !== null) {
  tf.env().set('PROD', true);
  process.emitWarning(
    `TensorFlow's native library did not load (${loadError}); plain TensorFlow.js runs instead, on one CPU thread and ` +
      'often 100 times slower. `npx switchyard doctor` says how to mend it.',
    { code: 'SWITCHYARD_NO_NATIVE' }
  );
}

/** The device that ops really run on. */
export interface Device {
  /** "gpu" or "cpu" with native TensorFlow, "javascript" without it. */
  kind: 'gpu' | 'cpu' | 'javascript';
  /** TensorFlow.js's name of the backend. */
  backend: string;
  /** Why the native library did not load; null where it did. */
  loadError: string | null;
}

export function device(): Device {
  // Chosen at first use only.
  tf.backend();
  const backend = tf.getBackend();
  const kind = !isNative() ? 'javascript' : native().isUsingGpuDevice ? 'gpu' : 'cpu';
  return { kind, backend, loadError };
}

/** True where ops run in native TensorFlow. */
export function isNative(): boolean {
  return tf.getBackend() === 'tensorflow';
}

/** Attributes of a TensorFlow op; a string under a name in `TYPE_ATTRIBUTES` is a dtype, `shape` is a shape. */
export type Attributes = Record<string, string | number | boolean | number[]>;

/** Runs any TensorFlow op by its name. Native backend only; has no gradient, so wrap it with `tf.customGrad`. */
export function executeSingle(op: string, attributes: Attributes, inputs: Tensor[]): Tensor {
  noteUntaped(op);
  return native().executeSingleOutput(op, opAttributes(attributes), inputs);
}

/** As {@link executeSingle}, for an op with `numOutputs` outputs. */
export function executeMultiple(op: string, attributes: Attributes, inputs: Tensor[], numOutputs: number): Tensor[] {
  noteUntaped(op);
  return native().executeMultipleOutputs(op, opAttributes(attributes), inputs, numOutputs);
}

type OpAttribute = { name: string; type: number; value: string | number | boolean | number[] };

const TYPE_ATTRIBUTES = new Set([
  'T',
  'dtype',
  'Tseed',
  'Tlabels',
  'Tidx',
  'Tindices',
  'Tparams',
  'Taxis',
  'DstT',
  'SrcT'
]);

function opAttributes(attributes: Attributes): OpAttribute[] {
  const { binding } = native();
  const types: Record<string, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    int64: binding.TF_INT64,
    bool: binding.TF_BOOL
  };
  return Object.entries(attributes).map(([name, value]) => {
    if (TYPE_ATTRIBUTES.has(name)) {
      return { name, type: binding.TF_ATTR_TYPE, value: types[value as string] };
    }
    if (typeof value === 'boolean') {
      return { name, type: binding.TF_ATTR_BOOL, value };
    }
    if (name === 'shape') {
      return { name, type: binding.TF_ATTR_SHAPE, value };
    }
    if (typeof value === 'string') {
      return { name, type: binding.TF_ATTR_STRING, value };
    }
    return {
      name,
      type: Number.isInteger(value) || Array.isArray(value) ? binding.TF_ATTR_INT : binding.TF_ATTR_FLOAT,
      value
    };
  });
}

function native(): NodeJSKernelBackend {
  return tf.backend() as unknown as NodeJSKernelBackend;
}

function loadNative(): string | null {
  quieten();
  try {
    require('@tensorflow/tfjs-node-gpu');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  }
}

// Two addons of ours beside the binding (kernel-lib/native): TensorFlow would greet in every notebook otherwise.
function quieten(): void {
  for (const addon of ['quiet_load', 'log_level']) {
    try {
      require(`@tensorflow/tfjs-node-gpu/lib/napi-v8/${addon}.node`);
    } catch {
      // Not compiled, or no TensorFlow: loading the binding says what is wrong.
    }
  }
}
