import type { Page } from '@playwright/test';

interface IPageMetrics {
  /** CPU time of the main thread, in milliseconds. */
  cpu: number;
  /** Bytes. */
  heap: number;
  nodes: number;
  listeners: number;
}

/** Chromium's own figures of a page, asked whenever the result is called. */
export function pageMetrics(page: Page): Promise<(options?: { collect?: boolean }) => Promise<IPageMetrics>>;
