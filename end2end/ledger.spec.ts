// The ledger as its owner sees it: a code's redemptions, live, each with its way; ending a checkout; what happened; whether the counts are right.
import { type APIRequestContext, type Locator, type Page } from '@playwright/test';
import { type Demo, expect, hydrated, test } from './fixtures.ts';
import { Backend, DEMO_OWNER, signIn } from './people.ts';

/** An open page follows within so long: it asks every two seconds, and the demo's sweep every few. */
const FOLLOWED = { timeout: 15_000 };

/** The session's id in the address of its page. */
const sessionOf = (url: string) => /\/c\/pay\/([^/#?]+)/.exec(url)?.[1] ?? '';

/** The customer pays on Stripe's page. */
async function pay(request: APIRequestContext, url: string): Promise<void> {
  const paid = await request.post(url.replace(/(\/c\/pay\/[^/#?]+).*/, '$1/pay'));
  expect(paid.ok(), await paid.text()).toBe(true);
}

/** The session's time is over. */
async function expire(request: APIRequestContext, demo: Demo, url: string): Promise<void> {
  const all = ['rak_checkout_session_write', 'rak_coupon_write', 'rak_promotion_code_write'];
  const made = await request.post(`${demo.stripe_url}/test/apikeys/create`, {
    data: all.map((name) => `permissions[]=${name}`).join('&'),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const key = /rk_test_\w+/.exec(await made.text())?.[0];
  const expired = await request.post(`${demo.stripe_url}/v1/checkout/sessions/${sessionOf(url)}/expire`, {
    headers: { authorization: `Bearer ${key}`, 'stripe-version': '2026-10-28.endive' },
  });
  expect(expired.ok(), await expired.text()).toBe(true);
}

const figure = (page: Page, words: string): Locator => page.locator('.figure', { hasText: words }).locator('dd');
const total = (page: Page, words: string): Locator => page.locator('.usage-chart .chart-name', { hasText: words }).locator('b');
const row = (page: Page, user: string): Locator => page.locator('.table-redemptions tbody tr', { hasText: user });

/** How high today's bar of a series is. */
const today = (page: Page, series: string): Promise<number> =>
  page.locator(`.usage-bars .chart-${series}`).last().evaluate((bar) => Number(bar.getAttribute('height')));

test('a code’s page follows its checkouts, and its owner ends one', async ({ page, demo, request }) => {
  test.setTimeout(120_000);
  const backend = new Backend(request, demo);
  const id = await backend.code('LEDGER3', { percent_off: 50, max_redemptions: 3 });
  await signIn(page, demo, DEMO_OWNER);
  await page.goto(`/apps/taskpomo/discounts/${id}`);
  await hydrated(page);
  await expect(page.getByText('Nobody has used it yet')).toBeVisible();
  await expect(page.getByText('Nobody has used it in the last 30 days')).toBeVisible();

  let loads = 0;
  page.on('request', (asked) => (loads += Number(asked.isNavigationRequest())));
  const urls: Record<string, string> = {};
  for (const user of ['ada', 'bob', 'cay']) urls[user] = (await backend.checkout('LEDGER3', 201, { user_id: user })).url;

  await test.step('as checkouts are made', async () => {
    await expect(figure(page, 'in open checkouts')).toHaveText('3', FOLLOWED);
    await expect(figure(page, 'left of 3')).toHaveText('0');
    await expect(total(page, 'still open')).toHaveText('3');
    for (const user of ['ada', 'bob', 'cay']) await expect(row(page, user).getByText('Open', { exact: true })).toBeVisible();
    expect(await today(page, 'held')).toBeGreaterThan(0);
    expect(await today(page, 'redeemed')).toBe(0);
  });

  // What is unfolded stays so, and goes with its row.
  await row(page, 'bob').locator('summary').click();
  await expect(row(page, 'bob').locator('.course-steps')).toBeVisible();

  await test.step('as one is paid, and one ends unpaid', async () => {
    await pay(request, urls.ada ?? '');
    await expect(row(page, 'ada').getByText('Redeemed', { exact: true })).toBeVisible(FOLLOWED);
    await expect(figure(page, 'redeemed')).toHaveText('1');
    await expire(request, demo, urls.bob ?? '');
    await expect(row(page, 'bob').getByText('Released', { exact: true })).toBeVisible(FOLLOWED);
    await expect(figure(page, 'left of 3')).toHaveText('1');
    await expect(total(page, 'released')).toHaveText('1');
    expect(await today(page, 'redeemed')).toBeGreaterThan(0);
    expect(await today(page, 'released')).toBeGreaterThan(0);
    await expect(row(page, 'bob').locator('.story-line')).toHaveText([/^Held for a checkout/, /^The checkout ended unpaid/]);
    await expect(row(page, 'ada').locator('.course-steps')).toBeHidden();
    await row(page, 'ada').locator('summary').click();
    await expect(row(page, 'ada').locator('.story-line')).toHaveText([/^Held for a checkout.*\d\d:\d\d/, /^Paid.*\d\d:\d\d/]);
    const stripe = row(page, 'ada').getByRole('link', { name: 'Its checkout in Stripe' });
    await expect(stripe).toHaveAttribute('href', new RegExp(`/test/checkout/sessions/${sessionOf(urls.ada ?? '')}$`));
  });

  await test.step('another one comes: rows move on, and what is unfolded goes with its redemption', async () => {
    await backend.checkout('LEDGER3', 201, { user_id: 'dan' });
    await expect(row(page, 'dan')).toBeVisible(FOLLOWED);
    await expect(row(page, 'ada').locator('.course-steps')).toBeVisible();
    await expect(row(page, 'bob').locator('.course-steps')).toBeVisible();
    for (const user of ['cay', 'dan']) await expect(row(page, user).locator('.course-steps')).toBeHidden();
  });

  await test.step('the owner ends one', async () => {
    await expect(row(page, 'ada').getByRole('button', { name: /^End checkout/ })).toHaveCount(0);
    await page.getByRole('button', { name: 'End checkout: cay' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('It is cay’s, open since');
    await expect(dialog).toContainText('can no longer pay it');
    await dialog.getByRole('button', { name: 'Leave it open' }).click();
    await expect(dialog).toBeHidden();
    await expect(figure(page, 'in open checkouts')).toHaveText('2');
    await page.getByRole('button', { name: 'End checkout: cay' }).click();
    await dialog.getByRole('button', { name: 'End it' }).click();
    await expect(page.getByText('Ended. One redemption is back.')).toBeVisible();
    await expect(row(page, 'cay').getByText('Released', { exact: true })).toBeVisible();
    await expect(row(page, 'cay').locator('summary')).toContainText('You ended the checkout');
    await expect(figure(page, 'in open checkouts')).toHaveText('1');
    await expect(figure(page, 'left of 3')).toHaveText('1');
    await page.request.get(urls.cay ?? '').then(async (answer) => expect(await answer.text()).toContain('has expired'));
    // It is there for somebody else.
    await backend.checkout('LEDGER3', 201, { user_id: 'eve' });
    await expect(row(page, 'eve')).toBeVisible(FOLLOWED);
  });
  expect(loads, 'not one load of a page').toBe(0);

  await test.step('the filters have addresses', async () => {
    const filters = page.getByRole('navigation', { name: 'Filter the redemptions' });
    await filters.getByRole('link', { name: 'Redeemed' }).click();
    await page.waitForURL('**?state=redeemed');
    await expect(page.locator('.table-redemptions tbody tr')).toHaveCount(1);
    await page.reload();
    await hydrated(page);
    await expect(row(page, 'ada')).toBeVisible();
    await expect(total(page, 'released'), 'the chart is of all').toHaveText('2');
    await filters.getByRole('link', { name: 'Released' }).click();
    await expect(page.locator('.table-redemptions tbody tr')).toHaveCount(2);
    await filters.getByRole('link', { name: 'All' }).click();
    await expect(page.locator('.table-redemptions tbody tr')).toHaveCount(5);
  });

  await test.step('the numbers behind the chart', async () => {
    await page.getByText('Day by day, as a table').click();
    await expect(page.locator('.chart-rows tbody tr').first().locator('td')).toHaveText(['1', '2', '2']);
    await expect(page.locator('.chart-rows tbody tr')).toHaveCount(30);
  });
});

test('what happened, and whether the counts are right', async ({ page, demo, request }) => {
  test.setTimeout(120_000);
  const backend = new Backend(request, demo);
  const id = await backend.code('HAPPENED', { percent_off: 10 });
  const { url } = await backend.checkout('HAPPENED', 201, { user_id: 'ada' });
  await backend.change(id, { active: false });
  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);
  await page.getByRole('link', { name: 'Activity', exact: true }).click();
  await page.waitForURL('**/activity');
  await expect(page).toHaveTitle(/^Activity/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Activity');
  await expect(page.getByRole('link', { name: /HAPPENED/ }).first()).toBeVisible();

  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByRole('heading', { name: 'All counts agree.' })).toBeVisible();
  await expect(page.getByText(/\d+ codes?, \d+ open checkouts?, checked just now/)).toBeVisible();

  const topics = page.getByRole('navigation', { name: 'Topics' });
  await topics.getByRole('link', { name: 'Codes' }).click();
  await page.waitForURL('**/activity?topic=codes');
  await expect(page.getByRole('link', { name: /HAPPENED/ }).first()).toBeVisible();
  await topics.getByRole('link', { name: 'Rewards' }).click();
  await expect(page.getByText('Nothing here')).toBeVisible();
  await page.getByRole('link', { name: 'Show all activity' }).click();
  await page.getByRole('link', { name: /HAPPENED/ }).first().click();
  await expect(page.getByRole('heading', { name: 'HAPPENED' })).toBeVisible();
  await pay(request, url);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a way is unfolded, a checkout ended, and the counts are checked', async ({ page, demo, request }) => {
    const backend = new Backend(request, demo);
    const id = await backend.code('PLAINLEDGER', { percent_off: 50, max_redemptions: 1 });
    await backend.checkout('PLAINLEDGER', 201, { user_id: 'ada' });
    await signIn(page, demo, DEMO_OWNER);
    await page.goto(`/apps/taskpomo/discounts/${id}?state=held`);
    await expect(page.locator('.usage-chart .chart-name', { hasText: 'still open' }).locator('b')).toHaveText('1');
    await page.locator('.table-redemptions summary').click();
    await expect(page.locator('.course-steps')).toContainText('Held for a checkout');
    await page.getByRole('button', { name: 'End checkout: ada' }).click();
    await expect(page.getByRole('dialog')).toContainText('It is ada’s');
    await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
    await page.waitForURL(`**/discounts/${id}`);
    await expect(page.locator('.table-redemptions')).toContainText('You ended the checkout');
    await expect(page.locator('.figure', { hasText: 'left of 1' })).toContainText('1');

    await page.goto('/activity');
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.waitForURL('**/activity');
    await expect(page.getByRole('heading', { name: 'All counts agree.' })).toBeVisible();
  });
});
