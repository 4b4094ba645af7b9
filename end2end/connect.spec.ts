// Connecting Stripe for its whole life: by one click, from the Marketplace, by a key; and what breaks it, seen on every open page.
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { type Demo, POSTGRES, collectProblems, expect, hydrated, test } from './fixtures.ts';
import { look } from './look.ts';
import { Backend, DEMO_OWNER, keyFrom, linkFor, signIn } from './people.ts';
import { StandIn } from './stand-in.ts';

const WITHOUT = 'CODEMINT_TEST_POSTGRES_URL names no PostgreSQL server: these journeys are made on the embedded database alone';
test.skip(({ engine }) => engine === 'postgres' && !POSTGRES, WITHOUT);
if (!POSTGRES) console.log(`skipped: ${WITHOUT}`);
test.describe.configure({ mode: 'parallel' });
test.setTimeout(180_000);

/** What is told by itself, and not by being asked again and again. */
const AT_ONCE = { timeout: 1_500 };
const LEAST = ['Coupons, read', 'Coupons, write', 'Promotion codes, read', 'Promotion codes, write'];

/** A part of a name that nothing else has. */
let made = 0;
const fresh = () => `${Date.now()}x${(made += 1)}`;

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** The word beside the way that is in use. */
function badge(page: Page, word: 'Connected' | 'Not connected' | 'Needs you') {
  return page.getByRole('region', { name: 'Stripe', exact: true }).getByText(word, { exact: true });
}

/** A new account at Stripe. */
async function account(demo: Demo, name: string): Promise<string> {
  const id = `acct_1${name}${fresh()}`;
  await new StandIn(demo.stripe_url).account(id, name);
  return id;
}

/** Agrees on Stripe's page, for an account; whoever names none makes a new one. */
async function consent(page: Page, to?: string): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Install Codemint' })).toBeVisible();
  await page.getByLabel('Account').selectOption(to ?? 'new');
  await page.getByRole('button', { name: 'Install', exact: true }).click();
}

/** An owner of a workspace of their own, with an app, at the settings. */
async function owner(page: Page, demo: Demo, name: string): Promise<string> {
  const address = `${name.toLowerCase()}-${fresh()}@example.com`;
  await signIn(page, demo, address);
  await hydrated(page);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.waitForURL('**/discounts');
  await open(page, '/settings');
  return address;
}

/** One click from the settings in view. */
async function oneClick(page: Page, to: string): Promise<void> {
  await page.getByRole('link', { name: /^(Connect with Stripe|Connect again|Change to the Stripe app)$/ }).click();
  await consent(page, to);
}

/** A key for the workspace's backend, made in the settings in view. */
async function apiKey(page: Page): Promise<string> {
  await page.getByLabel('Name').fill('Backend');
  await page.getByRole('button', { name: 'Create key' }).click();
  return (await page.getByText(/^cm_test_\w{60,}$/).textContent())?.trim() ?? '';
}

/** Another device: nothing of the first but the network. */
async function device(browser: Browser, demo: Demo, cookiesOf?: BrowserContext) {
  const context = await browser.newContext({ baseURL: demo.url });
  const problems = await collectProblems(context);
  if (cookiesOf) await context.addCookies(await cookiesOf.cookies());
  return { context, page: await context.newPage(), problems };
}

/** That a page was never loaded anew. */
async function mark(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.body.setAttribute('data-same-page', ''));
  return () => expect(page.locator('body[data-same-page]')).toHaveCount(1);
}

