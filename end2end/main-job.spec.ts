// The main job, as an owner lives it: sign in, connect Stripe, create a code, check out, see the count.
import { type Page } from '@playwright/test';
import { type Demo, expect, hydrated, test } from './fixtures.ts';
import { keyFrom, signIn } from './people.ts';

const OWNER = `owner-${Date.now()}@example.com`;

function couponsAtStripe(page: Page, demo: Demo, text: string) {
  return async () => {
    await page.goto(`${demo.stripe_url}/dashboard`);
    return page.getByText(text, { exact: true }).count();
  };
}

test('from the first sign-in to a paid checkout', async ({ page, demo, context, request }) => {
  test.setTimeout(90_000);
  await signIn(page, demo, OWNER);
  await hydrated(page);

  await test.step('an app', async () => {
    await page.getByLabel('Name').fill('Task Pomo');
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.waitForURL('**/apps/task-pomo/discounts*');
    await expect(page.getByText('No codes yet')).toBeVisible();
  });

  await test.step('a wrong key is refused while one types, and nothing is sent', async () => {
    await page.goto('/settings');
    await hydrated(page);
    const field = page.getByLabel('Paste the key');
    await field.fill('sk_test_51Abcdefghijkl');
    await field.blur();
    await expect(page.getByText('This is a full secret key')).toBeVisible();
    await field.fill('rk_live_51Abcdefghijkl');
    await expect(page.getByText('This is a live-mode key')).toBeVisible();
  });

  const least = await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href');
  const leastKey = await keyFrom(page, least);

  await test.step('connected, and the key is never shown whole again', async () => {
    await page.getByLabel('Paste the key').fill(leastKey);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await expect(page.getByText(`rk_test_…${leastKey.slice(-4)}`)).toBeVisible();
    await page.reload();
    expect(await page.content()).not.toContain(leastKey);
  });

  await test.step('the four permissions do not make checkouts, and the screen has the link that adds them', async () => {
    await expect(page.getByText('Not allowed')).toBeVisible();
    const all = await page.getByRole('link', { name: 'Allow it' }).getAttribute('href');
    expect(all).toContain('rak_checkout_session_write');
    const key = await keyFrom(page, all);
    await hydrated(page);
    await page.getByLabel('Paste the key').fill(key);
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await expect(page.getByText('Not allowed')).toHaveCount(0);
  });

  await test.step('a code, with its errors beside the fields', async () => {
    await page.goto('/apps/task-pomo/discounts');
    await hydrated(page);
    await page.getByRole('link', { name: 'Create code' }).first().click();
    await page.waitForURL('**/discounts/new*');
    await page.getByLabel('Code', { exact: true }).fill('no way');
    await page.getByLabel('Percent off').fill('101');
    await page.getByLabel('Limit', { exact: true }).fill('2');
    await expect(page.getByText('it has a space')).toBeVisible();
    await expect(page.getByText('must be 0.01 to 100')).toBeVisible();
    await page.getByLabel('Code', { exact: true }).fill('blackfriday50');
    await page.getByLabel('Percent off').fill('50');
    await expect(page.getByText('50% off, once · 2 uses')).toBeVisible();
    await page.getByRole('button', { name: 'Create code' }).click();
    await page.waitForURL('**/discounts/dc_*');
    await expect(page.getByRole('heading', { name: 'BLACKFRIDAY50' })).toBeVisible();
    await expect(page.getByText('Not used yet: nothing is in your Stripe account.')).toBeVisible();
  });
  const codePage = page.url();

  const other = await context.newPage();
  const coupons = couponsAtStripe(other, demo, 'BLACKFRIDAY50');
  expect(await coupons(), 'nothing is minted before the first use').toBe(0);

  await test.step('a checkout at the reduced price', async () => {
    await page.getByRole('button', { name: 'Open a test checkout' }).click();
    await page.getByLabel('Price').selectOption('price_1ABC');
    const opened = context.waitForEvent('page');
    await page.getByRole('dialog').getByRole('button', { name: /checkout/i }).click();
    const checkout = await opened;
    await checkout.waitForURL('**/c/pay/**');
    await expect(checkout.getByText('$14.50').first()).toBeVisible();
    await checkout.getByRole('button', { name: /^Pay/ }).click();
    await expect(checkout.getByText('Payment complete')).toBeVisible();
    await checkout.close();
  });

  await test.step('counted: redeemed on Stripe’s word', async () => {
    await page.goto(codePage);
    await expect(page.getByText('In Stripe').first()).toBeVisible();
    await expect(async () => {
      await expect(page.getByText(/^1$/).first()).toBeVisible({ timeout: 500 });
      await expect(page.locator('.figure', { hasText: 'redeemed' })).toContainText('1', { timeout: 500 });
    }).toPass();
  });
  expect(await coupons(), 'one coupon').toBeGreaterThan(0);

  await test.step('a taken code is said before submitting', async () => {
    await page.goto('/apps/task-pomo/discounts/new');
    await hydrated(page);
    await page.getByLabel('Code', { exact: true }).fill('BlackFriday50');
    await expect(page.getByText(/already/)).toBeVisible();
  });

  await test.step('an API key, shown once, works until it is revoked', async () => {
    await page.goto('/settings');
    await hydrated(page);
    await page.getByLabel('Name').fill('Backend');
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = (await page.getByText(/^cm_test_[a-z0-9A-Z]{60,}$/).first().textContent())?.trim() ?? '';
    const call = () => request.get(`${demo.url}/v1/admin/discount-codes`, { headers: { authorization: `Bearer ${key}` } });
    expect((await (await call()).json()).data[0].code).toBe('BLACKFRIDAY50');
    await page.reload();
    expect(await page.content()).not.toContain(key);
    await hydrated(page);
    await page.getByRole('button', { name: /^Revoke/ }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /^Revoke/ }).click();
    await expect(async () => expect((await call()).status()).toBe(401)).toPass();
  });

  await test.step('paused, resumed, archived', async () => {
    await page.goto(codePage);
    await hydrated(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByText('Paused').first()).toBeVisible();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(page.getByText('Active').first()).toBeVisible();
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Archive/ }).click();
    await expect(page.getByText('Archived').first()).toBeVisible();
  });

  await test.step('live mode is another world', async () => {
    await page.goto('/apps/task-pomo/discounts?mode=live');
    await hydrated(page);
    await expect(page.getByText('BLACKFRIDAY50')).toHaveCount(0);
    await expect(page.getByText('Stripe not connected').first()).toBeVisible();
  });
});
