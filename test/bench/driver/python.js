'use strict';

const childProcess = require('child_process');
const path = require('path');
const { findPython } = require('../../../kernel-lib/bin/setup/python');
const { findProject, venvProgram } = require('../../../kernel-lib/bin/support/project');
const { passThrough } = require('../../../kernel-lib/bin/support/process');

/** Of each package its module and version; transformers reads GGUF with `gguf` and `accelerate`. */
const PACKAGES = { numpy: null, torch: '2.13.0', transformers: '5.24.0', gguf: '0.19.0', accelerate: '1.15.0' };
const LLAMA = { numpy: null, 'llama-cpp-python': '0.3.36' };

/**
 * A Python that has PyTorch: SWITCHYARD_TORCH_PYTHON where it is set, else that of a virtual environment, which the tests
 * of real PyTorch models share.
 */
async function torchPython() {
  return process.env.SWITCHYARD_TORCH_PYTHON || pythonWith('torch-venv', PACKAGES);
}

/**
 * A Python that has llama.cpp: SWITCHYARD_LLAMA_PYTHON where it is set, else that of a virtual environment. It is built from source, which needs a
 * compiler and some minutes; null, and the reason told, where it cannot be.
 */
async function llamaPython() {
  try {
    return process.env.SWITCHYARD_LLAMA_PYTHON || (await pythonWith('llama-venv', LLAMA));
  } catch (error) {
    console.error(`llama.cpp does not run here: ${error.message}`);
    return null;
  }
}

async function pythonWith(folder, packages) {
  const venv = path.join(findProject().state, folder);
  const python = venvProgram({ venv }, 'python');
  if (!hasPackages(python, packages)) {
    await mustRun(findPython().command, ['-m', 'venv', venv]);
    const wanted = Object.entries(packages).map(([name, version]) => (version === null ? name : `${name}==${version}`));
    await mustRun(python, ['-m', 'pip', 'install', '--quiet', ...wanted]);
  }
  return python;
}

function hasPackages(python, packages) {
  const versions = Object.entries(packages).filter(([, version]) => version !== null);
  const checks = versions.map(([name, version]) => `assert version("${name}").split("+")[0] == "${version}"`);
  const probe = ['import numpy', 'from importlib.metadata import version', ...checks].join('; ');
  return childProcess.spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status === 0;
}

async function mustRun(command, args) {
  const code = await passThrough(command, args, {});
  if (code !== 0) {
    throw new Error(`bench: \`${command} ${args.join(' ')}\` must succeed, got exit code ${code}`);
  }
}

module.exports = { llamaPython, torchPython };