test('one click, and every open page says so by itself', async ({ page, demo, context, browser }) => {
  await signIn(page, demo, DEMO_OWNER);
  const bakery = await account(demo, 'Bakery');
  await open(page, '/settings?mode=live');
  await expect(badge(page, 'Not connected')).toBeVisible();
  await look(page, 'settings, two ways to connect');
  const tab = await context.newPage();
  const elsewhere = await device(browser, demo, context);
  const others = [tab, elsewhere.page];
  const untouched = [];
  for (const other of others) {
    const heard = other.waitForResponse((answer) => new URL(answer.url()).pathname === '/live');
    await open(other, '/settings?mode=live');
    await heard;
    await expect(badge(other, 'Not connected')).toBeVisible();
    untouched.push(await mark(other));
  }

  await page.getByRole('link', { name: 'Connect with Stripe' }).click();
  await expect(page.getByText('Test mode')).toHaveCount(0);
  await consent(page, bakery);
  await page.waitForURL(`${demo.url}/settings?mode=live`);
  await Promise.all(others.map((other) => expect(badge(other, 'Connected')).toBeVisible(AT_ONCE)));
  for (const other of others) {
    await expect(other.getByText(bakery)).toBeVisible();
    await expect(other.getByRole('link', { name: 'Stripe connected' })).toBeVisible();
    await expect(other.getByText('Connected to Stripe.', { exact: true })).toBeVisible();
  }
  await Promise.all(untouched.map((same) => same()));
  await hydrated(page);
  await expect(badge(page, 'Connected')).toBeVisible();
  await expect(page.getByText(bakery)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'What your connection may do' })).toBeVisible();
  await expect(page.getByText('Not allowed')).toHaveCount(0);
  await look(page, 'settings connected by the app');

  await test.step('taken back here: what ends is said first, and again every page shows it', async () => {
    await page.getByRole('button', { name: 'Disconnect' }).click();
    const asked = page.getByRole('dialog', { name: 'Disconnect Stripe?' });
    await expect(asked.getByText('Codes and counts stay.')).toBeVisible();
    await look(page, 'disconnect asks, by the app');
    await asked.getByRole('button', { name: 'Disconnect' }).click();
    await Promise.all(others.map((other) => expect(badge(other, 'Not connected')).toBeVisible(AT_ONCE)));
  });
  expect(elsewhere.problems).toEqual([]);
  await elsewhere.context.close();
});

test('from the Marketplace to the first code, and nobody fills a form', async ({ demo, browser }) => {
  const { context, page, problems } = await device(browser, demo);
  await page.goto('/install?mode=test');
  await expect(page.getByRole('heading', { name: 'Install in test mode' })).toBeVisible();
  await look(page, 'install');
  await page.getByRole('link', { name: 'Install with Stripe' }).click();
  await consent(page);
  await page.waitForURL(`${demo.url}/settings`);
  await hydrated(page);
  await expect(badge(page, 'Connected')).toBeVisible();
  await look(page, 'settings after an install');

  await test.step('the address, by a mailed link', async () => {
    const asked = page.getByRole('region', { name: 'Your e-mail address' });
    await expect(asked.getByText('Add your e-mail address')).toBeVisible();
    await asked.getByLabel('E-mail address').fill('not an address');
    await asked.getByRole('button', { name: 'Send me a link' }).click();
    await expect(asked.getByText('This is not an e-mail address')).toBeVisible();
    const address = `market-${fresh()}@example.com`;
    await asked.getByLabel('E-mail address').fill(address);
    await asked.getByRole('button', { name: 'Send me a link' }).click();
    await expect(asked.getByText(`We sent a link to ${address}.`)).toBeVisible();
    await look(page, 'address asked for');
    await page.goto(await linkFor(page, demo, address));
    await look(page, 'address link opened');
    await page.getByRole('button', { name: 'Add this address' }).click();
    await page.waitForURL('**/apps');
    await hydrated(page);
    await expect(page.getByText(address)).toBeVisible();
    await expect(asked).toHaveCount(0);
  });

  await test.step('the first code', async () => {
    await page.getByRole('link', { name: 'Discount codes' }).first().click();
    await page.getByRole('link', { name: 'Create the first one' }).click();
    await page.getByLabel('Code', { exact: true }).fill('OPENING20');
    await page.getByLabel('Percent off').fill('20');
    await page.getByRole('button', { name: 'Create code' }).click();
    await expect(page.getByRole('heading', { name: 'OPENING20' })).toBeVisible();
    await page.getByRole('link', { name: 'Discount codes' }).first().click();
    await expect(page.getByRole('row', { name: /OPENING20/ })).toBeVisible();
  });
  expect(problems).toEqual([]);
  await context.close();
});

