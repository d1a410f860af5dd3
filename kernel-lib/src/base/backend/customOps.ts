import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { device, isNative } from './load';

/** Where set-up leaves the library of custom ops; another build of it may be named, for one with a sanitizer. */
const LIBRARY =
  process.env.SWITCHYARD_CUSTOM_OPS ?? join(__dirname, '..', '..', '..', 'native', 'build', 'switchyard_ops.node');

let state: { ready: boolean; loadError: string | null } | null = null;
let enabled = true;

/**
 * True where the custom ops of `native/ops` can run: native TensorFlow on the CPU, and the library built by set-up.
 * Elsewhere the same functions are composed of TensorFlow's own ops.
 */
export function hasCustomOps(): boolean {
  return enabled && isNative() && load().ready;
}

/** Why the library of custom ops is not in use; null where it is. */
export function customOpsError(): string | null {
  return isNative() ? load().loadError : 'plain TensorFlow.js runs';
}

/** Switches the custom ops off or on again, to compare with the composed path. */
export function useCustomOps(on: boolean): void {
  enabled = on;
}

function load(): { ready: boolean; loadError: string | null } {
  state ??= open();
  return state;
}

function open(): { ready: boolean; loadError: string | null } {
  if (device().kind === 'gpu') {
    return { ready: false, loadError: 'they are written for the CPU' };
  }
  if (!existsSync(LIBRARY)) {
    return { ready: false, loadError: 'the library of custom ops has not been built' };
  }
  try {
    chooseBlasKernels();
    process.dlopen({ exports: {} } as unknown as NodeJS.Module, LIBRARY);
    return { ready: true, loadError: null };
  } catch (error) {
    return { ready: false, loadError: error instanceof Error ? error.message.split('\n')[0] : String(error) };
  }
}

// OpenBLAS takes its AVX2 kernels on AMD processors that it does not know, at half the speed of their AVX-512 units.
// Read by OpenBLAS when it loads.
function chooseBlasKernels(): void {
  if (process.platform !== 'linux' || process.env.OPENBLAS_CORETYPE !== undefined) {
    return;
  }
  const cpu = readFileSync('/proc/cpuinfo', 'utf8');
  const hasAvx512 = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every((flag) => cpu.includes(flag));
  if (cpu.includes('AuthenticAMD') && hasAvx512) {
    process.env.OPENBLAS_CORETYPE = 'SkylakeX';
  }
}
