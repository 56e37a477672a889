import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A real browser, from the binaries that npm brought. It starts as root as well. */
export async function openBrowser(): Promise<Browser> {
  // As one process it ends with the first context that is closed.
  const args = chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
  return driver.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}

/** An authenticator that DevTools offers: it asks who is there, and is told. */
export async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable');
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
