import { spawn } from 'child_process';
import type { ChildProcess } from 'child_process';
import { createInterface } from 'readline';

/** Longest that is kept of what a process says on its error output. */
const KEPT = 4000;

/** A program that is asked and answers with one JSON object a line, over its input and output. */
export class LineProcess {
  /** Fulfilled when it has ended, with what it said last. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private said = '';
  private over = false;

  /** @param receive - Called with each object that it sends. */
  constructor(
    command: string,
    words: readonly string[],
    environment: NodeJS.ProcessEnv,
    receive: (message: Record<string, unknown>) => void
  ) {
    this.child = spawn(command, words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const message = parse(line);
      if (message !== null) {
        receive(message);
      }
    });
    this.child.stderr!.on('data', (data: Buffer) => (this.said = `${this.said}${data.toString()}`.slice(-KEPT)));
    // A process that is gone says so by ending; writing to it is then no error of its own.
    this.child.stdin!.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        this.over = true;
        resolve(why);
      };
      this.child.once('error', (error) => end(error.message));
      this.child.once('close', (code, signal) =>
        end(
          `${signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`}${lastLine(this.said)}`
        )
      );
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isOver(): boolean {
    return this.over;
  }

  send(message: object): void {
    this.child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  /** Closes its input, upon which it ends by itself. */
  close(): void {
    this.child.stdin!.end();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    // A line that others print is no message.
    return null;
  }
}

function lastLine(said: string): string {
  const line = said.trim().split('\n').at(-1);
  return line === undefined || line === '' ? '' : `: ${line}`;
}
