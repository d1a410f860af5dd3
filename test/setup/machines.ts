import { Sandbox } from './sandbox';

/**
 * A machine on which every step of the set-up works, in a moment: each fake program leaves what the real one would.
 */
export function completeMachine(): Sandbox {
  const sandbox = new Sandbox();
  sandbox.program('python3', python({ hasVenv: true }));
  sandbox.program('g++', COMPILER);
  sandbox.program('npm', NPM);
  return sandbox;
}

/** A machine with a folder that only uses the library, as `npm install` leaves it, and a wheel beside it. */
export function userMachine(): Sandbox {
  const machine = completeMachine();
  machine.remove('kernel-lib/src');
  machine.write('package.json', '{ "private": true }');
  for (const name of ['@tensorflow/tfjs-node-gpu', 'node-api-headers']) {
    machine.write(`node_modules/${name}/package.json`, '{}');
  }
  machine.write(`downloads/${WHEEL}`, 'the wheel');
  return machine;
}

export const WHEEL = 'jupyterlab_switchyard-0.1.0-py3-none-any.whl';

/** Python; in its environment, `pip`, `hatchling` and `jupyter-lab` are fakes too. */
export function python(options: { hasVenv?: boolean; version?: number; pip?: string }): string {
  const { hasVenv = true, version = 11, pip = PIP } = options;
  return `
case "$*" in
  "-I -c import sys"*) echo '["/usr/bin/python3", 3, ${String(version)}, ${String(hasVenv)}]' ;;
  "-I -m venv"*)
    mkdir -p "$ROOT/.venv/bin"
    for name in python hatchling; do cp "$0" "$ROOT/.venv/bin/$name"; done ;;
  "-I -c import zipfile"*) for file; do true; done; touch "$file" ;;
  "-I -m pip"*) ${pip} ;;
  "build -t wheel"*) mkdir -p "$ROOT/.switchyard/wheel"; touch "$ROOT/.switchyard/wheel/some.whl" ;;
esac`;
}

const PIP = `
case "$*" in
  *requirements.txt|*locks/jupyterlab.txt) for name in jupyter-lab jupyter-trust; do cp "$0" "$ROOT/.venv/bin/$name"; done ;;
  *download*locks/digits.txt*) if [ -e "$ROOT/no-digits" ]; then echo "ERROR: no such wheel"; exit 1; fi ;;
  *install*locks/tensorflow*)
    mkdir -p "$ROOT/.venv/lib/python3.11/site-packages/tensorflow"
    touch "$ROOT/.venv/lib/python3.11/site-packages/tensorflow/libtensorflow_framework.so.2" ;;
  *.whl)
    mkdir -p "$ROOT/.venv/share/jupyter/kernels/switchyard"
    echo '{}' > "$ROOT/.venv/share/jupyter/kernels/switchyard/kernel.json" ;;
esac`;

const COMPILER = `
for word; do
  if [ "$previous" = -o ]; then touch "$word"; fi
  previous="$word"
done`;

/** \`npm ci\` waits while there is a file \`slow\`, and does no more where who called it was killed meanwhile: it would write beside the next run. */
const NPM = `
case "$*" in
  ci*)
    while [ -e "$ROOT/slow" ]; do sleep 0.05; done
    kill -0 $PPID 2> /dev/null || exit 1
    for name in @tensorflow/tfjs-node-gpu node-api-headers; do
      mkdir -p "$ROOT/node_modules/$name"
      echo '{}' > "$ROOT/node_modules/$name/package.json"
    done
    touch "$ROOT/node_modules/.package-lock.json" ;;
  *build:lib) mkdir -p "$ROOT/kernel-lib/dist"; touch "$ROOT/kernel-lib/dist/index.js" ;;
  *build:extension)
    mkdir -p "$ROOT/extension/jupyterlab_switchyard/labextension"
    touch "$ROOT/extension/jupyterlab_switchyard/labextension/package.json" ;;
esac`;
