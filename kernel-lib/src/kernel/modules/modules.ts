import { createRequire } from 'module';
import { dirname, join } from 'path';
import { constants, Script } from 'vm';
import { IMPORT } from '../typescript/dynamicImports';
import { ownPackageFolders } from '../typescript/packages';

/** Error code of `require` for modules that only `import` can load. */
const ONLY_IMPORT = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);

type Import = (specifier: string) => Promise<unknown>;
type Exports = Record<string, unknown>;

/** Loads what cells import: packages of both kinds, and files beside the notebook. */
export class Modules {
  readonly require: NodeJS.Require;
  private readonly stars = new WeakMap<object, Exports>();

  /** @param cwd - The notebook's folder. */
  constructor(private readonly cwd: string) {
    this.require = createRequire(join(cwd, 'notebook.js'));
    const load = async (specifier: unknown, from?: string) =>
      this.star(await this.load(String(specifier), from ?? join(cwd, 'notebook.js')));
    Object.defineProperty(globalThis, Symbol.for(IMPORT), { value: load });
  }

  /** The exports of a module, seen from the file `from`. */
  async load(specifier: string, from = join(this.cwd, 'notebook.js')): Promise<unknown> {
    const require = from === join(this.cwd, 'notebook.js') ? this.require : createRequire(from);
    try {
      return require(specifier) as unknown;
    } catch (error) {
      if (!ONLY_IMPORT.has((error as NodeJS.ErrnoException | null)?.code ?? '') && !/^(file|data):/.test(specifier)) {
        throw error;
      }
      return this.import(specifier, from);
    }
  }

  /** Export `name` of a module, as an import means it; `*` is all of it. */
  take(module: unknown, name: string): unknown {
    if (name === '*') {
      return this.star(module);
    }
    if (name === 'default' && !isEsModule(module)) {
      return module;
    }
    return (module as Exports | null | undefined)?.[name];
  }

  private async import(specifier: string, from: string): Promise<unknown> {
    const own = ownPackageFolders().map((folder) => join(dirname(folder), 'notebook.js'));
    let failed: unknown;
    for (const place of [from, ...own]) {
      try {
        return await importer(place)(specifier);
      } catch (error) {
        failed ??= error;
        if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_MODULE_NOT_FOUND') {
          throw error;
        }
      }
    }
    throw failed;
  }

  /** The namespace of a module; one that is not an ES module gets one, which follows it. */
  private star(module: unknown): unknown {
    if (isEsModule(module) || (typeof module !== 'object' && typeof module !== 'function') || module === null) {
      return isEsModule(module) ? module : { default: module };
    }
    let star = this.stars.get(module);
    if (star === undefined) {
      star = {};
      for (const name of Object.keys(module)) {
        Object.defineProperty(star, name, { enumerable: true, get: () => (module as Exports)[name] });
      }
      Object.defineProperty(star, 'default', { enumerable: true, value: module });
      this.stars.set(module, star);
    }
    return star;
  }
}

function isEsModule(module: unknown): boolean {
  if ((typeof module !== 'object' && typeof module !== 'function') || module === null) {
    return false;
  }
  const { __esModule: marked, [Symbol.toStringTag]: tag } = module as Exports & { [Symbol.toStringTag]?: unknown };
  return marked === true || tag === 'Module';
}

function importer(filename: string): Import {
  const script = new Script('(specifier) => import(specifier)', {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  });
  return script.runInThisContext() as Import;
}