test('whoever declines is met kindly, and can begin again', async ({ page, demo, browser }) => {
  await owner(page, demo, 'Declined');
  const second = await account(demo, 'Second');
  await page.getByRole('link', { name: 'Connect with Stripe' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'You did not install Codemint' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/stripe/callback');
  await look(page, 'declined');
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.waitForURL('**/settings');
  await hydrated(page);
  await expect(badge(page, 'Not connected')).toBeVisible();
  await oneClick(page, second);
  await expect(badge(page, 'Connected')).toBeVisible();

  await test.step('a stranger is led back to where they began', async () => {
    const stranger = await device(browser, demo);
    await stranger.page.goto('/install');
    await stranger.page.getByRole('link', { name: /^(Install with Stripe|Try it in test mode)$/ }).first().click();
    await stranger.page.getByRole('button', { name: 'Cancel' }).click();
    await expect(stranger.page.getByRole('heading', { name: 'You did not install Codemint' })).toBeVisible();
    await expect(stranger.page.getByRole('link', { name: 'Connect later' })).toBeVisible();
    await stranger.page.getByRole('link', { name: 'Try again' }).click();
    await expect(stranger.page.getByRole('link', { name: 'Install with Stripe' })).toBeVisible();
    expect(stranger.problems).toEqual([]);
    await stranger.context.close();
  });
});

/** Presses the Marketplace's button in the stand-in's dashboard: it leads back with a code and no state. */
async function fromMarketplace(page: Page, demo: Demo, to: string): Promise<void> {
  await page.goto(`${demo.stripe_url}/dashboard`);
  const app = page.locator('section', { has: page.getByRole('heading', { name: 'Stripe App' }) });
  const form = app.locator('form', { has: page.getByRole('button', { name: 'Install from the Marketplace, test' }) });
  await form.getByLabel('Account').selectOption(to);
  await form.getByRole('button').click();
}

test('an install that did not begin here waits for the word of a person', async ({ page, demo, browser }) => {
  const address = await owner(page, demo, 'Waiting');
  const bakery = await account(demo, 'Waits');
  const elsewhere = await device(browser, demo);
  const there = elsewhere.page;
  await fromMarketplace(there, demo, bakery);
  await there.waitForURL('**/?waiting=install');
  await hydrated(there);
  await expect(there.getByText('Sign in within five minutes to finish connecting your Stripe account.')).toBeVisible();
  await look(there, 'home, an install waits');
  await there.getByLabel('E-mail address').fill(address);
  await there.getByRole('button', { name: 'Send me a link' }).click();
  await expect(there.getByText(`We sent a link to ${address}.`)).toBeVisible();
  await there.goto(await linkFor(there, demo, address));
  await there.getByRole('button', { name: 'Sign in' }).click();
  await there.waitForURL('**/stripe/confirm');
  const facts = there.getByRole('main');
  await expect(facts.getByText(bakery).first()).toBeVisible();
  await expect(facts.getByText(address)).toBeVisible();
  await look(there, 'confirm, was it you');
  await expect(badge(page, 'Not connected'), 'nothing is bound before the word').toBeVisible();

  await test.step('refused: nothing is bound', async () => {
    await there.getByRole('button', { name: 'I did not do this' }).click();
    await there.waitForURL('**/settings');
    await expect(badge(there, 'Not connected')).toBeVisible();
    await there.goto('/stripe/confirm');
    await expect(there.getByRole('heading', { name: 'Nothing waits to be confirmed' })).toBeVisible();
    await look(there, 'confirm, nothing waits');
  });

  await test.step('confirmed: bound, and the other device shows it', async () => {
    await fromMarketplace(there, demo, bakery);
    await there.waitForURL('**/stripe/confirm');
    await there.getByRole('button', { name: 'Connect it' }).click();
    await there.waitForURL('**/settings');
    await expect(badge(page, 'Connected')).toBeVisible(AT_ONCE);
    await expect(badge(there, 'Connected')).toBeVisible();
    await expect(there.getByText(bakery)).toBeVisible();
  });
  expect(elsewhere.problems).toEqual([]);
  await elsewhere.context.close();
});

test.describe('what comes back wrong', () => {
  test.use({ allowedErrors: [/status of 400/] });

  test('binds nothing and says what to do', async ({ page, demo }) => {
    await owner(page, demo, 'Forged');
    const other = await account(demo, 'Elsewhere');
    for (const query of ['?code=ac_forged&state=forged', '?state=forged', '?code=a&code=b', '']) {
      const answer = await page.goto(`/stripe/callback${query}`);
      expect(answer?.status(), query).toBeGreaterThanOrEqual(query ? 400 : 200);
      await expect(page.getByRole('heading', { name: 'We do not know this link' })).toBeVisible();
      await expect(page.getByRole('link', { name: 'Start again' })).toBeVisible();
    }
    await look(page, 'way back unknown');
    await page.getByRole('link', { name: 'Start again' }).click();
    await hydrated(page);
    await expect(badge(page, 'Not connected')).toBeVisible();

    // A state of one browser, brought by another.
    await page.getByRole('link', { name: 'Connect with Stripe' }).click();
    const link = new URL(page.url());
    await page.context().clearCookies({ name: 'cm_connect' });
    await consent(page, other);
    expect(link.searchParams.get('state')).not.toBeNull();
    await expect(page.getByRole('heading', { name: 'This began in another browser' })).toBeVisible();
    await look(page, 'way back of another browser');
    await page.getByRole('link', { name: 'Start again' }).click();
    await expect(badge(page, 'Not connected')).toBeVisible();
  });
});

/** What the page of the stand-in that a link opens has ticked. */
async function ticked(page: Page, link: string | null): Promise<string[]> {
  const stripe = await page.context().newPage();
  await stripe.goto(link ?? '');
  const boxes = await stripe.getByRole('checkbox', { checked: true }).all();
  const names = await Promise.all(boxes.map((box) => box.getAttribute('aria-label')));
  await stripe.close();
  return names.map((name) => name ?? '');
}

test('by a key: made on Stripe’s page, proved, replaced', async ({ page, demo }) => {
  await owner(page, demo, 'Manual');
  const create = await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href');
  expect(await ticked(page, create)).toEqual(LEAST);
  const more = await page.getByRole('link', { name: 'One with Checkout Sessions, too' }).getAttribute('href');
  expect(await ticked(page, more)).toEqual(expect.arrayContaining([...LEAST, 'Checkout Sessions, write']));

  await test.step('wrong kinds are refused as one types', async () => {
    const wrong = { sk_test_51Abcdef: 'full secret key', pk_test_51Abcdef: 'publishable key', whsec_51Abcdef: 'signing secret', rk_live_51Abcdef: 'live-mode key' };
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    for (const [key, words] of Object.entries(wrong)) {
      await page.getByLabel('Paste the key').fill(key);
      await expect(page.getByText(words)).toBeVisible();
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
    }
    expect(sent, 'nothing is sent').toEqual([]);
  });

  const table = page.getByRole('table').filter({ has: page.getByRole('rowheader', { name: 'Coupons' }) });
  const first = await keyFrom(page, create);
  await page.getByLabel('Paste the key').fill(first);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(badge(page, 'Connected')).toBeVisible();
  await expect(table.getByRole('row', { name: /^Coupons/ })).toContainText('Read and write');
  await expect(table.getByRole('row', { name: /^Promotion codes/ })).toContainText('Read and write');
  await expect(table.getByRole('row', { name: /^Checkout Sessions/ })).toContainText('Not allowed');
  await look(page, 'settings connected by a key');

  await test.step('replaced: the new one is proved first', async () => {
    await page.getByLabel('Paste the key').fill(`${first}Gone`);
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await expect(page.getByText(/Stripe (does not know|does not accept|refuse)/)).toBeVisible();
    await expect(page.getByText(`rk_test_…${first.slice(-4)}`), 'the old one stays').toBeVisible();
    const second = await keyFrom(page, more);
    await page.getByLabel('Paste the key').fill(second);
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await expect(page.getByText(`rk_test_…${second.slice(-4)}`)).toBeVisible();
    await expect(table.getByRole('row', { name: /^Checkout Sessions/ })).toContainText('Read and write');
  });
});

test('an endpoint of one’s own: by hand, or by the key; and what came there', async ({ page, demo, request }) => {
  await owner(page, demo, 'Hooked');
  const more = await page.getByRole('link', { name: 'One with Checkout Sessions, too' }).getAttribute('href');
  await page.getByLabel('Paste the key').fill(await keyFrom(page, more));
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(badge(page, 'Connected')).toBeVisible();
  const panel = page.getByRole('region', { name: 'Webhook endpoint' });
  await expect(panel.getByText('Not set up', { exact: true })).toBeVisible();
  await look(page, 'webhook by hand');

  await test.step('the address and the events are there to be copied', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await panel.getByRole('button', { name: /Copy.*address/ }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(new RegExp(`^${demo.url}/stripe/webhooks/test/\\w+$`));
    await panel.getByLabel('Signing secret').fill('sk_test_51Abcdef');
    await expect(panel.getByText('This is a full secret key')).toBeVisible();
    await panel.getByLabel('Signing secret').fill('');
  });

  await test.step('made with a key that may', async () => {
    const link = `${more}&permissions%5B%5D=rak_webhook_write&permissions%5B%5D=rak_webhook_read&permissions%5B%5D=rak_plan_read`;
    await page.getByLabel('Paste the key').fill(await keyFrom(page, link));
    await page.getByRole('button', { name: 'Replace the key' }).click();
    await page.getByRole('button', { name: 'Make it with the key' }).click();
    await expect(panel.getByText('Set up', { exact: true })).toBeVisible();
    await look(page, 'webhook set up');
  });

  await test.step('a payment shows as a delivery, with what it did', async () => {
    const backend = new Backend(request, demo, await apiKey(page), 'hooked');
    await backend.code('HOOKED');
    const { url } = await backend.checkout('HOOKED');
    await new StandIn(demo.stripe_url).pay(/\/c\/pay\/([^/#?]+)/.exec(url)?.[1] ?? '');
    await page.getByRole('link', { name: 'Deliveries from Stripe' }).click();
    await page.waitForURL('**/settings/webhooks');
    const row = page.getByRole('row', { name: /checkout\.session\.completed/ });
    await expect(async () => {
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect(row.getByText('Done', { exact: true })).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(row.getByText('your own')).toBeVisible();
    await look(page, 'deliveries');
    await open(page, '/settings/webhooks?mode=live');
    await expect(page.getByText('No deliveries yet in this mode.')).toBeVisible();
    await look(page, 'deliveries, none');
  });
});

test('uninstalled at Stripe: every open page says so, and one click mends it', async ({ page, demo, context }) => {
  await owner(page, demo, 'Leaving');
  const bakery = await account(demo, 'Leaves');
  await oneClick(page, bakery);
  await page.waitForURL('**/settings');
  await hydrated(page);
  await expect(badge(page, 'Connected')).toBeVisible();
  const apps = await context.newPage();
  await open(apps, '/apps');
  await expect(apps.getByRole('link', { name: 'Stripe connected' })).toBeVisible();
  const untouched = [await mark(page), await mark(apps)];

  const stripe = await context.newPage();
  await stripe.goto(`${demo.stripe_url}/dashboard`);
  await stripe.getByRole('button', { name: `Uninstall of ${bakery}, test mode` }).click();
  await Promise.all([
    expect(page.getByRole('main').getByText('Codemint was uninstalled in Stripe.')).toBeVisible(AT_ONCE),
    expect(apps.getByRole('region', { name: 'Connection to Stripe' }).getByText('Codemint was uninstalled in Stripe.')).toBeVisible(AT_ONCE),
  ]);
  await expect(badge(page, 'Not connected')).toBeVisible();
  await expect(apps.getByRole('link', { name: 'Stripe not connected' })).toBeVisible();
  await Promise.all(untouched.map((same) => same()));
  await look(page, 'settings, uninstalled');
  await look(apps, 'apps, uninstalled');

  await apps.getByRole('link', { name: 'Connect again in the settings' }).click();
  await apps.waitForURL('**/settings');
  await apps.getByRole('link', { name: 'Connect again' }).click();
  await consent(apps, bakery);
  await apps.waitForURL('**/settings');
  await expect(badge(apps, 'Connected')).toBeVisible();
  await expect(badge(page, 'Connected')).toBeVisible(AT_ONCE);
  await expect(page.getByText('Codemint was uninstalled in Stripe.')).toHaveCount(0);
});

test('a refused refresh parks the connection: banner, mail, mend', async ({ page, demo, request, context }) => {
  const address = await owner(page, demo, 'Parked');
  const stripe = new StandIn(demo.stripe_url);
  const bakery = await account(demo, 'Parks');
  await oneClick(page, bakery);
  await page.waitForURL('**/settings');
  await hydrated(page);
  await expect(badge(page, 'Connected')).toBeVisible();
  const backend = new Backend(request, demo, await apiKey(page), 'parked');
  await backend.code('PARKED');
  const apps = await context.newPage();
  await open(apps, '/apps');
  await expect(apps.getByRole('link', { name: 'Stripe connected' })).toBeVisible();
  await stripe.revokeRefresh(false, bakery);
  await stripe.expireAccess(false, bakery);
  await backend.checkout('PARKED', 409);

  const banner = apps.getByRole('region', { name: 'Connection to Stripe' });
  await expect(banner.getByText('Stripe no longer accepts the connection.')).toBeVisible(AT_ONCE);
  await expect(badge(page, 'Needs you')).toBeVisible(AT_ONCE);
  await look(apps, 'apps, needs you');
  await look(page, 'settings, needs you, by the app');
  const mailbox = await context.newPage();
  await expect(async () => {
    await mailbox.goto(demo.mailbox_url);
    const mail = mailbox.locator('article', { hasText: `to ${address}` }).filter({ hasText: '/settings' });
    await expect(mail).toHaveCount(1, { timeout: 200 });
  }).toPass();

  await banner.getByRole('link', { name: 'Mend it in the settings' }).click();
  await apps.waitForURL('**/settings');
  await apps.getByRole('link', { name: 'Connect again' }).click();
  await consent(apps, bakery);
  await apps.waitForURL('**/settings');
  await expect(badge(apps, 'Connected')).toBeVisible();
  await expect(badge(page, 'Connected')).toBeVisible(AT_ONCE);
});

test('another account over the first: asked, refused, confirmed', async ({ page, demo, request }) => {
  await owner(page, demo, 'Moving');
  const more = await page.getByRole('link', { name: 'One with Checkout Sessions, too' }).getAttribute('href');
  await page.getByLabel('Paste the key').fill(await keyFrom(page, `${more}&permissions%5B%5D=rak_plan_read`));
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(badge(page, 'Connected')).toBeVisible();
  const backend = new Backend(request, demo, await apiKey(page), 'moving');
  await backend.code('MOVING');
  await backend.checkout('MOVING');
  const first = await account(demo, 'First');
  const second = await account(demo, 'Second');

  await open(page, '/settings');
  await oneClick(page, first);
  await expect(page.getByRole('heading', { name: 'Connect another Stripe account?' })).toBeVisible();
  await expect(page.getByText('One code has its coupon in the first account.')).toBeVisible();
  await look(page, 'confirm, another account');
  await page.getByRole('button', { name: 'Connect the new account' }).click();
  await page.waitForURL('**/settings');
  await hydrated(page);
  await expect(page.getByText(first)).toBeVisible();
  await expect(page.getByText('One code has its coupon in the account connected before.')).toBeVisible();
  await look(page, 'settings, minted elsewhere');

  await fromMarketplace(page, demo, second);
  await page.waitForURL('**/stripe/confirm');
  // Whose account it is, is only known once the person has said that it was them.
  await page.getByRole('button', { name: 'Connect it' }).click();
  await expect(page.getByRole('heading', { name: 'Connect another Stripe account?' })).toBeVisible();
  await page.getByRole('button', { name: 'Keep the first one' }).click();
  await page.waitForURL('**/settings');
  await expect(page.getByText(first)).toBeVisible();
  await expect(page.getByText(second)).toHaveCount(0);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('one click, and taken back', async ({ page, demo }) => {
    const address = `plain-connect-${fresh()}@example.com`;
    await signIn(page, demo, address);
    const bakery = await account(demo, 'Plain');
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Connect with Stripe' }).click();
    await consent(page, bakery);
    await page.waitForURL('**/settings');
    await expect(badge(page, 'Connected')).toBeVisible();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog', { name: 'Disconnect Stripe?' }).getByRole('button', { name: 'Disconnect' }).click();
    await expect(badge(page, 'Not connected')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Connect with Stripe' })).toBeVisible();
  });
});
