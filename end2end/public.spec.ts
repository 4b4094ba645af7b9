// The pages for everybody, and the address of an owner who has none.
import { type Page } from '@playwright/test';
import { expect, hydrated, test } from './fixtures.ts';
import { look } from './look.ts';
import { DEMO_OWNER, signIn } from './people.ts';

test.describe.configure({ mode: 'parallel' });
test.setTimeout(120_000);

const PAGES = [
  { path: '/docs', title: 'Docs', says: 'How it works' },
  { path: '/docs/connect-stripe', title: 'Connect Stripe', says: 'What the permissions mean' },
  { path: '/docs/rewards', title: 'Rewards', says: 'While Stripe is away' },
  { path: '/docs/discount-codes', title: 'Discount codes', says: 'When the coupon appears in Stripe' },
  { path: '/docs/api', title: 'API', says: 'Idempotent-Replayed' },
  { path: '/privacy', title: 'Privacy', says: 'AES-256-GCM' },
  { path: '/support', title: 'Support', says: 'What never to send' },
];

/** Headings from the first one on: none is skipped. */
async function outline(page: Page): Promise<number[]> {
  const tags = await page.locator('h1, h2, h3, h4').evaluateAll((all) => all.map((heading) => Number(heading.tagName.slice(1))));
  return tags;
}

for (const { path, title, says } of PAGES) {
  test(`${path} for everybody`, async ({ page, demo, request }) => {
    await page.goto(path);
    await expect(page).toHaveTitle(`${title} · Codemint`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(page.getByRole('main')).toContainText(says);
    await expect(page.locator('script[type=module]')).toHaveCount(0);
    const levels = await outline(page);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, place) => expect(level, `heading ${place}`).toBeLessThanOrEqual((levels[place - 1] ?? 0) + 1));
    await look(page, `public ${title}`);

    await test.step('every link leads somewhere', async () => {
      const links = await page.locator('a[href]').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(links.length).toBeGreaterThan(5);
      for (const link of new Set(links)) {
        if (link.startsWith('mailto:') || link.startsWith('https://')) continue;
        const [to = '', place] = link.split('#');
        const answer = await request.get(new URL(to || path, demo.url).href);
        expect(answer.status(), link).toBe(200);
        if (place) expect(await answer.text(), link).toContain(`id="${place}"`);
      }
    });

    await test.step('every picture is there, with its words', async () => {
      for (const picture of await page.locator('img').all()) {
        expect(await picture.getAttribute('alt')).toMatch(/\w{3}/);
        const answer = await request.get(new URL((await picture.getAttribute('src')) ?? '', demo.url).href);
        expect(answer.headers()['content-type']).toBe('image/png');
        expect(answer.headers()['cache-control']).toContain('immutable');
      }
    });
  });
}

test('the guide takes four minutes', async ({ page }) => {
  await page.goto('/docs/connect-stripe');
  const words = (await page.getByRole('main').innerText()).split(/\s+/).length;
  expect(words).toBeGreaterThan(700);
  expect(words).toBeLessThan(1200);
});

test('they are found from the first page and from within', async ({ page, demo }) => {
  await page.goto('/');
  await hydrated(page);
  for (const name of ['Docs', 'Privacy', 'Support']) {
    await expect(page.getByRole('contentinfo').getByRole('link', { name })).toBeVisible();
  }
  await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Privacy');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' })).toBeVisible();

  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);
  await page.getByRole('link', { name: 'Support' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Support');
  await page.getByRole('link', { name: 'Docs' }).first().click();
  await page.getByRole('main').getByRole('link', { name: 'Connect Stripe' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect Stripe');
  await page.goBack();
  await page.getByRole('link', { name: 'Open your apps' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apps');
});

test('the cookies are those of the page on privacy', async ({ page, demo, context }) => {
  await signIn(page, demo, DEMO_OWNER);
  await page.goto('/settings');
  await hydrated(page);
  await page.goto('/privacy');
  const named = await page.locator('table').nth(1).locator('code').allTextContents();
  const there = (await context.cookies(demo.url)).map((cookie) => cookie.name);
  expect(there).toContain('cm_session');
  for (const name of there) expect(named, name).toContain(name);
});

test('an owner without an address is asked for one on every page', async ({ page, demo }) => {
  await signIn(page, demo, DEMO_OWNER);
  await page.goto('/settings');
  await hydrated(page);
  // As the server tells it of an owner whom an install made.
  await page.route('**/api/frame', async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.Ok.email = null;
    await route.fulfill({ response: answer, json: told });
  });
  const banner = page.getByRole('region', { name: 'Your e-mail address' });
  await expect(banner).toHaveCount(0);
  await page.getByRole('link', { name: 'Live mode' }).click();
  await expect(banner).toContainText('Add your e-mail address, so that you can sign in again');
  await look(page, 'banner address');
  await banner.getByLabel('E-mail address').fill('nobody');
  await banner.getByRole('button', { name: 'Send me a link' }).click();
  await expect(banner.getByText('This is not an e-mail address')).toBeVisible();
  await expect(banner.getByLabel('E-mail address')).toBeFocused();
  await look(page, 'banner address refused');

  await test.step('what is typed outlives the frame', async () => {
    await banner.getByLabel('E-mail address').fill('mia@example.com');
    await page.getByRole('link', { name: 'Test mode' }).click();
    await expect(page).toHaveURL(/\/settings$/);
    await expect(banner.getByLabel('E-mail address')).toHaveValue('mia@example.com');
  });

  await test.step('a link was sent', async () => {
    await page.route('**/api/add-address', (route) =>
      route.fulfill({ json: { Ok: { email: 'mia@example.com', minutes: 15, mail_leaves: true } } }),
    );
    await banner.getByRole('button', { name: 'Send me a link' }).click();
    await expect(banner).toContainText('We sent a link to mia@example.com. It adds the address once, within 15 minutes.');
    await expect(banner.getByRole('button')).toHaveCount(0);
    await look(page, 'banner address sent');
  });
});
