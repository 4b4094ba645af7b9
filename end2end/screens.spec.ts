// Every page in every state that it can be in.
import { type APIRequestContext, type Page } from '@playwright/test';
import { type Demo, expect, hydrated, test } from './fixtures.ts';
import { look } from './look.ts';
import { Backend, DEMO_OWNER, keyFrom, linkFor, signIn } from './people.ts';

// Each test has an owner of its own, or is alone on its server.
test.describe.configure({ mode: 'parallel' });
test.use({ allowedErrors: [/status of (404|503)/] });
test.setTimeout(180_000);

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

test('before signing in', async ({ page, demo }) => {
  await open(page, '/');
  await look(page, 'home');
  await page.getByLabel('E-mail address').fill('nobody');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await expect(page.getByText('This is not an e-mail address')).toBeVisible();
  await look(page, 'home refused');
  const address = `look-${Date.now()}@example.com`;
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await expect(page.getByText(`We sent a link to ${address}.`)).toBeVisible();
  await look(page, 'link sent');
  const link = await linkFor(page, demo, address);
  await page.goto(link);
  await look(page, 'link opened');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/apps');
  await page.goto(link);
  await look(page, 'link used');
  await open(page, '/');
  await page.getByLabel('E-mail address').fill(`another-${address}`);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.goto(await linkFor(page, demo, `another-${address}`));
  await expect(page.getByText('signed in now')).toBeVisible();
  await look(page, 'link of another');
  await open(page, '/?problem=expired');
  await look(page, 'home expired');
  await open(page, '/no-such-page');
  await look(page, 'not found');
});

test('the first five minutes', async ({ page, demo }) => {
  await signIn(page, demo, `first-${Date.now()}@example.com`);
  await hydrated(page);
  await look(page, 'apps empty');
  await page.getByLabel('Name').fill('Task Pomo');
  await page.getByRole('button', { name: 'Create app' }).click();
  await expect(page.getByText('No codes yet')).toBeVisible();
  await look(page, 'list empty');
  await page.getByRole('link', { name: 'Create the first one' }).click();
  await expect(page.getByRole('heading', { name: 'New code' })).toBeVisible();
  await look(page, 'new code');
  await page.getByText('Fixed amount').click();
  await page.getByText('For months').click();
  await page.getByLabel('Starts').fill('2031-02-03T04:05');
  await page.getByLabel('Expires').fill('2030-02-03T04:05');
  await page.getByLabel('Limit', { exact: true }).fill('many');
  await page.getByRole('button', { name: 'Create code' }).click();
  await expect(page.getByText('Type the amount in USD.')).toBeVisible();
  await expect(page.getByLabel('Code', { exact: true })).toBeFocused();
  await look(page, 'new code refused');
  await page.getByLabel('Code', { exact: true }).fill('FIRST');
  await page.getByLabel('Amount off').fill('5');
  await page.getByLabel('Months', { exact: true }).fill('3');
  await page.getByLabel('Limit', { exact: true }).fill('');
  await page.getByLabel('Starts').fill('');
  await look(page, 'new code filled');
  await page.getByRole('button', { name: 'Create code' }).click();
  await expect(page.getByText('Created. Its coupon')).toBeVisible();
  await look(page, 'code not connected, toast');
  await page.getByRole('button', { name: 'Open a test checkout' }).click();
  await expect(page.getByText('connect it first')).toBeVisible();
  await look(page, 'test checkout not connected');
  await page.getByRole('dialog').getByRole('link', { name: 'Connect Stripe' }).click();
  await expect(page.getByText('Not connected', { exact: true })).toBeVisible();
  await look(page, 'settings not connected');
  await page.getByLabel('Paste the key').fill('sk_live_51Abcdefghijklmnop');
  await expect(page.getByText('full secret key')).toBeVisible();
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('Type a name that tells')).toBeVisible();
  await look(page, 'settings refused');

  const link = await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href');
  const key = await keyFrom(page, link);
  await page.getByLabel('Paste the key').fill(key);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await look(page, 'settings least');
  await open(page, '/apps');
  await look(page, 'apps third step');

  await test.step('Stripe refuses the key', async () => {
    await open(page, '/settings');
    const all = await keyFrom(page, await page.getByRole('link', { name: 'Allow it' }).getAttribute('href'));
    await page.getByLabel('Paste the key').fill(all);
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await expect(page.getByText('Not allowed')).toHaveCount(0);
    expect((await page.request.post(`${demo.stripe_url}/apikeys/delete`, { form: { key: all } })).ok()).toBe(true);
    await open(page, '/apps/task-pomo/discounts');
    await page.getByRole('link', { name: 'FIRST' }).click();
    await page.getByRole('button', { name: 'Open a test checkout' }).click();
    await page.getByLabel('Price').fill('price_1ABC');
    await page.getByRole('button', { name: 'Make the checkout' }).click();
    await expect(page.getByText('Connect again in Settings; codes and counts are kept.')).toBeVisible();
    await look(page, 'test checkout refused');
    await open(page, '/settings');
    await expect(page.getByText('Needs you', { exact: true })).toBeVisible();
    await look(page, 'settings needs reauth');
    await open(page, '/settings?mode=live');
    await look(page, 'settings live');
    await open(page, '/apps/task-pomo/discounts?mode=live');
    await look(page, 'list live');
    await open(page, '/apps?mode=live');
    await look(page, 'apps live');
  });
});

