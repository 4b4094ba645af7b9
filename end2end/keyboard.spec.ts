// An owner without a mouse: only Tab, Enter, Space, Escape and arrows, and at every step one can see where one is.
import { type Page } from '@playwright/test';
import { expect, hydrated, test } from './fixtures.ts';
import { Backend, DEMO_OWNER, signIn } from './people.ts';

/** What has the focus, as a screen reader tells it; and that it can be seen. */
async function focused(page: Page): Promise<string> {
  const seen = await page.evaluate(() => {
    let element = document.activeElement;
    if (!element || element === document.body) return { name: 'body', visible: true, html: '' };
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    const label = (element as HTMLInputElement).labels?.[0]?.textContent?.trim();
    // A radio button is drawn by what stands beside it, and a row's link by its whole row.
    const drawn = element.matches('[type=radio]') ? (element.nextElementSibling ?? element) : element;
    const rings = [getComputedStyle(drawn), getComputedStyle(drawn, '::after')];
    const ring = rings.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
    const box = drawn.getBoundingClientRect();
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return { name: label || name || element.id, visible: ring && inside, ring, box: JSON.stringify(box), html: element.outerHTML.slice(0, 120) };
  });
  expect(seen, `the focus can be seen: ${JSON.stringify(seen)}`).toMatchObject({ visible: true });
  return seen.name;
}

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, wanted: RegExp | string, key = 'Tab'): Promise<void> {
  const met: string[] = [];
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press(key);
    const name = await focused(page);
    met.push(name);
    if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return;
  }
  throw new Error(`${wanted} is not reached by ${key}: ${met.join(' | ')}`);
}

test('a code from its creation to the archive and back, by keyboard alone', async ({ page, demo }) => {
  await signIn(page, demo, DEMO_OWNER);
  await page.goto('/apps/taskpomo/discounts');
  await hydrated(page);

  await test.step('past the menu', async () => {
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await expect(page.locator('#main')).toBeFocused();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Create code');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'New code' })).toBeVisible();
  });

  await test.step('the form, radio buttons by arrows; refused, the first wrong field has the focus', async () => {
    await tabTo(page, 'Code');
    await page.keyboard.type('by-keyboard');
    await tabTo(page, 'Percentage');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByLabel('Fixed amount')).toBeChecked();
    await tabTo(page, 'Amount off');
    await page.keyboard.type('five');
    await tabTo(page, 'Create code');
    await page.keyboard.press('Space');
    await expect(page.getByLabel('Amount off')).toBeFocused();
    await focused(page);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'BY-KEYBOARD' })).toBeVisible();
    await expect(page.locator('#main')).toBeFocused();
  });

  await test.step('paused, and resumed by Undo', async () => {
    await tabTo(page, 'Pause');
    await page.keyboard.press('Space');
    await expect(page.getByText('BY-KEYBOARD is paused')).toBeVisible();
    expect(await focused(page)).toBe('Resume');
    await tabTo(page, 'Undo', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByText('BY-KEYBOARD can be used again')).toBeVisible();
    await expect(page.getByText('Active', { exact: true })).toBeVisible();
  });

  await test.step('a dialog keeps the focus, and gives it back', async () => {
    await tabTo(page, 'Archive');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Archive BY-KEYBOARD?' });
    await expect(dialog).toBeVisible();
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Tab');
      // Between the last and the first of them, the browser's own controls may have it: the page has not.
      expect(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement?.closest('dialog'))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    expect(await focused(page)).toBe('Archive');
    await page.keyboard.press('Space');
    await tabTo(page, 'Keep it');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    expect(await focused(page)).toBe('Archive');
  });

  await test.step('archived, and restored by Undo from the list', async () => {
    await page.keyboard.press('Enter');
    await tabTo(page, 'Archive');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/discounts');
    await expect(page.getByText('BY-KEYBOARD is archived.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'BY-KEYBOARD' })).toHaveCount(0);
    await tabTo(page, 'Undo', 'Shift+Tab');
    await page.keyboard.press('Space');
    await expect(page.getByRole('link', { name: 'BY-KEYBOARD' })).toBeVisible();
  });
});

