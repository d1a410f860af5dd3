'use strict';

const childProcess = require('child_process');
const path = require('path');
const { findPython } = require('../../../kernel-lib/bin/setup/python');
const { findProject, venvProgram } = require('../../../kernel-lib/bin/support/project');
const { passThrough } = require('../../../kernel-lib/bin/support/process');

const TORCH = '2.13.0';

/**
 * A Python that has PyTorch: SWITCHYARD_TORCH_PYTHON where it is set, else that of a virtual environment, which the tests
 * of real PyTorch models share.
 */
async function torchPython() {
  const given = process.env.SWITCHYARD_TORCH_PYTHON;
  if (given) {
    return given;
  }
  const venv = path.join(findProject().state, 'torch-venv');
  const python = venvProgram({ venv }, 'python');
  if (!hasTorch(python)) {
    await mustRun(findPython().command, ['-m', 'venv', venv]);
    await mustRun(python, ['-m', 'pip', 'install', '--quiet', `torch==${TORCH}`, 'numpy']);
  }
  return python;
}

function hasTorch(python) {
  const probe = `import numpy, torch; assert torch.__version__.split("+")[0] == "${TORCH}"`;
  return childProcess.spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status === 0;
}

async function mustRun(command, args) {
  const code = await passThrough(command, args, {});
  if (code !== 0) {
    throw new Error(`bench: \`${command} ${args.join(' ')}\` must succeed, got exit code ${code}`);
  }
}

module.exports = { torchPython };