/** A code in each state that there is; their pages. */
async function everyState(backend: Backend, request: APIRequestContext, demo: Demo): Promise<Record<string, string>> {
  const soon = Date.now() + 3_000;
  const codes = {
    active: await backend.code('BLACKFRIDAY50', { percent_off: 50, max_redemptions: 1000, expires_at: Date.UTC(2031, 0, 1) }),
    minted: await backend.code('SPRING-20', { percent_off: 20, duration: 'repeating', duration_in_months: 3 }),
    held: await backend.code('A-VERY-LONG-CODE-THAT-SOMEBODY-WANTED-AND-THAT-HAS-64-LETTERS-OK', {
      amount_off_cents: 12_345,
      currency: 'usd',
      max_redemptions: 1_000_000,
      duration: 'forever',
    }),
    paused: await backend.code('PARTNER_ACME', { amount_off_cents: 1_000, currency: 'eur' }),
    archived: await backend.code('LAST-YEAR', { percent_off: 12.5 }),
    blocked: await backend.code('BLOCKED', { percent_off: 5 }),
    expired: await backend.code('EXPIRED', { percent_off: 5, expires_at: soon }),
    exhausted: await backend.code('EARLYBIRD', { percent_off: 15, max_redemptions: 1 }),
    scheduled: await backend.code('NEWYEAR31', { amount_off_cents: 500, currency: 'jpy', starts_at: Date.UTC(2031, 0, 1) }),
  };
  const pay = async (code: string) => {
    const { url } = await backend.checkout(code);
    const paid = await request.post(url.replace(/(\/c\/pay\/[^/#?]+).*/, '$1/pay'));
    expect(paid.ok(), await paid.text()).toBe(true);
  };
  await pay('SPRING-20');
  await backend.checkout('A-VERY-LONG-CODE-THAT-SOMEBODY-WANTED-AND-THAT-HAS-64-LETTERS-OK');
  await pay('EARLYBIRD');
  await backend.change(codes.paused, { active: false });
  await backend.archive(codes.archived);
  const all = ['rak_coupon_write', 'rak_promotion_code_write', 'rak_checkout_session_write', 'rak_plan_read'];
  const form = all.map((name) => `permissions[]=${name}`).join('&');
  const keys = await request.post(`${demo.stripe_url}/test/apikeys/create`, {
    data: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const key = /rk_test_\w+/.exec(await keys.text())?.[0];
  const { coupon } = await backend.checkout('BLOCKED');
  const headers = { authorization: `Bearer ${key}` };
  expect((await request.delete(`${demo.stripe_url}/v1/coupons/${coupon}`, { headers })).status()).toBe(200);
  await backend.checkout('BLOCKED', 409);
  return Object.fromEntries(Object.entries(codes).map(([state, id]) => [state, `/apps/taskpomo/discounts/${id}`]));
}

test('codes in every state', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  const codes = await everyState(backend, request, demo);
  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);
  await look(page, 'apps');

  await test.step('the list, on its way, and when it does not come', async () => {
    let answer: (() => void) | undefined;
    await page.route('**/api/codes*', async (route) => {
      await new Promise<void>((done) => (answer = done));
      await route.fulfill({ status: 503, body: 'not now' });
    });
    await page.getByRole('link', { name: 'taskpomo', exact: true }).first().click();
    await expect(page.locator('table[aria-busy]')).toBeVisible();
    await look(page, 'list loading');
    answer?.();
    await expect(page.getByText('The server could not be reached')).toBeVisible();
    await look(page, 'list error');
    await page.unroute('**/api/codes*');
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByRole('link', { name: 'BLACKFRIDAY50' })).toBeVisible();
  });
  await expect(async () => {
    await open(page, '/apps/taskpomo/discounts');
    await expect(page.getByText('Expired').nth(1)).toBeVisible({ timeout: 200 });
  }).toPass();
  await look(page, 'list');
  await page.getByLabel('Search codes').fill('NOTHING-LIKE-IT');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await look(page, 'list nothing found');
  await open(page, '/apps/taskpomo/discounts?status=archived');
  await look(page, 'list archived');

  const shown: Record<string, string> = {
    active: 'Not used yet',
    minted: 'Minted at its first checkout',
    held: 'in open checkouts',
    paused: 'Paused',
    archived: 'This code is archived',
    blocked: 'Mint again',
    expired: 'Expired',
    exhausted: 'Used up',
    scheduled: 'Starts 1 Jan 2031',
  };
  for (const [state, path] of Object.entries(codes)) {
    await open(page, path);
    await expect(page.getByText(shown[state] ?? '').first()).toBeVisible();
    await look(page, `code ${state}`);
  }
  await open(page, codes.active ?? '');
  await page.getByRole('button', { name: 'Archive' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'archive asks');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Open a test checkout' }).click();
  await look(page, 'test checkout');
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Make the checkout' }).click();
  await (await opened).close();
  await look(page, 'test checkout made');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await look(page, 'paused, toast');
  await open(page, '/apps/taskpomo/discounts/dc_00000000000000000000000000');
  await look(page, 'no such code');
});

test('redemptions', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  const id = await backend.code('REDEEMED', { percent_off: 20, max_redemptions: 40 });
  const { url } = await backend.checkout('REDEEMED', 201, { user_id: 'ada' });
  expect((await request.post(url.replace(/(\/c\/pay\/[^/#?]+).*/, '$1/pay'))).ok()).toBe(true);
  await backend.checkout('REDEEMED', 201, { user_id: 'somebody-whose-id-is-longer-than-any-column-of-a-table-can-be-wide@example.com' });
  await signIn(page, demo, DEMO_OWNER);
  await open(page, '/apps/taskpomo/discounts');
  let answer: (() => void) | undefined;
  await page.route('**/api/redemptions*', async (route) => {
    await new Promise<void>((done) => (answer = done));
    await route.fulfill({ status: 503, body: 'not now' });
  });
  await page.getByRole('link', { name: 'REDEEMED' }).click();
  await expect(page.locator('.table-redemptions[aria-busy]')).toBeVisible();
  await look(page, 'redemptions loading');
  answer?.();
  await expect(page.getByText('The server could not be reached')).toBeVisible();
  await look(page, 'redemptions error');
  await page.unroute('**/api/redemptions*');
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText('Redeemed', { exact: true }).nth(1)).toBeVisible();
  for (const summary of await page.locator('.table-redemptions summary').all()) await summary.click();
  await expect(page.locator('.course-steps').last()).toContainText('Paid');
  await look(page, 'redemptions unfolded');
  await page.getByRole('button', { name: /^End checkout/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'end checkout asks');
  await open(page, `/apps/taskpomo/discounts/${id}?state=released`);
  await look(page, 'redemptions none');
});

test('activity', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  const id = await backend.code('SEEN', { percent_off: 5 });
  await backend.change(id, { active: false });
  await signIn(page, demo, DEMO_OWNER);
  await open(page, '/activity');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByText('All counts agree.').first()).toBeVisible();
  await look(page, 'activity');
  await open(page, '/activity?mode=live');
  await look(page, 'activity empty');
  await open(page, '/activity?topic=rewards');
  await look(page, 'activity of one topic');
});

test('settings', async ({ page, demo }) => {
  await signIn(page, demo, DEMO_OWNER);
  await open(page, '/settings');
  await look(page, 'settings connected');
  await page.getByLabel('Name').fill('Production backend');
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('Copy the key now')).toBeVisible();
  await look(page, 'key made');
  await page.getByRole('button', { name: 'Revoke Production backend' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'revoke asks');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'disconnect asks');

  await test.step('on its way, and when it does not come', async () => {
    await open(page, '/apps');
    let answer: (() => void) | undefined;
    await page.route('**/api/connection*', async (route) => {
      await new Promise<void>((done) => (answer = done));
      await route.fulfill({ status: 503, body: 'not now' });
    });
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByText('Loading…').first()).toBeVisible();
    await look(page, 'settings loading');
    answer?.();
    await expect(page.getByText('The server could not be reached')).toBeVisible();
    await look(page, 'settings error');
    await page.unroute('**/api/connection*');
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  });
});
