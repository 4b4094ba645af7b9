// A page that stands open follows the connection by itself, whoever changes it.
import { expect, hydrated, test } from './fixtures.ts';
import { keyFrom, signIn } from './people.ts';

test('what one tab does to the connection, the other shows by itself', async ({ page, demo, context }) => {
  await signIn(page, demo, `live-${Date.now()}@example.com`);
  await page.getByLabel('Name').fill('Live');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.waitForURL('**/apps/live/discounts');
  const other = await context.newPage();
  const heard = other.waitForResponse((answer) => new URL(answer.url()).pathname === '/live');
  await other.goto('/settings');
  await hydrated(other);
  expect((await heard).headers()['content-type']).toBe('text/event-stream');
  await expect(other.getByText('Not connected', { exact: true })).toBeVisible();
  // What is typed there stays, whatever comes.
  await other.getByLabel('Name').fill('Typed meanwhile');
  await other.getByLabel('Paste the key').fill('rk_te');

  await page.goto('/settings');
  await hydrated(page);
  const key = await keyFrom(page, await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href'));
  await page.getByLabel('Paste the key').fill(key);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();

  await expect(other.getByText('Connected', { exact: true })).toBeVisible({ timeout: 3_000 });
  await expect(other.getByText('Connected to Stripe.', { exact: true })).toBeVisible();
  await expect(other.getByRole('link', { name: 'Stripe connected' })).toBeVisible();
  await expect(other.getByRole('heading', { name: 'What your connection may do' })).toBeVisible();
  await expect(other.getByLabel('Name')).toHaveValue('Typed meanwhile');
  await expect(other.getByLabel('Paste the key')).toHaveValue('rk_te');
  await expect(page.getByText('Connected to Stripe.', { exact: true }), 'nobody is told what they did themselves').toHaveCount(0);

  await test.step('and back', async () => {
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await expect(page.getByText('Not connected', { exact: true })).toBeVisible();
    await expect(other.getByText('Not connected', { exact: true })).toBeVisible({ timeout: 3_000 });
    await expect(other.getByRole('link', { name: 'Stripe not connected' })).toBeVisible();
    await expect(other.getByRole('button', { name: 'Disconnect' })).toHaveCount(0);
  });

  await test.step('the mode in view is followed, and no other', async () => {
    const opened = other.waitForRequest((request) => request.url().endsWith('/live?mode=live'));
    await other.getByRole('link', { name: 'Live mode' }).click();
    await opened;
    await expect(other.getByRole('link', { name: 'Stripe not connected' })).toBeVisible();
    await page.getByLabel('Paste the key').fill(key);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await expect(other.getByText('Not connected', { exact: true })).toBeVisible();
    await other.getByRole('link', { name: 'Test mode' }).click();
    await expect(other.getByText('Connected', { exact: true })).toBeVisible();
  });
});

test('the first five minutes turn green by themselves, too', async ({ page, demo, context }) => {
  await signIn(page, demo, `live-steps-${Date.now()}@example.com`);
  await page.getByLabel('Name').fill('Steps');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.waitForURL('**/apps/steps/discounts');
  await page.getByRole('link', { name: 'Apps', exact: true }).click();
  await hydrated(page);
  await expect(page.getByRole('link', { name: 'Connect with Stripe' })).toBeVisible();

  const other = await context.newPage();
  await other.goto('/settings');
  await hydrated(other);
  const key = await keyFrom(other, await other.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href'));
  await other.getByLabel('Paste the key').fill(key);
  await other.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('heading', { name: /Connect Stripe\s*: Done/ })).toBeVisible({ timeout: 3_000 });
});

test('whoever signs out elsewhere is told nothing more, and no page complains', async ({ page, demo, context }) => {
  await signIn(page, demo, `live-out-${Date.now()}@example.com`);
  await hydrated(page);
  const other = await context.newPage();
  await other.goto('/settings');
  await hydrated(other);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in or start' })).toBeVisible();
  // Leaving a page closes its stream; the fixture holds that no console has an error.
  await other.goto('/');
  await expect(other.getByRole('heading', { name: 'Sign in or start' })).toBeVisible();
});
