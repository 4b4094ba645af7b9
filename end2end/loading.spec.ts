// What a browser loads before the first click does anything, and what happens when it cannot.
import { type Response } from '@playwright/test';
import { expect, hydrated, test } from './fixtures.ts';
import { DEMO_OWNER, signIn } from './people.ts';

/** All that the first screen may take, in bytes as they are sent. */
const FIRST_SCREEN = 300_000;

test('the first screen is small: where one signs in, and the list of codes', async ({ browser, demo, context, page }) => {
  await signIn(page, demo, DEMO_OWNER);
  const cookies = await context.cookies();
  for (const path of ['/', '/apps', '/apps/taskpomo/discounts']) {
    // A browser that has nothing yet.
    const fresh = await browser.newContext({ baseURL: demo.url });
    await fresh.addCookies(cookies);
    const first = await fresh.newPage();
    // What is fetched later, once nothing else is to do, is not part of the first screen.
    await first.addInitScript(() => (window.requestIdleCallback = () => 0));
    const answers: Response[] = [];
    // What tells of changes has no end, and no size.
    first.on('response', (answer) => new URL(answer.url()).pathname === '/live' || answers.push(answer));
    await first.goto(path);
    await hydrated(first);
    const sizes = answers.map(async (answer) => {
      const { responseBodySize } = await answer.request().sizes();
      return { url: answer.url(), bytes: responseBodySize };
    });
    const loaded = await Promise.all(sizes);
    const total = loaded.reduce((sum, { bytes }) => sum + bytes, 0);
    const programs = loaded.filter(({ url }) => url.endsWith('.wasm')).length;
    expect(programs, `${path} is hydrated by the main part alone`).toBe(1);
    expect(total, `${path}: ${JSON.stringify(loaded)}`).toBeLessThanOrEqual(FIRST_SCREEN);
    expect(total, 'it was measured').toBeGreaterThan(50_000);
    await fresh.close();
  }
});

test('whoever goes on before a page’s part is there sees where they went', async ({ page, demo, context }) => {
  await signIn(page, demo, DEMO_OWNER);
  await page.goto('/apps/taskpomo/discounts');
  await hydrated(page);
  const program = await page.locator('link[rel=preload][as=fetch]').getAttribute('href');
  const late: (() => void)[] = [];
  let held = true;
  await context.route('**/*.wasm', async (route) => {
    if (new URL(route.request().url()).pathname !== program && held) await new Promise<void>((go) => late.push(go));
    await route.fallback();
  });
  await page.reload();
  await hydrated(page);
  await page.getByRole('link', { name: 'Create code' }).first().click();
  const line = () =>
    page.evaluate(() => {
      const { content, opacity, top } = getComputedStyle(document.body, '::before');
      return content !== 'none' && Number(opacity) > 0 && parseInt(top) >= 0;
    });
  await expect.poll(line, 'what takes long shows it').toBe(true);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Apps', exact: true }).click();
  await page.waitForURL('**/apps*');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apps');
  expect(late.length, 'parts are on their way').toBeGreaterThan(1);
  held = false;
  late.forEach((go) => go());
  // A part that comes for a page that one has left again loads the page that one is on anew: no answer while that goes on.
  const arrived = () =>
    page
      .evaluate(() => {
        const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        return loaded.filter(({ name, responseEnd }) => name.endsWith('.wasm') && responseEnd > 0).length;
      })
      .catch(() => 0);
  await expect.poll(arrived).toBeGreaterThan(2);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apps');
  await expect(page).toHaveTitle(/^Apps/);
  // And the parts that came late are of use.
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
});

test.describe('a later part of the program that cannot be had', () => {
  test.use({ allowedErrors: [/./] });

  test('leaves a page that works as plain HTML', async ({ page, demo, context }) => {
    await signIn(page, demo, DEMO_OWNER);
    await page.goto('/apps/taskpomo/discounts');
    const program = await page.locator('link[rel=preload][as=fetch]').getAttribute('href');
    await context.route('**/*.wasm', (route) =>
      new URL(route.request().url()).pathname === program ? route.fallback() : route.abort(),
    );
    await page.reload();
    await hydrated(page);
    const create = page.getByRole('link', { name: 'Create code' }).first();
    const died = page.waitForEvent('pageerror');
    await create.click();
    await died;
    // The click that found the program dead is followed all the same.
    await page.waitForURL('**/discounts/new*');
    await expect(page.getByRole('heading', { name: 'New code' })).toBeVisible();
    await page.getByLabel('Code', { exact: true }).fill('PLAIN10');
    await page.getByLabel('Percent off').fill('10');
    await page.getByRole('button', { name: 'Create code' }).click();
    await expect(page.getByRole('heading', { name: 'PLAIN10' })).toBeVisible();
  });
});
