/** @file On connecting, asks a notebook's kernel which runs it has: a page that was loaded anew takes them up again. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ControlRun } from '@switchyard/kernel-lib/protocol';
import { CONTROL_TARGET, parseControlRun, parseControlRuns } from '@switchyard/kernel-lib/protocol';
import type { PayloadStore } from '../base/store';
import { openComm } from './openComm';

export interface IHeldRunsOptions {
  session: ISessionContext;
  store: PayloadStore;
  /** Whether the notebook may have runs: a kernel that knows nothing of them logs an error when it is asked. */
  mayHave: () => boolean;
  /** Called with each run that the kernel has. */
  take: (run: ControlRun) => void;
}

export class HeldRuns implements IDisposable {
  constructor(options: IHeldRunsOptions) {
    this._options = options;
    options.session.connectionStatusChanged.connect(this.ask, this);
    options.session.kernelChanged.connect(this.ask, this);
    this.ask();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Asks, where a kernel is connected that was not asked since then. */
  ask(): void {
    const kernel = this._options.session.session?.kernel;
    if (kernel?.connectionStatus !== 'connected') {
      this._asked = null;
    } else if (this._asked !== kernel && kernel.handleComms && this._options.mayHave()) {
      this._asked = kernel;
      this._open(kernel);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _open(kernel: Kernel.IKernelConnection): void {
    const { store, take } = this._options;
    const comm = kernel.createComm(CONTROL_TARGET);
    const isAnswer = (): boolean => this._asked === kernel && !this._isDisposed;
    comm.onMsg = ({ content }) => {
      const { data } = content;
      const [runs, run] = [parseControlRuns(data), parseControlRun(data)];
      if (isAnswer() && runs !== null) {
        store.dispatch({ type: 'held', runIds: runs.runIds });
      } else if (isAnswer() && run !== null) {
        take(run);
      }
    };
    const over = (): void => {
      if (isAnswer()) {
        store.dispatch({ type: 'asked', waits: false });
      }
    };
    comm.onClose = over;
    store.dispatch({ type: 'asked', waits: true });
    openComm(comm, kernel, { runs: true }).catch(over);
  }

  private _options: IHeldRunsOptions;
  private _asked: Kernel.IKernelConnection | null = null;
  private _isDisposed = false;
}
