import { upward } from './upward';

/** Folders of Python environments: VIRTUAL_ENV, then every `.venv` in or above the library and the working folder. */
export function environments(): string[] {
  const active = process.env.VIRTUAL_ENV;
  return [...new Set([...(active ? [active] : []), ...upward(__dirname, '.venv'), ...upward(process.cwd(), '.venv')])];
}
