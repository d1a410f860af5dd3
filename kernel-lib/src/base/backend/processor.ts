import { readFileSync } from 'fs';
import * as os from 'os';

const CPU_INFO = '/proc/cpuinfo';
/** Vector instructions for which the libraries of matrix products have code of their own. */
const INSTRUCTIONS = ['avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'];

/**
 * Name of the processor, with what Linux tells beside it: virtual machines give one name to many generations, and the
 * generation and its vector instructions decide how sums are ordered.
 */
export function processorName(info = cpuInfo()): string {
  const field = (name: string): string | undefined => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(info)?.[1];
  const name = field('model name') ?? os.cpus()[0]?.model.trim() ?? 'unknown';
  const [family, model] = [field('cpu family'), field('model')];
  const has = new Set((field('flags') ?? field('Features') ?? '').split(' '));
  const vectors = INSTRUCTIONS.filter((instruction) => has.has(instruction)).join(' ');
  const generation = family === undefined || model === undefined ? '' : `family ${family} model ${model}`;
  return [name, generation, vectors].filter((part) => part !== '').join(', ');
}

function cpuInfo(): string {
  try {
    return readFileSync(CPU_INFO, 'utf8');
  } catch {
    // Another system than Linux: its name alone is known.
    return '';
  }
}
