'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { setTimeout: pause } = require('timers/promises');
const { findProject, venvEnvironment, venvProgram } = require('../../../kernel-lib/bin/support/project');

const EXTENSION = 'jupyterlab-switchyard';
const LATEST_START_MS = 60_000;

/** The project's JupyterLab in folders of its own: nobody's settings, and the extension as it was just built, or none. */
class JupyterLab {
  /** @param {{ extension: boolean, settings?: Record<string, object> }} options - Settings of plugins by their id. */
  static async open(folder, { extension, settings = {} }) {
    const project = findProject();
    const at = (name) => path.join(folder, name);
    ['files', 'config', 'runtime', 'settings', 'workspaces'].forEach((name) =>
      fs.mkdirSync(at(name), { recursive: true })
    );
    linkExtensions(project, at('labextensions'), extension);
    writeSettings(at('settings'), { ...QUIET, ...settings });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const words = [
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      '--ServerApp.open_browser=False',
      `--ServerApp.root_dir=${at('files')}`,
      '--IdentityProvider.token=',
      '--LabApp.expose_app_in_browser=True',
      `--LabServerApp.labextensions_path=${at('labextensions')}`,
      ...(process.getuid?.() === 0 ? ['--allow-root'] : [])
    ];
    const env = {
      ...venvEnvironment(project),
      JUPYTER_CONFIG_DIR: at('config'),
      JUPYTER_RUNTIME_DIR: at('runtime'),
      JUPYTERLAB_SETTINGS_DIR: at('settings'),
      JUPYTERLAB_WORKSPACES_DIR: at('workspaces')
    };
    const log = fs.openSync(at('server.log'), 'w');
    const child = childProcess.spawn(venvProgram(project, 'jupyter-lab'), words, {
      cwd: folder,
      env,
      stdio: ['ignore', log, log]
    });
    fs.closeSync(log);
    const lab = new JupyterLab(child, url, at);
    await lab._answers();
    return lab;
  }

  constructor(child, url, at) {
    this.url = url;
    this._child = child;
    this._at = at;
    this._ended = new Promise((resolve) => child.on('close', resolve));
  }

  /** Puts a notebook of code cells into the server's folder; returns its name. */
  write(name, { cells, kernel }) {
    const code = cells.map(({ source, outputs = [] }, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      source,
      outputs
    }));
    const kernelspec = kernel === null ? undefined : { name: kernel, display_name: kernel };
    const notebook = { cells: code, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    fs.writeFileSync(path.join(this._at('files'), name), JSON.stringify(notebook));
    return name;
  }

  async close() {
    this._child.kill('SIGTERM');
    await this._ended;
  }

  async _answers() {
    const latest = Date.now() + LATEST_START_MS;
    while (Date.now() < latest && this._child.exitCode === null) {
      const answer = await fetch(`${this.url}/api/status`).catch(() => null);
      if (answer?.ok) {
        return;
      }
      await pause(200);
    }
    this._child.kill('SIGKILL');
    throw new Error(
      `bench: JupyterLab must start, got\n${fs.readFileSync(this._at('server.log'), 'utf8').slice(-2000)}`
    );
  }
}

/** No question about news over the page that is timed. */
const QUIET = { '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false } };

/** All installed extensions but ours, and ours from the working copy where it is wanted. */
function linkExtensions(project, folder, wanted) {
  const installed = path.join(project.venv, 'share', 'jupyter', 'labextensions');
  fs.mkdirSync(folder);
  fs.readdirSync(installed)
    .filter((name) => name !== EXTENSION)
    .forEach((name) => fs.symlinkSync(path.join(installed, name), path.join(folder, name)));
  if (wanted) {
    fs.symlinkSync(
      path.join(project.root, 'extension/jupyterlab_switchyard/labextension'),
      path.join(folder, EXTENSION)
    );
  }
}

function writeSettings(folder, settings) {
  for (const [id, values] of Object.entries(settings)) {
    const [name, plugin] = id.split(':');
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.writeFileSync(path.join(folder, name, `${plugin}.jupyterlab-settings`), JSON.stringify(values));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

module.exports = { EXTENSION, JupyterLab };
