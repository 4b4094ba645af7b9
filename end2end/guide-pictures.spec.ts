// Paints the pictures of the guide: `CODEMINT_GUIDE_PICTURES=../style/pictures npx playwright test guide-pictures.spec.ts`, then build once
// more. No test of anything. One picture alone: `-g settings-connected`.
import { type Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { expect, hydrated, test } from './fixtures.ts';
import { signIn } from './people.ts';

const FOLDER = process.env.CODEMINT_GUIDE_PICTURES ?? '';

// Two device pixels to a CSS pixel: `xtask` reads it so.
test.use({ timezoneId: 'Europe/Berlin', viewport: { width: 1100, height: 700 }, deviceScaleFactor: 2, colorScheme: 'light' });
test.beforeAll(() => mkdir(FOLDER, { recursive: true }));

/** The page without its side bar and header: what it is about. */
async function paint(page: Page, name: string, height?: number): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const box = (await page.locator('main').boundingBox())!;
  const clip = { x: box.x, y: box.y, width: box.width, height: Math.min(height ?? box.height, box.height) };
  await page.screenshot({ path: `${FOLDER}/${name}.png`, clip, fullPage: true, animations: 'disabled', caret: 'hide' });
}

async function settings(page: Page): Promise<void> {
  await page.goto('/settings');
  await hydrated(page);
}

test('settings-not-connected', async ({ page, demo }) => {
  await signIn(page, demo, `guide-${Date.now()}@example.com`);
  await settings(page);
  await expect(page.getByText('Not connected', { exact: true }).first()).toBeVisible();
  await paint(page, 'settings-not-connected', 462);
});

test('settings-refused', async ({ page, demo }) => {
  await signIn(page, demo, `guide-${Date.now()}@example.com`);
  await settings(page);
  await page.getByLabel('Paste the key').fill('sk_test_51QExampleOnly');
  await expect(page.getByText('full secret key')).toBeVisible();
  await paint(page, 'settings-refused', 500);
});

test('settings-connected', async ({ page, demo }) => {
  await signIn(page, demo, `guide-${Date.now()}@example.com`);
  await settings(page);
  await page.getByRole('link', { name: 'Connect with Stripe' }).click();
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.waitForURL('**/settings');
  await hydrated(page);
  await expect(page.getByText('Connected', { exact: true }).first()).toBeVisible();
  await paint(page, 'settings-connected', 484);
});
