/** A JSON object, as messages carry it. */
export type Content = Record<string, unknown>;

/** The cell that runs. */
export interface CellInfo {
  /** The notebook's id of the cell; null where the client sends none. */
  id: string | null;
  /** The number in the cell's prompt; null for a silent execution. */
  executionCount: number | null;
}

/** A comm message on its way to the client. */
export interface CommMessage {
  type: 'comm_open' | 'comm_msg' | 'comm_close';
  content: Content;
  metadata: Content;
  buffers: Uint8Array[];
}

/** The kernel, as the library sees it: what it offers to the library, which may be loaded from elsewhere, and more than once. */
export interface KernelHost {
  sendComm(message: CommMessage): void;
  clearOutput(wait: boolean): void;
  cell(): CellInfo | null;
}

interface Shared {
  host: KernelHost | null;
  /** The registry of comms, which knows its own type. */
  comms: object | null;
  /** Called by the wire thread, through the debugger, before it ends what runs. */
  prepareEnd?: () => void;
  /** Whether what runs is being ended so. */
  ending?: boolean;
  /** Starts the script that waits to be evaluated. */
  start?: () => void;
  /** Value that the latest script threw. */
  thrown?: { value: unknown };
  /** The forms of a plain object of the library by MIME type; null for other objects. */
  showData?: (value: object) => Content | null;
}

const KEY = Symbol.for('switchyard.kernel');

/** State that all copies of the library in this process share. */
export function shared(): Shared {
  const global = globalThis as unknown as Record<symbol, Shared | undefined>;
  return (global[KEY] ??= { host: null, comms: null });
}
