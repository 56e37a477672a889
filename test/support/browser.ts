import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** A real browser, from the binaries that npm brought. It starts as root as well. */
export async function openBrowser(): Promise<Browser> {
  // As one process it ends with the first context that is closed.
  const args = chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
  return driver.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}
