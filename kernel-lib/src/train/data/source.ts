/** A file, or what counts as one, of a domain. */
export interface SourceFile {
  /** Name within its domain, the same on every machine that has the file. */
  name: string;
  /** Reads the text. */
  read(): string | Promise<string>;
}

/** Options of `data.text` and `data.fromStrings`. */
export interface SourceOptions {
  /** Python to ask for its library. Default: VIRTUAL_ENV, a `.venv` in or above the library or the working folder, PATH. */
  python?: string;
  /**
   * Places to read `typescript` and `json` from: npm packages that are installed in or above the working folder or the library
   * ("three", or "tslab > @types/node" for the copy that tslab loads), and folders ("./node_modules", "/srv/code"), which begin
   * with "./", "../" or a root. Default: `data.TEXT_PACKAGES`, as the library finds them.
   */
  packages?: readonly string[];
}

/** A domain of text that a machine has anyway: lists its files, in the same order each time, without reading them. */
export interface TextSource {
  readonly domain: string;
  /** Advice where `list` finds nothing, as a clause. */
  readonly remedy: string;
  list(options: SourceOptions): Promise<Listing>;
}

/** Documents that a source has. */
export interface Listing {
  files: SourceFile[];
  /** Where they were looked for. */
  where: string;
  /** Versions of the npm packages among it, by name. */
  packages?: Readonly<Record<string, string>>;
}
