// Paints the picture of the README: `CODEMINT_PICTURE=../docs/dashboard.png npx playwright test picture.spec.ts`. No test of anything.
import { expect, hydrated, test } from './fixtures.ts';
import { Backend, DEMO_OWNER, signIn } from './people.ts';

test.use({ timezoneId: 'Europe/Berlin', viewport: { width: 1280, height: 660 }, colorScheme: 'light' });

test('the list of codes, in use', async ({ page, demo, request }) => {
  test.setTimeout(300_000);
  const backend = new Backend(request, demo);
  const day = 86_400_000;
  const newYear = Date.UTC(new Date().getUTCFullYear() + 1, 0, 1);
  const use = async (code: string, paid: number, open: number) => {
    const buyers = Array.from({ length: paid + open }, (_, index) => index);
    const buy = async (): Promise<void> => {
      for (let index = buyers.pop(); index !== undefined; index = buyers.pop()) {
        const { url } = await backend.checkout(code);
        if (index >= open) await request.post(url.replace(/(\/c\/pay\/[^/#?]+).*/, '$1/pay'));
      }
    };
    await Promise.all(Array.from({ length: 6 }, buy));
  };
  const acme = await backend.code('PARTNER_ACME', { amount_off_cents: 1_000, currency: 'usd', max_redemptions: 50 });
  await use('PARTNER_ACME', 7, 0);
  await backend.change(acme, { active: false });
  await backend.code('NEWYEAR', { percent_off: 30, max_redemptions: 250, starts_at: newYear, expires_at: newYear + 14 * day });
  await backend.code('EARLYBIRD', { percent_off: 15, duration: 'forever', max_redemptions: 100 });
  await use('EARLYBIRD', 100, 0);
  await backend.code('SPRING-20', { percent_off: 20, duration: 'repeating', duration_in_months: 3, max_redemptions: 200, expires_at: newYear + 90 * day });
  await use('SPRING-20', 164, 12);
  await backend.code('WILLKOMMEN5', { amount_off_cents: 500, currency: 'eur' });
  await backend.code('BLACKFRIDAY50', { percent_off: 50, max_redemptions: 500, expires_at: newYear });
  await use('BLACKFRIDAY50', 212, 31);

  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);
  await expect(async () => {
    await page.goto('/apps/taskpomo/discounts');
    await hydrated(page);
    await expect(page.getByText('243 of 500 · 31 in checkout')).toBeVisible({ timeout: 500 });
    await expect(page.getByText('176 of 200 · 12 in checkout')).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: process.env.CODEMINT_PICTURE, animations: 'disabled', caret: 'hide' });
});
