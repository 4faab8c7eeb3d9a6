import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

/** Chromium or Chrome on this machine; null when there is none. CHROMIUM_PATH is taken at its word. */
export const chromiumPath: string | null = process.env.CHROMIUM_PATH || findOnPath();

/** A real browser without a screen. */
export interface Chromium {
  /** A fresh profile: no cookies, no cache. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Ends the browser and every context. */
  close(): Promise<void>;
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** On a busy machine; below what a hook may take. */
const START_TIMEOUT_MS = 100_000;
/** For a click or a wait, milliseconds; shorter than a test may take, so that the error names it. */
const PAGE_TIMEOUT_MS = 30_000;

/**
 * Starts the browser of {@link chromiumPath}.
 *
 * @param args beside those that every test needs
 * @throws when there is none: skip such tests with `describe.skipIf(!chromiumPath)`.
 */
export async function launchChromium(args: string[] = []): Promise<Chromium> {
  if (!chromiumPath) throw new Error('There is no Chromium: install it or set CHROMIUM_PATH');
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...ARGS, ...args],
    timeout: START_TIMEOUT_MS,
    // People's browsers have it, and what Back shows after sign-out depends on it (S28).
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  return {
    async context(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(PAGE_TIMEOUT_MS);
      return context;
    },
    close: () => browser.close(),
  };
}

function findOnPath(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const files = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
