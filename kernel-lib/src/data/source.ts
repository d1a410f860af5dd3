/** A file, or what counts as one, of a domain. */
export interface SourceFile {
  /** Name within its domain, the same on every machine that has the file. */
  name: string;
  /** Reads the text. */
  read(): string | Promise<string>;
}

export interface SourceOptions {
  /** Python to ask for its library. Default: VIRTUAL_ENV, a `.venv` in or above the library or the working folder, PATH. */
  python?: string;
  /** Folders whose packages are read for `typescript` and `json`. Default: every `node_modules` above the library, else above the working folder. */
  packages?: readonly string[];
}

/** A domain of text that a machine has anyway: lists its files, in the same order each time, without reading them. */
export interface TextSource {
  readonly domain: string;
  /** What to do where `list` finds nothing, as a clause. */
  readonly remedy: string;
  /** The files, and where they were looked for. */
  list(options: SourceOptions): Promise<{ files: SourceFile[]; where: string }>;
}
