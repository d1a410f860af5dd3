import { randomUUID } from 'crypto';
import { fail } from './errors';
import { shared } from './host';
import type { Content } from './host';

/** Binary data of a comm message. */
export type CommBuffers = readonly Uint8Array[];

/** A message that came over a comm. */
export interface CommEvent {
  data: Content;
  metadata: Content;
  buffers: Uint8Array[];
}

/** Options of a message over a comm. */
export interface CommSendOptions {
  metadata?: Content;
  /** Binary data, sent beside the JSON. */
  buffers?: CommBuffers;
}

/** Called when the client opens a comm of a registered target. */
export type CommTarget = (comm: Comm, event: CommEvent) => void;

/** A channel to a part of the client (a panel), in both directions. */
export class Comm {
  /** Called for every message of the client. */
  onMessage: ((event: CommEvent) => void) | null = null;
  /** Called once when the client closes the comm. */
  onClose: ((event: CommEvent) => void) | null = null;

  constructor(
    private readonly registry: CommRegistry,
    readonly targetName: string,
    readonly id: string
  ) {}

  send(data: Content, options: CommSendOptions = {}): void {
    this.registry.send('comm_msg', { comm_id: this.id, data }, options);
  }

  close(data: Content = {}, options: CommSendOptions = {}): void {
    this.registry.remove(this.id);
    this.registry.send('comm_close', { comm_id: this.id, data }, options);
  }
}

/** The comms of this kernel. */
export class CommRegistry {
  private readonly targets = new Map<string, CommTarget>();
  private readonly live = new Map<string, Comm>();

  /** True where the kernel carries comms; plain tslab does not. */
  get available(): boolean {
    return shared().host !== null;
  }

  /** Comms that are open, by id. */
  get opened(): ReadonlyMap<string, Comm> {
    return this.live;
  }

  /** Calls `target` when the client opens a comm of this name; never where comms are not available. */
  registerTarget(name: string, target: CommTarget): void {
    this.targets.set(name, target);
  }

  unregisterTarget(name: string): void {
    this.targets.delete(name);
  }

  /** Opens a comm to the client. Throws where comms are not available. */
  open(targetName: string, data: Content = {}, options: CommSendOptions = {}): Comm {
    const comm = new Comm(this, targetName, randomUUID());
    this.send('comm_open', { comm_id: comm.id, target_name: targetName, data }, options);
    this.live.set(comm.id, comm);
    return comm;
  }

  /** Hands a message of the client to its comm; the kernel calls it. */
  receive(type: string, content: Content, event: CommEvent): void {
    const id = String(content.comm_id);
    const comm = this.live.get(id);
    if (type === 'comm_open') {
      this.accept(id, String(content.target_name), event);
    } else if (type === 'comm_msg') {
      comm?.onMessage?.(event);
    } else if (type === 'comm_close') {
      this.live.delete(id);
      comm?.onClose?.(event);
    }
  }

  /** Sends for a comm; use the methods of {@link Comm}. */
  send(type: 'comm_open' | 'comm_msg' | 'comm_close', content: Content, options: CommSendOptions): void {
    const { host } = shared();
    if (host === null) {
      fail('comms', 'a notebook on the kernel "TypeScript (Switchyard)" is needed', 'a process without comms');
    }
    host.sendComm({ type, content, metadata: options.metadata ?? {}, buffers: [...(options.buffers ?? [])] });
  }

  /** Forgets a comm; use {@link Comm.close}. */
  remove(id: string): void {
    this.live.delete(id);
  }

  private accept(id: string, targetName: string, event: CommEvent): void {
    const target = this.targets.get(targetName);
    if (target === undefined) {
      this.send('comm_close', { comm_id: id, data: {} }, {});
      return;
    }
    const comm = new Comm(this, targetName, id);
    this.live.set(id, comm);
    target(comm, event);
  }
}

/** The one registry of this process, shared by all copies of the library. */
export const comms = (shared().comms ??= new CommRegistry()) as CommRegistry;
