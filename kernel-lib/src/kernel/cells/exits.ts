/** A cell wanted to end the kernel. */
class ExitRefused extends Error {
  override readonly name = 'ExitRefused';

  constructor(what: string) {
    super(`${what} would end the kernel and lose every variable: restart it from the menu instead`);
  }
}

/** Makes what ends the process an error of the cell that asks for it. */
export function refuseExit(): void {
  const refuse = (what: string) => () => {
    throw new ExitRefused(what);
  };
  Object.defineProperty(process, 'exit', { value: refuse('process.exit()'), configurable: true, writable: true });
  Object.defineProperty(process, 'abort', { value: refuse('process.abort()'), configurable: true, writable: true });
}
