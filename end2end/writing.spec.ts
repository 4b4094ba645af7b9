// Numbers, money and moments as an owner's own locale and zone have them: by the server, and by the browser when it goes on.
import { expect, hydrated, test } from './fixtures.ts';
import { Backend, DEMO_OWNER, signIn } from './people.ts';

test.use({ locale: 'de-DE', timezoneId: 'Europe/Berlin' });

test('as in Berlin', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  const fields = { max_redemptions: 12_345, expires_at: Date.UTC(2031, 0, 1) };
  await backend.code('WRITTEN-AMOUNT', { amount_off_cents: 123_450, currency: 'eur', ...fields });
  await backend.code('WRITTEN-YEN', { amount_off_cents: 1_500, currency: 'jpy' });
  const id = await backend.code('WRITTEN-PERCENT', { percent_off: 12.5, ...fields });
  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);

  for (const [path, texts] of Object.entries({
    '/apps/taskpomo/discounts?q=WRITTEN': ['1.234,50\u00a0€ off, once', '1.500\u00a0¥ off', '12,5\u00a0% off', '0 of 12.345', 'Expires (Berlin)'],
    [`/apps/taskpomo/discounts/${id}`]: ['12,5\u00a0% off', '12.345 uses', '1 Jan 2031, 01:00 Berlin'],
  })) {
    const sent = await (await page.goto(path))?.text();
    for (const text of texts) expect(sent?.replaceAll('<!>', ''), 'by the server').toContain(text);
    await hydrated(page);
    const shown = await page.locator('#main').evaluate((main) => main.textContent);
    for (const text of texts) expect(shown, 'in the browser').toContain(text);
    // Drawn anew by the browser alone, it is the same.
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByRole('link', { name: 'Apps' }).click();
    await expect(page.getByRole('heading', { name: 'Apps' })).toBeVisible();
    await page.goBack();
    for (const text of texts) await expect(page.locator('#main')).toContainText(text);
  }

  await page.goto('/apps/taskpomo/discounts/new');
  await hydrated(page);
  await page.getByText('Fixed amount').click();
  await page.getByLabel('Amount off').fill('1234,5');
  await page.getByLabel('Currency').selectOption('eur');
  await page.getByLabel('Limit', { exact: true }).fill('2500');
  await page.getByLabel('Expires').fill('2031-01-01T01:00');
  await expect(page.getByText('1.234,50\u00a0€ off, once · 2.500 uses · until 1 Jan 2031, 01:00 Berlin')).toBeVisible();
});
