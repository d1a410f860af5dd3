import { expectInteger, expectNumber, fail } from '../../base/core';

/** A checkpoint's `config.json`, or what a GGUF says in its place: each value is checked where it is read. */
export class Config {
  constructor(
    /** Names it in errors. */
    readonly file: string,
    readonly values: Readonly<Record<string, unknown>>
  ) {}

  /** Whether it says this, and not null. */
  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  integer(key: string, low = 1, otherwise?: number): number {
    const value = this.value(key, otherwise);
    expectInteger(this.file, key, value as number, low);
    return value as number;
  }

  number(key: string, otherwise?: number): number {
    const value = this.value(key, otherwise);
    expectNumber(this.file, key, value as number);
    return value as number;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.value(key, otherwise);
    return typeof value === 'boolean' ? value : fail(this.file, `${key} must be true or false`, value);
  }

  text(key: string, otherwise?: string): string {
    const value = this.value(key, otherwise);
    return typeof value === 'string' ? value : fail(this.file, `${key} must be a text`, value);
  }

  list(key: string): unknown[] {
    const value = this.value(key, []);
    return Array.isArray(value) ? value : fail(this.file, `${key} must be a list`, value);
  }

  /** A part that is an object; empty where it is not there. */
  part(key: string): Config {
    const value = this.value(key, {});
    return typeof value === 'object' && !Array.isArray(value)
      ? new Config(`${this.file}: ${key}`, value as Record<string, unknown>)
      : fail(this.file, `${key} must be an object`, value);
  }

  /** Ids given as a number or a list of them. */
  ids(key: string): number[] {
    const value = this.value(key, []);
    const all = Array.isArray(value) ? value : [value];
    all.forEach((id) => expectInteger(this.file, key, id as number, 0));
    return all as number[];
  }

  private value(key: string, otherwise?: unknown): unknown {
    const value = this.has(key) ? this.values[key] : otherwise;
    return value === undefined ? fail(this.file, `must say ${key}`, Object.keys(this.values).join(', ')) : value;
  }
}
