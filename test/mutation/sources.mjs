/**
 * Loads the library's sources and the tests as CommonJS, each file once: the whole of it in a second, after which a test file is loaded anew
 * in milliseconds.
 */
import { createHash } from 'crypto';
import { transformSync, version } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'fs';
import Module, { createRequire } from 'module';
import { join, resolve, sep } from 'path';

// Stryker changes to its copy of the repository after this is loaded.
const place = { root: '', tests: '', sources: '' };

const isOurs = (file) => [place.tests, place.sources].some((folder) => file.startsWith(folder));

// A name as the tests write it, on the sources instead of what was built of them.
function sourceOf(request) {
  const built = /^@switchyard\/kernel-lib\/dist\/(.*)\.js$/.exec(request);
  return built !== null
    ? join(place.sources, `${built[1]}.ts`)
    : request === '@switchyard/kernel-lib'
      ? place.sources
      : null;
}

const isFile = (path) => existsSync(path) && statSync(path).isFile();

/** Sets the loader up for the working folder; `vitest` is what tests get under that name. */
export function installLoader(vitest) {
  const root = process.cwd();
  Object.assign(place, { root, tests: join(root, 'test') + sep, sources: join(root, 'kernel-lib', 'src') + sep });
  const find = Module._resolveFilename;
  const load = Module._load;
  Module._resolveFilename = function (request, parent, ...rest) {
    const path =
      sourceOf(request) ?? (/^\.{1,2}(\/|$)/.test(request) && parent ? resolve(parent.path, request) : request);
    const file = path.startsWith(place.root) && [path, `${path}.ts`, join(path, 'index.ts')].find(isFile);
    return file && isOurs(file) ? file : find.call(this, request, parent, ...rest);
  };
  Module._load = (request, ...rest) => (request === 'vitest' ? vitest : load(request, ...rest));
  Module._extensions['.ts'] = (module, file) => module._compile(compile(file), file);
}

const compiled = new Map();

function compile(file) {
  const known = compiled.get(file);
  if (known !== undefined) {
    return known;
  }
  const source = readFileSync(file, 'utf8');
  const code = stored(source, () => transformSync(source, OPTIONS).code);
  compiled.set(file, code);
  return code;
}

const OPTIONS = {
  ...{ loader: 'ts', format: 'cjs', target: 'node20' },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' },
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } }
};

// By content, beside the sandboxes: a process that a change ended begins anew without compiling the library.
function stored(source, make) {
  const folder = process.env.SWITCHYARD_MUTATE_COMPILED;
  if (folder === undefined) {
    return make();
  }
  const file = join(
    folder,
    createHash('sha256')
      .update(`${version} ${JSON.stringify(OPTIONS)} ${source}`)
      .digest('hex')
  );
  if (existsSync(file)) {
    return readFileSync(file, 'utf8');
  }
  const code = make();
  mkdirSync(folder, { recursive: true });
  // Whole or not at all, where two processes make it.
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file);
  return code;
}

const require = createRequire(import.meta.url);

/** Loads a test file, and its helpers, anew. */
export function loadTest(file) {
  forget(place.tests);
  require(file);
}

/** Forgets the library, so that the next test loads it anew. */
export const forgetLibrary = () => forget(place.sources);

function forget(folder) {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(folder) && file.endsWith('.ts')) {
      delete require.cache[file];
    }
  }
}
