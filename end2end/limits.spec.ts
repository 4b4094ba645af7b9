// A code's limits: given with the code, seen on its page, changed there later, and kept at the checkout.
import { type APIRequestContext, type Page } from '@playwright/test';
import { type Demo, expect, hydrated, test } from './fixtures.ts';
import { look } from './look.ts';
import { Backend, DEMO_OWNER, signIn } from './people.ts';

test.use({ timezoneId: 'Europe/Berlin', allowedErrors: [/the server responded with a status of 4\d\d/] });
test.setTimeout(120_000);

/** What a checkout with this code is answered; the refusal's code, or `made`. */
async function buys(request: APIRequestContext, demo: Demo, code: string, fields: object = {}): Promise<string> {
  const page = 'https://example.com/';
  const body = { app_id: demo.app_id, price_id: 'price_1ABC', discount_code: code, success_url: page, cancel_url: page, ...fields };
  const headers = { authorization: `Bearer ${demo.api_key}`, 'content-type': 'application/json' };
  const answer = await request.post(`${demo.url}/v1/checkout/sessions`, { headers, data: body });
  const told = await answer.json();
  return answer.status() === 201 ? 'made' : told.error.code;
}

/** A row of the panel of terms. */
function term(page: Page, name: string) {
  return page.locator('.pair', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd');
}

test('all limits of a code, from the form to the checkout', async ({ page, demo, request }) => {
  await signIn(page, demo, DEMO_OWNER);
  const code = `LIMITS-${Date.now()}`;

  await test.step('a new code with every limit, refused at its fields first', async () => {
    await page.goto('/apps/taskpomo/discounts/new');
    await hydrated(page);
    await page.getByLabel('Code', { exact: true }).fill(code);
    await page.getByLabel('Percent off').fill('50');
    await page.getByLabel('Limit per customer').fill('0');
    await page.getByLabel('Minimum purchase').fill('much');
    await page.getByLabel('Minimum in').selectOption('jpy');
    await page.getByRole('button', { name: 'Create code' }).click();
    await expect(page.locator('#max_redemptions_per_user-error')).toContainText('The limit per customer must be a whole number');
    await expect(page.locator('#minimum_amount-error')).toHaveText('Type an amount in JPY, like 500.');
    await expect(page.getByLabel('Limit per customer')).toBeFocused();
    await look(page, 'new code limits refused');
    await page.getByLabel('Limit', { exact: true }).fill('10');
    await page.getByLabel('Limit per customer').fill('1');
    await page.getByLabel('Minimum purchase').fill('50,00');
    await expect(page.locator('#minimum_amount-error')).toContainText('JPY has no decimals');
    await page.getByLabel('Minimum in').selectOption('usd');
    await expect(page.getByText('50% off, once · 10 uses · 1 for each customer · purchases of $50.00 or more')).toBeVisible();
    await look(page, 'new code limits');
    await page.getByRole('button', { name: 'Create code' }).click();
    await page.waitForURL('**/discounts/dc_*');
  });

  await test.step('the page of the code tells them', async () => {
    await expect(term(page, 'Limit')).toHaveText('10 uses');
    await expect(term(page, 'Limit per customer')).toHaveText('1 use');
    await expect(term(page, 'Minimum purchase')).toHaveText('$50.00');
    await look(page, 'code with limits');
  });

  await test.step('kept at the checkout', async () => {
    expect(await buys(request, demo, code, { user_id: 'ada' })).toBe('discount_code_minimum_not_met');
    expect(await buys(request, demo, code, { quantity: 2 })).toBe('parameter_missing');
    expect(await buys(request, demo, code, { user_id: 'ada', quantity: 2 })).toBe('made');
    expect(await buys(request, demo, code, { user_id: 'ada', quantity: 2 })).toBe('discount_code_user_limit');
    expect(await buys(request, demo, code, { customer_email: 'bob@example.com', quantity: 2 })).toBe('made');
    expect(await buys(request, demo, code, { customer_email: 'BOB@example.com', quantity: 2 })).toBe('discount_code_user_limit');
  });

  const there = page.url();
  await test.step('changed on its page: refused at a field, nothing typed is lost', async () => {
    await page.getByRole('link', { name: 'Edit limits' }).click();
    await page.waitForURL('**/edit');
    await hydrated(page);
    await expect(page.getByRole('heading', { name: `Edit ${code}` })).toBeVisible();
    // It was minted: what it gives is no field any more.
    await expect(page.getByText('What it gives cannot change any more')).toBeVisible();
    await expect(page.getByLabel('Percent off')).toHaveCount(0);
    await expect(page.getByLabel('Minimum purchase')).toHaveValue('50.00');
    await expect(page.getByText('Time in Europe/Berlin').first()).toBeVisible();
    await page.getByLabel('Limit per customer').fill('2');
    await page.getByLabel('Minimum purchase').fill('29');
    await page.getByLabel('Starts').fill('2031-02-03T04:05');
    await page.getByLabel('Expires').fill('2031-02-03T04:05');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('#starts_at-error')).toHaveText('The start must be before the end.');
    await expect(page.getByLabel('Limit per customer')).toHaveValue('2');
    await look(page, 'edit code refused');
    await page.getByLabel('Starts').fill('');
    await expect(page.getByText('50% off, once · 10 uses · 2 for each customer · purchases of $29.00 or more · until 3 Feb 2031, 04:05 Berlin')).toBeVisible();
    await look(page, 'edit code');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(there);
    await expect(page.getByText('Saved.')).toBeVisible();
    await expect(term(page, 'Limit per customer')).toHaveText('2 uses');
    await expect(term(page, 'Expires')).toHaveText('3 Feb 2031, 04:05 Berlin');
  });

  await test.step('which counts at once', async () => {
    expect(await buys(request, demo, code, { user_id: 'ada' })).toBe('made');
    expect(await buys(request, demo, code, { user_id: 'ada' })).toBe('discount_code_user_limit');
  });

  await test.step('a start in time to come', async () => {
    await page.goto(`${there}/edit`);
    await hydrated(page);
    await page.getByLabel('Starts').fill('2031-01-01T01:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(there);
    await expect(page.getByText('Starts 1 Jan 2031')).toBeVisible();
    await expect(term(page, 'Starts')).toHaveText('1 Jan 2031, 01:00 Berlin');
    expect(await buys(request, demo, code, { user_id: 'carol' })).toBe('discount_code_not_started');
  });
});

test('terms can be edited until the coupon is on its way', async ({ page, demo, request }) => {
  await signIn(page, demo, DEMO_OWNER);
  const backend = new Backend(request, demo);
  const code = `TERMS-${Date.now()}`;
  const id = await backend.code(code, { percent_off: 20, minimum_amount_cents: 5000 });
  const edit = `/apps/taskpomo/discounts/${id}/edit`;
  await page.goto(edit);
  await hydrated(page);
  await expect(page.getByText('What it gives cannot change any more')).toHaveCount(0);
  // By the API, a minimum may be in whatever the price is in.
  await expect(page.getByLabel('Minimum in')).toHaveValue('');
  await expect(page.getByLabel('Minimum purchase')).toHaveValue('5000');
  await page.getByLabel('Percent off').fill('30');
  await page.getByLabel('Minimum in').selectOption('usd');
  await page.getByLabel('Minimum purchase').fill('29');
  await look(page, 'edit code with terms');

  // Somebody uses it meanwhile: what was typed stays, and it is said why it cannot be.
  await backend.change(id, { minimum_amount_cents: null });
  await backend.checkout(code);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('What this code gives cannot change any more')).toBeVisible();
  await expect(page.getByLabel('Percent off')).toHaveValue('30');
  await page.getByLabel('Percent off').fill('20');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(`**/discounts/${id}`);
  await expect(term(page, 'Minimum purchase')).toHaveText('$29.00');

  await backend.archive(id);
  await page.goto(edit);
  await expect(page.getByText('This code is archived. Restore it on its page')).toBeVisible();
  await look(page, 'edit code archived');
  await page.goto('/apps/taskpomo/discounts/dc_00000000000000000000000000/edit');
  await expect(page.getByText('There is no such code')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('limits are given and changed all the same', async ({ page, demo, request }) => {
    await signIn(page, demo, DEMO_OWNER);
    const id = await new Backend(request, demo).code(`PLAIN-${Date.now()}`, { amount_off_cents: 500, currency: 'eur' });
    const code = `/apps/taskpomo/discounts/${id}`;
    await page.goto(code);
    await page.getByRole('link', { name: 'Edit limits' }).click();
    await expect(page.getByLabel('Amount off')).toHaveValue('5.00');
    await expect(page.getByLabel('Minimum in'), 'a fixed amount has its own currency').toBeHidden();
    await page.getByLabel('Minimum purchase').fill('zwanzig');
    await page.getByLabel('Limit per customer').fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('#minimum_amount-error')).toHaveText('Type an amount in EUR, like 5.00.');
    await expect(page.getByText('Nothing was changed yet')).toBeVisible();
    await expect(page.getByLabel('Minimum purchase')).toHaveValue('zwanzig');
    await expect(page.getByLabel('Limit per customer')).toHaveValue('3');
    await page.getByLabel('Minimum purchase').fill('20');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`**${code}`);
    await expect(term(page, 'Minimum purchase')).toHaveText('€20.00');
    await expect(term(page, 'Limit per customer')).toHaveText('3 uses');
  });
});
