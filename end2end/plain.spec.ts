// Every form without scripts: taken, refused with the error beside its field, and what was typed still there.
import { type Locator, type Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { Backend, DEMO_OWNER, keyFrom, linkFor, signIn } from './people.ts';

// A refusal has its own status, and browsers write every page answered with 4xx to the console.
test.use({ javaScriptEnabled: false, allowedErrors: [/the server responded with a status of 4\d\d/] });

/** The error beside a field, as a screen reader finds it. */
function errorOf(page: Page, field: Locator): Promise<Locator> {
  return field.getAttribute('aria-describedby').then((ids) => page.locator(`#${ids?.split(' ')[0]}`));
}

async function expectError(page: Page, label: string, error: RegExp | string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await expect(await errorOf(page, field)).toHaveText(error);
  await expect(field).toHaveAttribute('aria-invalid', 'true');
}

/** What an answer to a form must not be: kept, or run. */
async function submit(page: Page, button: Locator): Promise<number> {
  const answer = page.waitForResponse((response) => response.request().isNavigationRequest() && response.request().method() === 'POST');
  await button.click();
  const response = await answer;
  expect(response.headers()['cache-control']).toBe('no-store');
  await page.waitForLoadState();
  return response.status();
}

test('signing in and out', async ({ page, demo, context }) => {
  await page.goto('/');
  const send = page.getByRole('button', { name: 'Send me a link' });
  await page.getByLabel('E-mail address').fill('nobody at example.com');
  expect(await submit(page, send)).toBe(400);
  await expectError(page, 'E-mail address', /^This is not an e-mail address/);
  await expect(page.getByLabel('E-mail address')).toHaveValue('nobody at example.com');
  expect(page.url()).toBe(`${demo.url}/`);

  const address = `plain-${Date.now()}@example.com`;
  await page.getByLabel('E-mail address').fill(address);
  expect(await submit(page, send)).toBe(200);
  await expect(page.getByText(`We sent a link to ${address}.`)).toBeVisible();
  const link = await linkFor(page, demo, address);
  await page.goto(link);
  await expect(page.getByText('p…@example.com')).toBeVisible();
  await expect(page.getByText(address)).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/apps');

  await test.step('a used link says so, and somebody else’s link says whose account is open here', async () => {
    await page.goto(link);
    await expect(page.getByText('This link leads nowhere any more')).toBeVisible();
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(`other-${address}`);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.goto(await linkFor(page, demo, `other-${address}`));
    await expect(page.getByText(`In this browser ${address} is signed in now.`)).toBeVisible();
  });

  await page.goto('/apps');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${demo.url}/`);
  expect((await context.cookies()).filter((cookie) => cookie.name === 'cm_session')).toEqual([]);
  await page.goto('/apps');
  expect(page.url()).toBe(`${demo.url}/`);
});

test('an app, a code and all that is done with one', async ({ page, demo, context }) => {
  await signIn(page, demo, `codes-${Date.now()}@example.com`);

  await test.step('an app', async () => {
    const create = page.getByRole('button', { name: 'Create app' });
    await page.getByLabel('Name').fill('  ');
    await page.getByLabel('Id', { exact: true }).fill('Not An Id');
    expect(await submit(page, create)).toBe(400);
    await expectError(page, 'Name', /Type a name/);
    await expect(page.getByLabel('Id', { exact: true })).toHaveValue('Not An Id');
    await page.getByLabel('Name').fill('Plain & <b>Simple</b>');
    expect(await submit(page, create)).toBe(400);
    await expectError(page, 'Id', /.+/);
    await expect(page.getByLabel('Name')).toHaveValue('Plain & <b>Simple</b>');
    await page.getByLabel('Id', { exact: true }).fill('plain');
    expect(await submit(page, create)).toBe(303);
    await page.waitForURL('**/apps/plain/discounts');
    await page.goto('/apps');
    await page.getByLabel('Name').fill('Again');
    await page.getByLabel('Id', { exact: true }).fill('plain');
    expect(await submit(page, create)).toBe(409);
    await expectError(page, 'Id', /already/);
  });

  await test.step('a code', async () => {
    await page.goto('/apps/plain/discounts');
    await page.getByRole('link', { name: 'Create code' }).click();
    const create = page.getByRole('button', { name: 'Create code' });
    const typed = { Code: 'no way', 'Amount off': '1.234', Months: 'few', Limit: 'many', Starts: '2031-02-03T04:05' };
    await page.getByText('Fixed amount').click();
    await page.getByText('For months').click();
    for (const [label, text] of Object.entries(typed)) await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByLabel('Currency').selectOption('eur');
    expect(await submit(page, create)).toBe(400);
    expect(page.url()).toBe(`${demo.url}/apps/plain/discounts/new`);
    await expectError(page, 'Code', /The code may have .* it has a space/);
    await expectError(page, 'Amount off', /EUR has 2 decimals/);
    await expectError(page, 'Months', /whole number/);
    await expectError(page, 'Limit', /whole number/);
    for (const [label, text] of Object.entries(typed)) await expect(page.getByLabel(label, { exact: true })).toHaveValue(text);
    await expect(page.getByLabel('Currency')).toHaveValue('eur');
    await expect(page.getByLabel('Fixed amount')).toBeChecked();
    await expect(page.getByLabel('For months')).toBeChecked();

    await page.getByLabel('Code', { exact: true }).fill('plain-5');
    await page.getByLabel('Amount off').fill('5');
    await page.getByLabel('Months', { exact: true }).fill('3');
    await page.getByLabel('Limit', { exact: true }).fill('10');
    await page.getByLabel('Starts').fill('');
    expect(await submit(page, create)).toBe(303);
    await page.waitForURL('**/discounts/dc_*');
    await expect(page.getByRole('heading', { name: 'PLAIN-5' })).toBeVisible();
    await expect(page.getByText('€5.00 off')).toHaveCount(2);

    await page.goto('/apps/plain/discounts/new');
    await page.getByLabel('Code', { exact: true }).fill('plain-5');
    await page.getByLabel('Percent off').fill('5');
    expect(await submit(page, create)).toBe(409);
    await expectError(page, 'Code', /PLAIN-5 already/);
    await expect(page.getByLabel('Percent off')).toHaveValue('5');
  });

  await test.step('found by search and by state', async () => {
    await page.goto('/apps/plain/discounts');
    await page.getByLabel('Search codes').fill('ain-');
    await page.getByLabel('Search codes').press('Enter');
    await expect(page.getByRole('link', { name: 'PLAIN-5' })).toBeVisible();
    await page.getByRole('link', { name: /^Paused/ }).click();
    await expect(page.getByText('Nothing found')).toBeVisible();
    await expect(page.getByLabel('Search codes')).toHaveValue('ain-');
    await page.getByRole('link', { name: /^Active/ }).click();
    await page.getByRole('link', { name: 'PLAIN-5' }).click();
    await expect(page.getByRole('navigation', { name: 'Where you are' })).toContainText('PLAIN-5');
  });
  const code = page.url();

  await test.step('paused and resumed', async () => {
    expect(await submit(page, page.getByRole('button', { name: 'Pause' }))).toBe(303);
    await expect(page.getByText('Paused')).toBeVisible();
    expect(await submit(page, page.getByRole('button', { name: 'Resume' }))).toBe(303);
    await expect(page.getByText('Active')).toBeVisible();
  });

  await test.step('archived after a question, and restored', async () => {
    await page.getByRole('button', { name: 'Archive' }).click();
    const asked = page.getByRole('dialog', { name: 'Archive PLAIN-5?' });
    await expect(asked).toBeVisible();
    await asked.getByRole('button', { name: 'Keep it' }).click();
    await page.goto(code);
    await page.getByRole('button', { name: 'Archive' }).click();
    expect(await submit(page, asked.getByRole('button', { name: 'Archive' }))).toBe(303);
    await expect(page.getByText('This code is archived')).toBeVisible();

    // Another one takes its text meanwhile.
    const other = await context.newPage();
    await other.goto('/apps/plain/discounts/new');
    await other.getByLabel('Code', { exact: true }).fill('PLAIN-5');
    await other.getByLabel('Percent off').fill('7');
    await other.getByRole('button', { name: 'Create code' }).click();
    await other.waitForURL('**/discounts/dc_*');
    expect(await submit(page, page.getByRole('button', { name: 'Restore' }))).toBe(409);
    await expect(page.getByText('PLAIN-5 is another code of this app now: 7% off, once')).toBeVisible();
    await other.getByRole('button', { name: 'Archive' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await expect(other.getByText('This code is archived')).toBeVisible();
    expect(await submit(page, page.getByRole('button', { name: 'Restore' }))).toBe(303);
    await expect(page.getByText('This code is archived')).toBeHidden();
  });

  await test.step('gone in one mode, and there in the other', async () => {
    await page.getByRole('link', { name: 'Live mode' }).click();
    await page.waitForURL('**/apps/plain/discounts?mode=live');
    await expect(page.getByText('No codes yet')).toBeVisible();
    await page.getByRole('link', { name: 'Create code' }).click();
    await page.getByLabel('Code', { exact: true }).fill('LIVE-ONE');
    await page.getByLabel('Percent off').fill('1');
    expect(await submit(page, page.getByRole('button', { name: 'Create code' }))).toBe(303);
    await page.waitForURL('**/discounts/dc_*?mode=live');
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.waitForURL('**/discounts/dc_*?mode=live');
    await expect(page.getByText('This code is archived')).toBeVisible();
  });
});

test('more codes than a page has', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  for (let index = 0; index < 21; index++) await backend.code(`PAGED-${String(index).padStart(2, '0')}`);
  await signIn(page, demo, DEMO_OWNER);
  await page.goto('/apps/taskpomo/discounts?q=PAGED');
  await expect(page.getByText('PAGED-20')).toBeVisible();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page.getByText('PAGED-00')).toBeVisible();
  await expect(page.getByText('PAGED-20')).toHaveCount(0);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByText('PAGED-20')).toBeVisible();
});

test('Stripe, a test checkout, and minting again', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  await signIn(page, demo, DEMO_OWNER);
  const id = await backend.code('PLAINLY-MINTED', { percent_off: 50 });
  const code = `/apps/taskpomo/discounts/${id}`;

  await test.step('a test checkout', async () => {
    await page.goto(code);
    await page.getByRole('button', { name: 'Open a test checkout' }).click();
    await page.getByLabel('Price').selectOption('price_1ABC');
    expect(await submit(page, page.getByRole('button', { name: 'Make the checkout' }))).toBe(200);
    const link = page.getByRole('link', { name: 'Open it in a new tab' });
    const opened = page.waitForEvent('popup');
    await link.click();
    const checkout = await opened;
    await expect(checkout.getByText('$14.50').first()).toBeVisible();
    await checkout.close();
    await page.goto(code);
    await expect(page.locator('.figure', { hasText: 'in open checkouts' })).toContainText('1');
  });

  let key = '';
  await test.step('a key, refused without being repeated', async () => {
    await page.goto('/settings');
    const replace = page.getByRole('button', { name: 'Replace the key' });
    for (const [wrong, error] of [
      ['sk_test_51Abcdefghijklmnop', /full secret key/],
      ['rk_test_51Nobodyknowsthisone', /Stripe does not accept this key/],
      ['', /.+/],
    ] as const) {
      await page.getByLabel('Paste the key').fill(wrong);
      expect(await submit(page, replace)).toBe(400);
      await expectError(page, 'Paste the key', error);
      await expect(page.getByLabel('Paste the key')).toHaveValue('');
      if (wrong) expect(await page.content()).not.toContain(wrong);
      expect(page.url()).toBe(`${demo.url}/settings`);
    }
    key = await keyFrom(page, await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href'));
    await page.getByLabel('Paste the key').fill(key);
    expect(await submit(page, replace)).toBe(303);
    await expect(page.getByText(`rk_test_…${key.slice(-4)}`)).toBeVisible();
    expect(await page.content()).not.toContain(key);
    // The four permissions make no checkouts.
    await page.goto(code);
    await page.getByRole('button', { name: 'Open a test checkout' }).click();
    const price = page.getByLabel('Price');
    await price.fill('price_1ABC');
    expect(await submit(page, page.getByRole('button', { name: 'Make the checkout' }))).toBe(403);
    await expect(page.getByRole('dialog').getByText('lacks the permission')).toBeVisible();
    await expect(price).toHaveValue('price_1ABC');
  });

  await test.step('with all permissions: a coupon deleted in Stripe blocks the code, and it is minted again', async () => {
    await page.goto('/settings');
    key = await keyFrom(page, await page.getByRole('link', { name: 'Allow it' }).getAttribute('href'));
    await page.getByLabel('Paste the key').fill(key);
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await expect(page.getByText('Not allowed')).toHaveCount(0);
    const { coupon } = await backend.checkout('PLAINLY-MINTED');
    const headers = { authorization: `Bearer ${key}` };
    expect((await request.delete(`${demo.stripe_url}/v1/coupons/${coupon}`, { headers })).status()).toBe(200);
    await backend.checkout('PLAINLY-MINTED', 409);
    await page.goto(code);
    expect(await submit(page, page.getByRole('button', { name: 'Mint again' }))).toBe(303);
    await expect(page.getByText('Not used yet: nothing is in your Stripe account.')).toBeVisible();
    const other = await backend.checkout('PLAINLY-MINTED');
    expect(other.coupon).not.toBe(coupon);
  });

  await test.step('disconnected after a question, and connected', async () => {
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    const asked = page.getByRole('dialog', { name: 'Disconnect Stripe?' });
    await asked.getByRole('button', { name: 'Stay connected' }).click();
    await page.goto('/settings');
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    expect(await submit(page, asked.getByRole('button', { name: 'Disconnect' }))).toBe(303);
    await expect(page.getByText('Not connected', { exact: true })).toBeVisible();
    await page.getByLabel('Paste the key').fill(key);
    expect(await submit(page, page.getByRole('button', { name: 'Connect', exact: true }))).toBe(303);
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  });

  await test.step('an API key, shown once and in no address, and revoked', async () => {
    const create = page.getByRole('button', { name: 'Create key' });
    await page.getByLabel('App', { exact: true }).selectOption('taskpomo');
    await page.getByLabel('May do').selectOption('checkout');
    await page.getByLabel('Name').fill(' ');
    expect(await submit(page, create)).toBe(400);
    await expectError(page, 'Name', /Type a name/);
    await expect(page.getByLabel('Name'), 'the page begins at its error').toBeFocused();
    await expect(page.getByLabel('App', { exact: true })).toHaveValue('taskpomo');
    await expect(page.getByLabel('May do')).toHaveValue('checkout');
    await page.getByLabel('Name').fill('Without scripts');
    expect(await submit(page, create)).toBe(200);
    const made = (await page.getByText(/^cm_test_[a-z0-9A-Z]{60,}$/).textContent())?.trim() ?? '';
    expect(page.url()).toBe(`${demo.url}/settings`);
    await expect(page.locator('#made'), 'the page begins at the key').toBeFocused();
    expect((await page.content()).split(made)).toHaveLength(2);
    const validate = () =>
      request.post(`${demo.url}/v1/discount-codes/validate`, {
        headers: { authorization: `Bearer ${made}`, 'content-type': 'application/json' },
        data: { code: 'PLAINLY-MINTED' },
      });
    expect((await validate()).status()).toBe(200);
    await page.goto('/settings');
    expect(await page.content()).not.toContain(made);

    await page.getByRole('button', { name: 'Revoke Without scripts' }).click();
    const asked = page.getByRole('dialog', { name: 'Revoke Without scripts?' });
    expect(await submit(page, asked.getByRole('button', { name: 'Revoke' }))).toBe(303);
    await expect(page.getByText('Without scripts')).toHaveCount(0);
    expect((await validate()).status()).toBe(401);
  });
});
