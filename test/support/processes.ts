import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Processes whose command line has a text and that a test accounts for: other tests run beside it. */
function processes(text: string, isOwn: (pid: number, parent: number) => boolean): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).trim().split('\n').slice(1);
  return lines
    .filter((line) => line.includes(text))
    .map((line) => line.trim().split(/\s+/).slice(0, 2).map(Number))
    .filter(([pid, parent]) => isOwn(pid, parent))
    .map(([pid]) => pid);
}

/** Those that this process has started. */
export const children = (text: string): number[] => processes(text, (_pid, parent) => parent === process.pid);

/** Those that were started with a variable of this name. */
export const withVariable = (text: string, name: string): number[] =>
  processes(text, (pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`\0${name}=`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
