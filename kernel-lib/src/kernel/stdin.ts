import { closeSync, openSync } from 'fs';
import { Readable } from 'stream';

const MESSAGE = 'input is not supported in a notebook: write the value into the cell';

/** Makes whatever asks for input fail at once, where it would wait for ever. */
export function refuseInput(): void {
  try {
    // The lowest free number is taken: reads of file 0 end at once.
    closeSync(0);
    openSync('/dev/null', 'r');
  } catch {
    // Started without a standard input, which is as good.
  }
  const refused = new RefusedInput();
  Object.defineProperty(process, 'stdin', { value: refused, configurable: true });
}

class RefusedInput extends Readable {
  readonly isTTY = false;
  readonly fd = 0;

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    if (event === 'data' || event === 'readable' || event === 'keypress') {
      throw new Error(MESSAGE);
    }
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override resume(): this {
    throw new Error(MESSAGE);
  }

  override read(): never {
    throw new Error(MESSAGE);
  }

  override [Symbol.asyncIterator](): never {
    throw new Error(MESSAGE);
  }
}
