/** JupyterLab with jupyter-collaboration, a server of its own: a test that needs it starts and stops it. */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, logOf, python, ROOT } from './server';

const UI = join(__dirname, '..');
const LOG = logOf('jupyterlab-collaboration');
/** A first start reads all extensions from the disk. */
const START_MS = 120_000;

export interface ICollaboration {
  url: string;
  stop(): Promise<void>;
}

export async function startCollaboration(): Promise<ICollaboration> {
  const tools = installedTools();
  const port = freePort();
  const server = spawn(python(), ['-m', 'jupyterlab', '--config', join(UI, 'jupyter_collaboration_config.py')], {
    cwd: ROOT,
    env: {
      ...process.env,
      PYTHONPATH: tools,
      SWITCHYARD_UI_PORT: port,
      SWITCHYARD_UI_LOG: LOG,
      SWITCHYARD_UI_TOOLS: tools
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: process.platform !== 'win32'
  });
  const url = `http://localhost:${port}`;
  await answered(server, `${url}/api/status`);
  process.once('exit', () => {
    kill(server);
  });
  return {
    url,
    stop: async () => {
      await shutDownKernels(url);
      kill(server);
    }
  };
}

/** The server asked to end waits for its rooms without an end: it is killed, and its kernels must not outlive it. */
async function shutDownKernels(url: string): Promise<void> {
  const kernels = (await (await fetch(`${url}/api/kernels`)).json()) as { id: string }[];
  await Promise.all(kernels.map(({ id }) => fetch(`${url}/api/kernels/${id}`, { method: 'DELETE' })));
}

/** With the processes that it started. */
function kill({ pid, exitCode, signalCode }: ChildProcess): void {
  if (exitCode !== null || signalCode !== null) {
    return;
  }
  if (process.platform === 'win32') {
    execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
  } else {
    process.kill(-pid!, 'SIGKILL');
  }
}

/** The folder with jupyter-collaboration, which is installed there the first time. */
function installedTools(): string {
  const words = [join(ROOT, 'test/kernel/tools.py'), join(UI, 'requirements.txt')];
  try {
    return execFileSync(python(), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const { stderr } = error as { stderr: string };
    throw new Error(`jupyter-collaboration (test/ui/requirements.txt) could not be installed: pip says\n${stderr}`);
  }
}

async function answered(server: ChildProcess, url: string): Promise<void> {
  const end = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null) {
      throw new Error(`JupyterLab with jupyter-collaboration ended with ${server.exitCode}: see ${LOG}`);
    }
    if (Date.now() > end) {
      kill(server);
      throw new Error(`JupyterLab with jupyter-collaboration did not answer within ${START_MS} ms: see ${LOG}`);
    }
    await setTimeout(200);
  }
}

/** Nothing listens before the server is there. */
function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false
  );
}
