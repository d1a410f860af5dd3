import type { Locator, Page } from '@playwright/test';

/** The gallery in a browser. */
export class Gallery {
  static open(size?: { width?: number; height?: number; density?: number }): Promise<Gallery>;
  readonly page: Page;
  readonly errors: string[];
  readonly panel: Locator;
  wear(theme: string): Promise<void>;
  wearFonts(ui: string, code: string): Promise<void>;
  missingFonts(): Promise<string[]>;
  chromium(): Promise<string>;
  colour(scheme: string): Promise<void>;
  mount(payloads: unknown[], view?: object, told?: object | null): Promise<void>;
  tabs(): Promise<string[]>;
  select(tab: string): Promise<void>;
  openNumbers(): Promise<void>;
  drawn(): Promise<void>;
  picture(path: string): Promise<Buffer>;
  close(): Promise<void>;
}
