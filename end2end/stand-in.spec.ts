// The stand-in for people: its pages are plain, fit every screen, and the dashboard is as things are.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { EVERYTHING, type StandIn, expect, test } from './stand-in.ts';

/** Colours do not depend on the width, nor the order of things on the colours: two of the four are all there is to see. */
const SCREENS = [
  { width: 360, colorScheme: 'light' },
  { width: 1600, colorScheme: 'dark' },
] as const;
const LINK =
  '/test/apikeys/create?name=Codemint&permissions%5B%5D=rak_coupon_read&permissions%5B%5D=rak_coupon_write' +
  '&permissions%5B%5D=rak_promotion_code_read&permissions%5B%5D=rak_promotion_code_write';
const SHOP = { success_url: 'https://taskpomo.app/thanks', cancel_url: 'https://taskpomo.app/pricing' };

/** Something of everything; where each page is. */
async function furnished(standIn: StandIn): Promise<Record<string, string>> {
  const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
  const coupon = (await stripe.coupons.create({ percent_off: 25, name: 'BLACKFRIDAY50 for everyone who waited', max_redemptions: 10 })).id;
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon } });
  const session = async (more: object) =>
    (await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price: 'price_1ABC', quantity: 2 }], ...SHOP, ...more })).id;
  const [open, typed] = [await session({ discounts: [{ coupon }] }), await session({ allow_promotion_codes: true })];
  const [paid, ended] = [await session({ discounts: [{ coupon }] }), await session({})];
  await standIn.pay(paid);
  await stripe.checkout.sessions.expire(ended);
  await stripe.coupons.retrieve('nope').catch(() => undefined);
  const { deliveries } = await standIn.deliveries();
  const pay = (id: string) => `/c/pay/${id}`;
  return {
    dashboard: '/dashboard', event: `/dashboard/events/${deliveries.at(-1)?.event}`, 'create a key': LINK, 'open checkout': pay(open),
    'checkout with a box': pay(typed), 'paid checkout': pay(paid), 'expired checkout': pay(ended), left: `${pay(open)}/leave`, missing: '/nothing',
  };
}

async function fits(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`), what).toEqual([]);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, `${what} is not wider than the screen`).toBeLessThanOrEqual(0);
}

for (const { width, colorScheme } of SCREENS) {
  test(`every page fits ${width} px, ${colorScheme}`, async ({ standIn, browser }) => {
    const pages = await furnished(standIn);
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text());
    });
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${standIn.url}${path}`);
      await fits(page, name);
    }
    await page.goto(`${standIn.url}${LINK}`);
    await page.getByRole('button', { name: 'Create key' }).click();
    await fits(page, 'key created');
    expect(problems).toEqual([]);
    await context.close();
  });
}

test('a key has what the link ticks, and what one ticks besides', async ({ standIn, page }) => {
  await page.goto(`${standIn.url}${LINK}`);
  await expect(page.getByLabel('Key name')).toHaveValue('Codemint');
  await expect(page.getByText('Test mode')).toBeVisible();
  for (const name of ['Coupons, read', 'Coupons, write', 'Promotion codes, read', 'Promotion codes, write']) {
    await expect(page.getByRole('checkbox', { name })).toBeChecked();
  }
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(4);
  await page.getByRole('checkbox', { name: 'Prices, read' }).check();
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = (await page.locator('#key').textContent()) ?? '';
  expect(key).toMatch(/^rk_test_/);
  const stripe = standIn.sdk(key);
  await stripe.prices.list();
  await stripe.coupons.create({ percent_off: 5 });
  await expect(stripe.checkout.sessions.list()).rejects.toThrow('rak_checkout_session_read');
});

test('the dashboard shows a mint as it happens', async ({ standIn, page }) => {
  const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
  await page.goto(`${standIn.url}/dashboard`);
  const coupons = page.getByRole('region', { name: 'Coupons' });
  const events = page.getByRole('region', { name: 'Events' });
  await expect(coupons).toBeVisible();
  await page.evaluate(() => document.body.setAttribute('data-same-page', ''));
  const name = `LIVE-${Date.now()}`;
  const { id } = await stripe.coupons.create({ percent_off: 50, name });
  await expect(coupons.getByRole('cell', { name })).toBeVisible();
  await expect(events.getByText('coupon.created').first()).toBeVisible();
  const { id: session } = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price: 'price_1ABC', quantity: 1 }], discounts: [{ coupon: id }], ...SHOP });
  const link = page.getByRole('region', { name: 'Checkout Sessions' }).getByRole('link', { name: session.slice(-6) });
  await link.focus();
  await standIn.pay(session);
  await expect(coupons.getByRole('row', { name }).getByRole('cell', { name: '1', exact: true })).toBeVisible();
  await expect(page.locator('body')).toHaveAttribute('data-same-page', '');
});
