import type { Page } from '@playwright/test';

/** The gallery in a browser. */
export class Gallery {
  static open(size?: { width?: number; height?: number }): Promise<Gallery>;
  readonly page: Page;
  readonly errors: string[];
  wear(theme: string): Promise<void>;
  colour(scheme: string): Promise<void>;
  mount(payloads: unknown[], view?: object): Promise<void>;
  tabs(): Promise<string[]>;
  select(tab: string): Promise<void>;
  openNumbers(): Promise<void>;
  drawn(): Promise<void>;
  picture(path: string): Promise<Buffer>;
  close(): Promise<void>;
}
