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
/** Where the app's callback would be. Nobody is there: the browser is answered by the test. */
const BACK = 'http://127.0.0.1:9/connect/stripe/callback';
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
  const app = await registered(standIn);
  await standIn.install(false);
  const { deliveries } = await standIn.deliveries();
  const pay = (id: string) => `/c/pay/${id}`;
  return {
    dashboard: '/dashboard', event: `/dashboard/events/${deliveries.at(-1)?.event}`, 'create a key': LINK, 'open checkout': pay(open),
    'checkout with a box': pay(typed), 'paid checkout': pay(paid), 'expired checkout': pay(ended), left: `${pay(open)}/leave`, missing: '/nothing',
    install: new URL(app.authorize_url).pathname + new URL(app.authorize_url).search, 'a link that is invalid': '/oauth/v2/authorize',
  };
}

async function registered(standIn: StandIn) {
  const permissions = [{ permission: 'coupon_write', purpose: 'Makes the coupons behind your discount codes.' }, 'checkout_session_read', 'event_read'];
  return standIn.app({ livemode: false, redirect_uris: [BACK], permissions });
}

/** The address that the browser is led back to. */
async function back(page: Page): Promise<URL> {
  await page.waitForURL((url) => url.href.startsWith(BACK));
  return new URL(page.url());
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
      if (message.type() === 'error' && !/40[04]/.test(message.text())) problems.push(message.text());
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

test('an administrator installs the app, or does not', async ({ standIn, page }) => {
  await page.route(`${BACK}**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>Back</title>' }));
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const { authorize_url } = await registered(standIn);
  await standIn.account('acct_1Bakery', 'The Bakery');
  await page.goto(`${authorize_url}&state=of-ours`);
  await expect(page.getByRole('heading', { name: 'Install Codemint' })).toBeVisible();
  await expect(page.getByText('Makes the coupons behind your discount codes.')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  const declined = await back(page);
  expect(declined.search).toBe('?error=access_denied&error_description=The%20user%20denied%20your%20request');

  await page.goto(`${authorize_url}&state=of-ours`);
  await page.getByLabel('Account').selectOption('acct_1Bakery');
  await page.getByRole('button', { name: 'Install' }).click();
  const installed = (await back(page)).searchParams;
  expect([installed.get('state'), installed.get('stripe_user_id')]).toEqual(['of-ours', 'acct_1Bakery']);
  expect(installed.get('code')).toMatch(/^ac_/);

  // From the Marketplace nobody brings a state.
  await page.goto(`${standIn.url}/dashboard`);
  const app = page.locator('section', { has: page.getByRole('heading', { name: 'Stripe App' }) });
  await app.getByLabel('Account').selectOption('acct_1Bakery');
  await app.getByRole('button', { name: 'Install from the Marketplace, test' }).click();
  const stateless = (await back(page)).searchParams;
  expect([stateless.get('state'), stateless.get('stripe_user_id')]).toEqual([null, 'acct_1Bakery']);
  await page.goto(`${standIn.url}/dashboard`);
  await page.getByRole('button', { name: 'Uninstall of acct_1Bakery, test mode' }).click();
  await expect(page.getByRole('button', { name: 'Uninstall of acct_1Bakery, test mode' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Events' }).getByText('account.application.deauthorized').first()).toBeVisible();
  expect(problems).toEqual([]);
});

test('webhooks are held, released and repeated from the dashboard', async ({ standIn, page }) => {
  const stripe = standIn.sdk(await standIn.issue(EVERYTHING));
  await page.goto(`${standIn.url}/dashboard`);
  await page.getByLabel('Endpoint URL').fill('http://127.0.0.1:9/hook');
  await page.getByLabel('Events, * for all').fill('coupon.created');
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await expect(page.locator('#secret')).toHaveText(/^whsec_/);
  await fits(page, 'endpoint added');
  await page.getByRole('link', { name: 'To the dashboard' }).click();
  await page.getByRole('button', { name: 'Hold deliveries' }).click();
  await expect(page.getByText('Deliveries are held: 0 waiting.')).toBeVisible();
  await stripe.coupons.create({ percent_off: 5 });
  await expect(page.getByText('Deliveries are held: 1 waiting.')).toBeVisible();
  await fits(page, 'with deliveries held');
  const events = page.getByRole('region', { name: 'Events' });
  await expect(events.getByRole('cell', { name: 'waits' })).toBeVisible();
  await page.getByRole('button', { name: 'Release in reverse order' }).click();
  await expect(page.getByText('Events are sent as they happen.')).toBeVisible();
  await expect(events.getByRole('cell', { name: 'no answer', exact: true })).toBeVisible();
  await events.getByRole('button', { name: /^Send again 3× evt_/ }).first().click();
  await expect(events.getByRole('cell', { name: 'no answer, no answer, no answer, no answer' })).toBeVisible();
  await page.getByRole('button', { name: /^Delete of http/ }).click();
  await expect(page.getByRole('region', { name: 'Webhook endpoints' }).getByText('None yet')).toBeVisible();
});

test('an owner makes a coupon and a promotion code by hand while the network is gone, and a customer buys with it', async ({ standIn, page }) => {
  const key = await standIn.issue(EVERYTHING);
  await page.goto(`${standIn.url}/dashboard`);
  await page.getByRole('button', { name: 'Stripe goes away' }).click();
  await expect(page.getByText('Stripe is away: every call of the API is cut.')).toBeVisible();
  await expect(standIn.sdk(key).coupons.list()).rejects.toThrow('connection');
  const text = `BY-HAND-${Date.now()}`;
  await page.getByText('Make a coupon by hand').click();
  await fits(page, 'the form for a coupon');
  await page.getByLabel('Percent off').fill('25');
  await page.getByLabel('Name of the coupon').fill('By hand');
  await page.getByLabel('ID, if it is to have one of your own').fill(text);
  await page.getByRole('button', { name: 'Create coupon' }).click();
  await expect(page.getByRole('region', { name: 'Coupons' }).getByRole('row', { name: text })).toContainText('25 % off, once');
  const make = async (expires: string) => {
    await page.goto(`${standIn.url}/dashboard`);
    await page.getByText('Make a promotion code by hand').click();
    await page.getByLabel('Code that customers type').fill(text);
    await page.getByLabel('ID of its coupon').fill(text);
    await page.getByLabel('Expires, UTC').fill(expires);
    await page.getByRole('button', { name: 'Create promotion code' }).click();
  };
  await make('yesterday');
  await expect(page.getByText('yesterday is no time like 2027-01-31 23:59.')).toBeVisible();
  await make('');
  const code = page.getByRole('region', { name: 'Promotion codes' }).getByRole('row', { name: text });
  await expect(code).toContainText('0 of 1');
  await page.getByLabel('What is bought').selectOption({ label: 'TaskPomo Pro, $29.00, test (acct_1TestCodemint)' });
  await page.getByRole('button', { name: 'A customer buys' }).click();
  await page.getByLabel('Promotion code').fill(text.toLowerCase());
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Pay $21.75' }).click();
  await expect(page.getByRole('heading', { name: 'Payment complete' })).toBeVisible();
  await page.goto(`${standIn.url}/dashboard`);
  await expect(code).toContainText('1 of 1');
  await page.getByRole('button', { name: 'Stripe is back' }).click();
  await expect(page.getByText('The API answers.')).toBeVisible();
  const { data } = await standIn.sdk(key).promotionCodes.list({ code: text });
  expect(data.map(({ active, times_redeemed }) => [active, times_redeemed])).toEqual([[false, 1]]);
});