test('the menu of a phone, and every way around', async ({ page, demo }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, demo, DEMO_OWNER);
  await hydrated(page);
  await tabTo(page, 'Menu');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Settings');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: 'Settings' })).toBeHidden();
  expect(await focused(page)).toBe('Menu');
  await page.keyboard.press('Space');
  await tabTo(page, 'Settings');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Settings' })).toBeHidden();
  // To the end of the page: everything on the way can be seen when it has the focus.
  await tabTo(page, 'Create key');
});

test('undo after one has gone elsewhere, and what the server refuses is taken back', async ({ page, demo, request }) => {
  const backend = new Backend(request, demo);
  const id = await backend.code('GONE-ELSEWHERE');
  await signIn(page, demo, DEMO_OWNER);
  await page.goto(`/apps/taskpomo/discounts/${id}`);
  await hydrated(page);

  await test.step('undone from another page', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
    await page.getByRole('link', { name: 'Discount codes' }).first().click();
    const row = page.getByRole('row', { name: /GONE-ELSEWHERE/ });
    await expect(row.getByText('Paused')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row.getByText('Active')).toBeVisible();
    await row.getByRole('link').click();
  });

  await test.step('shown at once, and flipped back', async () => {
    let answer: (() => void) | undefined;
    await page.route('**/api/set-code-active*', async (route) => {
      await new Promise<void>((done) => (answer = done));
      const problem = { code: 'internal_error', message: 'Not now: nothing was changed.' };
      await route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify({ Err: problem }) });
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(page.getByText('Paused', { exact: true })).toBeVisible();
    await expect.poll(() => answer !== undefined).toBe(true);
    answer?.();
    await expect(page.getByText('Not now: nothing was changed.')).toBeVisible();
    await expect(page.getByText('Active', { exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await page.unroute('**/api/set-code-active*');
  });

  await test.step('restored on its page; refused where its text is another’s', async () => {
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.waitForURL('**/discounts');
    const other = await backend.code('GONE-ELSEWHERE', { percent_off: 30 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('GONE-ELSEWHERE is another code of this app now: 30% off, once')).toBeVisible();
    await page.goto(`/apps/taskpomo/discounts/${id}`);
    await hydrated(page);
    await page.getByRole('button', { name: 'Restore' }).click();
    await expect(page.getByText('GONE-ELSEWHERE is another code of this app now: 30% off, once')).toBeVisible();
    await backend.archive(other);
    await page.getByRole('button', { name: 'Restore' }).click();
    await expect(page.getByText('GONE-ELSEWHERE is restored, with its counts and its coupon.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  });
});

test('the third step turns green by itself', async ({ page, demo }) => {
  const address = `green-${Date.now()}@example.com`;
  await signIn(page, demo, address);
  await hydrated(page);
  await page.getByLabel('Name').fill('Green');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.waitForURL('**/apps/green/discounts');
  await page.getByRole('link', { name: 'Create the first one' }).click();
  await page.getByLabel('Code', { exact: true }).fill('GREEN');
  await page.getByLabel('Percent off').fill('5');
  await page.getByRole('button', { name: 'Create code' }).click();
  await expect(page.getByRole('heading', { name: 'GREEN' })).toBeVisible();

  const other = await page.context().newPage();
  await page.getByRole('link', { name: 'Apps' }).click();
  const done = page.locator('.step-done');
  await expect(done).toHaveText([/Create a code/]);
  await other.goto('/settings');
  await other.getByLabel('Name').fill('Backend');
  await other.getByRole('button', { name: 'Create key' }).click();
  const key = (await other.getByText(/^cm_test_\w{60,}$/).textContent()) ?? '';
  const all = ['rak_coupon_write', 'rak_promotion_code_write', 'rak_checkout_session_write', 'rak_plan_read'];
  await other.goto(`${demo.stripe_url}/test/apikeys/create?${all.map((name) => `permissions[]=${name}`).join('&')}`);
  await other.getByRole('button', { name: 'Create key' }).click();
  const stripe = (await other.locator('#key').textContent())?.trim() ?? '';
  await other.goto('/settings');
  await other.getByLabel('Paste the key').fill(stripe);
  await other.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(other.getByText('Connected', { exact: true })).toBeVisible();
  await other.close();
  await page.bringToFront();
  await new Backend(page.request, demo, key, 'green').checkout('GREEN');
  await expect(done).toHaveText([/Connect Stripe/, /Create a code/, /Send a checkout/]);
  await expect(page.getByText('That was all')).toBeVisible();
});
