// Rewards for their whole life: earned by the API, mailed, minted and used; while Stripe is away; and what owners do about it all.
import { type APIRequestContext, type Page } from '@playwright/test';
import { type Demo, POSTGRES, expect, hydrated, test } from './fixtures.ts';
import { look } from './look.ts';
import { Backend, type Reward, keyFrom, mailsTo, signIn } from './people.ts';
import { EVERYTHING, StandIn } from './stand-in.ts';

const WITHOUT = 'CODEMINT_TEST_POSTGRES_URL names no PostgreSQL server: these journeys are made on the embedded database alone';
test.skip(({ engine }) => engine === 'postgres' && !POSTGRES, WITHOUT);
if (!POSTGRES) console.log(`skipped: ${WITHOUT}`);
test.describe.configure({ mode: 'parallel' });
test.setTimeout(180_000);

/** What Codemint does by itself when Stripe is well. */
const SOON = { timeout: 5_000 };
/** How soon a use is known where Stripe tells nothing by itself: it is asked every ten seconds. */
const ASKED = { timeout: 40_000 };

/** A part of a name that nothing else has. */
let made = 0;
const fresh = () => `${Date.now()}x${(made += 1)}`;
const someone = (name: string) => `${name}-${fresh()}@example.com`;

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

interface Shop {
  app: string;
  owner: string;
  backend: Backend;
}

/** An owner with an app, connected by a key from the link of that name, and a key for the backend. */
async function shop(page: Page, demo: Demo, request: APIRequestContext, name: string, permissions: 'four' | 'all' = 'all'): Promise<Shop> {
  const owner = someone(name.toLowerCase());
  await signIn(page, demo, owner);
  await hydrated(page);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.waitForURL('**/discounts');
  await open(page, '/settings');
  const link = permissions === 'four' ? 'Create my restricted key on Stripe' : 'One with Checkout Sessions, too';
  const key = await keyFrom(page, await page.getByRole('link', { name: link }).getAttribute('href'));
  await page.getByLabel('Paste the key').fill(key);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await page.getByLabel('Name').fill('Backend');
  await page.getByRole('button', { name: 'Create key' }).click();
  const api = (await page.getByText(/^cm_test_\w{60,}$/).textContent())?.trim() ?? '';
  const app = name.toLowerCase();
  return { app, owner, backend: new Backend(request, demo, api, app) };
}

/** Stripe, as its own client sees the account. */
async function stripe(demo: Demo) {
  const standIn = new StandIn(demo.stripe_url);
  return standIn.sdk(await standIn.issue(EVERYTHING));
}

/** A campaign made in the browser; its id. */
async function create(page: Page, app: string, name: string): Promise<string> {
  await open(page, `/apps/${app}/campaigns/new`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Percent off').fill('25');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return /cmp_\w+/.exec(page.url())?.[0] ?? '';
}

/** Buys with a code in a shop that does without Codemint; the session. */
async function buy(page: Page, demo: Demo, code: string): Promise<string> {
  const shopping = await page.context().newPage();
  await shopping.goto(`${demo.stripe_url}/dashboard`);
  await shopping.getByLabel('What is bought').selectOption({ label: 'TaskPomo Pro, $29.00, test (acct_1TestCodemint)' });
  await shopping.getByRole('button', { name: 'A customer buys' }).click();
  await shopping.getByLabel('Promotion code').fill(code);
  await shopping.getByRole('button', { name: 'Apply' }).click();
  await shopping.getByRole('button', { name: 'Pay $21.75' }).click();
  await expect(shopping.getByRole('heading', { name: 'Payment complete' })).toBeVisible();
  const session = /cs_test_\w+/.exec(shopping.url())?.[0] ?? '';
  await shopping.close();
  return session;
}

/** Waits until a reward is where it should be, as the API says it. */
async function reaches(backend: Backend, reward: Reward, state: string, within = SOON): Promise<Reward> {
  await expect.poll(async () => (await backend.reward(reward)).sync.state, within).toBe(state);
  return backend.reward(reward);
}

/** That a text stands on a line of its own in the only mail to an address. */
async function mailed(page: Page, demo: Demo, address: string, code: string): Promise<void> {
  const [mail] = await mailsTo(page, demo, address);
  const lines = mail?.text.split('\n').map((line) => line.trim());
  expect(lines, 'the code can be copied from a line of its own').toContain(code);
}

/** From a campaign in the browser to a use of its code: the same text everywhere. */
async function wholeLife(page: Page, demo: Demo, { app, backend }: Shop): Promise<{ reward: Reward; session: string }> {
  const campaign = await create(page, app, `Share ${app}`);
  await hydrated(page);
  const customer = someone('customer');
  const reward = await backend.earn(campaign, customer, { reference: 'share-1', metadata: { name: 'Ada' } });
  expect(reward.code).toMatch(/^SHARE-[BCDFGHJKMNPRSTVWXYZ3479]{4}-[BCDFGHJKMNPRSTVWXYZ3479]{4}$/);
  expect((await backend.earn(campaign, customer, { reference: 'share-1' }, 200)).code, 'once for a reference').toBe(reward.code);
  const minted = await reaches(backend, reward, 'minted');
  expect(minted.code).toBe(reward.code);

  await test.step('on the screen', async () => {
    const row = page.getByRole('row', { name: reward.code });
    await expect(row).toContainText('In Stripe', { timeout: 20_000 });
    await expect(row).toContainText('Mailed');
    await expect(row).toContainText(customer);
  });

  await test.step('in the mail', () => mailed(page, demo, customer, reward.code));

  await test.step('in Stripe', async () => {
    const { data } = await (await stripe(demo)).promotionCodes.list({ code: reward.code, active: true });
    expect(data.map(({ id, code, max_redemptions, metadata }) => ({ id, code, max_redemptions, email: metadata?.email }))).toEqual([
      { id: minted.sync.stripe_promotion_code, code: reward.code, max_redemptions: 1, email: customer },
    ]);
  });

  const session = await buy(page, demo, reward.code);
  await expect.poll(async () => (await backend.reward(reward)).used, ASKED).not.toBeNull();
  await open(page, `/apps/${app}/campaigns/${campaign}/rewards/${reward.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(reward.code);
  await expect(page.getByText('Used by its customer')).toBeVisible();
  return { reward: await backend.reward(reward), session };
}

/** What hears of changes by another way where several processes serve: on both databases. */
const BOTH = { tag: '@both' };

test('a campaign, a reward by the API, its mail, and its use', BOTH, async ({ page, demo, request }) => {
  const owned = await shop(page, demo, request, 'Whole');
  await page.goto(`/apps/${owned.app}/campaigns`);
  await hydrated(page);
  await look(page, 'campaigns, none');
  await page.getByRole('link', { name: 'Create campaign' }).click();
  await hydrated(page);
  await look(page, 'campaign, new');
  const { reward, session } = await wholeLife(page, demo, owned);
  expect(reward.used).toMatchObject({ stripe_checkout_session: session, amount_off_cents: 725, currency: 'usd' });
  await expect(page.getByText('$7.25')).toBeVisible();
  await look(page, 'reward, used');
  await open(page, `/apps/${owned.app}/campaigns/${reward.campaign}`);
  await expect(page.getByRole('row', { name: reward.code })).toContainText('$7.25');
  await look(page, 'campaign, one use');
});

test('a key with the four permissions alone does all of it', async ({ page, demo, request }) => {
  const owned = await shop(page, demo, request, 'Four', 'four');
  const { reward } = await wholeLife(page, demo, owned);
  expect(reward.used).toEqual(expect.objectContaining({ stripe_checkout_session: null, amount_off_cents: null }));
  await expect(page.getByText('not known: the connection may not read sessions')).toBeVisible();
  await look(page, 'reward, used, without sessions');
});

/** What stands beside a label of the steps by hand, as its button copies it. */
async function copied(page: Page, label: string): Promise<string> {
  const value = page.locator('.hand-value', { has: page.getByText(label, { exact: true }) });
  await value.getByRole('button', { name: 'Copy this value' }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toBe(await value.locator('code').innerText());
  return text;
}

test('Stripe goes away: everything is issued and mailed, one notice, a code by hand, and all is well by itself', BOTH, async ({ page, demo, request, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { app, backend } = await shop(page, demo, request, 'Away');
  const campaign = await create(page, app, 'While Stripe is away');
  const dashboard = await context.newPage();
  await dashboard.goto(`${demo.stripe_url}/dashboard`);
  await dashboard.getByRole('button', { name: 'Stripe goes away' }).click();
  const earned: { customer: string; reward: Reward }[] = [];
  for (const name of ['ann', 'bob', 'cem']) {
    const customer = someone(name);
    earned.push({ customer, reward: await backend.earn(campaign, customer) });
  }
  for (const { customer, reward } of earned) await mailed(page, demo, customer, reward.code);
  expect(new Set(earned.map(({ reward }) => reward.code)).size).toBe(3);

  const notices = page.getByRole('region', { name: 'What keeps rewards from Stripe' });
  await test.step('one notice, and states in words', async () => {
    await open(page, `/apps/${app}/campaigns`);
    await expect(notices.getByRole('heading'), 'the list says so by itself').toHaveText(['Stripe does not answer'], { timeout: 20_000 });
    await look(page, 'campaigns, Stripe away');
    await open(page, `/apps/${app}/campaigns/${campaign}`);
    await expect(notices.getByRole('heading')).toHaveText(['Stripe does not answer']);
    await expect(notices).toContainText('3 codes are not in Stripe yet. Nothing is lost');
    for (const { reward } of earned) await expect(page.getByRole('row', { name: reward.code })).toContainText('Waits for Stripe: no answer');
    await look(page, 'campaign, Stripe away');
  });
  const campaignPage = page;
  const one = await context.newPage();
  const [{ reward: first }] = earned as [(typeof earned)[0]];

  await test.step('one of them by hand', async () => {
    await open(one, `/apps/${app}/campaigns/${campaign}/rewards/${first.id}`);
    await expect(one.getByRole('heading', { level: 1 })).toHaveText(first.code);
    await one.getByText('Create it by hand').click();
    await expect(one.getByText('support@example.com')).toBeVisible();
    await look(one, 'reward, Stripe away');
    const there = (await one.getByRole('link', { name: 'Open Stripe’s page for a new coupon' }).or(one.getByRole('link', { name: /new coupon/ })).first().getAttribute('href')) ?? '';
    await dashboard.goto(there);
    await dashboard.getByLabel('Name of the coupon').fill(await copied(one, 'Name'));
    await dashboard.getByLabel('ID, if it is to have one of your own').fill(await copied(one, 'ID'));
    await dashboard.getByLabel('Percent off').fill(await copied(one, 'Percentage off'));
    const coupon = await dashboard.getByLabel('ID, if it is to have one of your own').inputValue();
    await dashboard.getByRole('button', { name: 'Create coupon' }).click();
    await dashboard.goto(there);
    await dashboard.getByLabel('Code that customers type').fill(await copied(one, 'Code'));
    await dashboard.getByLabel('ID of its coupon').fill(coupon);
    await dashboard.getByLabel('Redemptions at most').fill(await copied(one, 'Limit the number of times this code can be redeemed'));
    await dashboard.getByRole('button', { name: 'Create promotion code' }).click();
    await expect(dashboard.getByRole('row', { name: first.code })).toBeVisible();
    await one.getByRole('button', { name: 'Mark as done' }).click();
    await expect(one.getByText('Noted. It is compared as soon as Stripe can be asked.')).toBeVisible();
    await expect(one.getByText('You marked it as done')).toBeVisible();
  });

  await test.step('Stripe is back', async () => {
    await dashboard.goto(`${demo.stripe_url}/dashboard`);
    await dashboard.getByRole('button', { name: 'Stripe is back' }).click();
    for (const { reward } of earned) await reaches(backend, reward, 'minted', { timeout: 20_000 });
    const client = await stripe(demo);
    for (const { reward } of earned) {
      const { data } = await client.promotionCodes.list({ code: reward.code });
      expect(data.map(({ active, max_redemptions }) => ({ active, max_redemptions })), 'exactly once').toEqual([{ active: true, max_redemptions: 1 }]);
    }
    const { data } = await client.coupons.list({ limit: 100 });
    const ours = (await backend.reward(first)).sync.stripe_coupon;
    expect(data.filter(({ id, name }) => id === ours || name === 'While Stripe is away'), 'one coupon for all of them').toHaveLength(1);
  });

  await test.step('both open pages say so by themselves', async () => {
    await expect(notices).toBeHidden({ timeout: 20_000 });
    for (const { reward } of earned) await expect(campaignPage.getByRole('row', { name: reward.code })).toContainText('In Stripe', { timeout: 20_000 });
    await expect(one.getByText('In Stripe', { exact: true }).first()).toBeVisible({ timeout: 20_000 });
    await expect(one.getByText('good for one use')).toBeVisible();
  });
  expect(await mailsTo(page, demo, earned[0]?.customer ?? '')).toHaveLength(1);
});

test('somebody else’s promotion code has the text: nothing happens silently, one click sends another', async ({ page, demo, request }) => {
  const { app, backend } = await shop(page, demo, request, 'Taken');
  const campaign = await create(page, app, 'Taken');
  const standIn = new StandIn(demo.stripe_url);
  const client = await stripe(demo);
  const { id: foreign } = await client.coupons.create({ percent_off: 90, name: 'Not ours' });
  const customer = someone('dora');
  await standIn.away(true);
  const reward = await backend.earn(campaign, customer, { metadata: { name: 'Dora' } });
  await mailed(page, demo, customer, reward.code);
  await page.goto(`${demo.stripe_url}/dashboard?by_hand`);
  await page.getByLabel('Code that customers type').fill(reward.code.toLowerCase());
  await page.getByLabel('ID of its coupon').fill(foreign);
  await page.getByRole('button', { name: 'Create promotion code' }).click();
  await standIn.away(false);
  await reaches(backend, reward, 'blocked', { timeout: 20_000 });
  expect((await backend.reward(reward)).sync.cause).toBe('code_taken');
  expect(await mailsTo(page, demo, customer)).toHaveLength(1);

  await open(page, `/apps/${app}/campaigns/${campaign}`);
  await expect(page.getByRole('region', { name: 'What keeps rewards from Stripe' }).getByRole('heading')).toHaveText(['Another promotion code in Stripe has the same text']);
  await look(page, 'campaign, a text is taken');
  await page.getByRole('link', { name: reward.code }).click();
  await expect(page.getByText('Nothing is sent before you decide.')).toBeVisible();
  await look(page, 'reward, its text is taken');
  await page.getByRole('button', { name: 'Send a replacement' }).click();
  const asked = page.getByRole('dialog', { name: 'Send a replacement?' });
  await expect(asked).toContainText(customer);
  await look(page, 'replacement asks');
  await asked.getByRole('button', { name: 'Send a replacement' }).click();
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(reward.code);
  const code = await page.getByRole('heading', { level: 1 }).innerText();
  const [second] = await mailsTo(page, demo, customer, 2);
  expect(second?.text.split('\n').map((line) => line.trim())).toContain(code);
  expect(second?.text).toContain(reward.code);
  await expect.poll(async () => (await client.promotionCodes.list({ code, active: true })).data.length, SOON).toBe(1);
  const { data } = await client.promotionCodes.list({ code: reward.code });
  expect(data.map(({ active, promotion }) => ({ active, coupon: promotion.coupon })), 'the other one is as it was').toEqual([{ active: true, coupon: foreign }]);
});

test('the mail: written with a preview, tried out, and unsubscribed from', async ({ page, demo, request, browser }) => {
  const { app, owner, backend } = await shop(page, demo, request, 'Letters');
  const campaign = await create(page, app, 'Letters');
  await hydrated(page);
  await page.getByRole('link', { name: 'Mail', exact: true }).click();
  await hydrated(page);
  const preview = page.getByRole('region', { name: 'Preview' });
  await page.getByLabel('Sender’s name').or(page.getByLabel("Sender's name")).fill('The Letter Shop');
  await page.getByLabel('Address for answers').fill('hello@letters.example');
  await page.getByLabel('Subject').fill('For {name}: {discount}');
  await expect(preview).toContainText('For Ada: 25% off');
  await page.getByLabel('Text above the code').fill('Dear {name},\n\nyou earned {discount} at {shop}.');
  await expect(preview).toContainText('Dear Ada,');
  await expect(preview).toContainText('you earned 25% off at The Letter Shop.');
  await expect(preview).toContainText('hello@letters.example');
  await expect(page.getByLabel('Postal address')).toBeHidden();
  await look(page, 'mail');
  await page.getByLabel('This mail is marketing').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Postal address')).toBeFocused();
  await look(page, 'mail, marketing without an address');
  await page.getByLabel('Postal address').fill('The Letter Shop\n1 Main Street\n10115 Berlin');
  await expect(preview).toContainText('10115 Berlin');

  await test.step('a test', async () => {
    await page.getByRole('button', { name: `Send a test to ${owner}` }).click();
    await expect(page.getByText(`On its way to ${owner}.`)).toBeVisible();
    await expect
      .poll(async () => {
        const box = await (await request.get(demo.mailbox_url)).text();
        return box.includes('For Ada: 25% off') && box.includes(`to ${owner}`);
      }, SOON)
      .toBe(true);
  });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();

  const customer = someone('eve');
  const reward = await backend.earn(campaign, customer, { metadata: { name: 'Eve' } });
  const [mail] = await mailsTo(page, demo, customer);
  expect(mail?.subject).toBe('For Eve: 25% off');
  expect(mail?.text).toContain('you earned 25% off at The Letter Shop.');
  expect(mail?.text.split('\n').map((line) => line.trim())).toContain(reward.code);
  expect(mail?.text).toContain('10115 Berlin');
  const way = /https?:\/\/\S+\/unsubscribe\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';

  await test.step('the customer unsubscribes, in a browser that knows nobody', async () => {
    const elsewhere = await browser.newContext();
    const there = await elsewhere.newPage();
    await there.goto(way);
    await expect(there.getByRole('heading', { level: 1 })).toContainText('No more marketing from The Letter Shop?');
    await look(there, 'unsubscribe');
    await there.getByRole('button', { name: 'Unsubscribe' }).click();
    await expect(there.getByRole('heading', { level: 1 })).toContainText('You get no more marketing');
    await look(there, 'unsubscribed');
    await elsewhere.close();
  });
  const next = await backend.earn(campaign, customer);
  await expect.poll(async () => (await backend.reward(next)).email_delivery.state, SOON).toBe('unsubscribed');
  await reaches(backend, next, 'minted');
  expect(await mailsTo(page, demo, customer)).toHaveLength(1);

  await test.step('as a mail program does it, with one click', async () => {
    const other = someone('finn');
    await backend.earn(campaign, other);
    const [mail] = await mailsTo(page, demo, other);
    const way = /https?:\/\/\S+\/unsubscribe\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    const answer = await request.post(way, { form: { 'List-Unsubscribe': 'One-Click' } });
    expect(answer.ok(), `${answer.status()}`).toBe(true);
    const next = await backend.earn(campaign, other);
    await expect.poll(async () => (await backend.reward(next)).email_delivery.state, SOON).toBe('unsubscribed');
  });
});

test('a person is found and erased, here and at Stripe; counts stay', async ({ page, demo, request }) => {
  const { app, backend } = await shop(page, demo, request, 'Erase');
  const campaign = await create(page, app, 'Erase');
  const customer = someone('gus');
  const reward = await backend.earn(campaign, customer, { reference: `order of ${customer}`, metadata: { name: 'Gus Gone' } });
  const { sync } = await reaches(backend, reward, 'minted');
  await mailed(page, demo, customer, reward.code);
  await buy(page, demo, reward.code);
  await expect.poll(async () => (await backend.reward(reward)).used, ASKED).not.toBeNull();
  const client = await stripe(demo);
  const atStripe = async () => (await client.promotionCodes.retrieve(sync.stripe_promotion_code ?? '')).metadata ?? {};
  expect((await atStripe()).email).toBe(customer);

  await open(page, '/people');
  await look(page, 'people');
  await page.getByLabel('E-mail address').fill(` ${customer.toUpperCase()} `);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('heading', { name: customer })).toBeVisible();
  await expect(page.getByRole('row', { name: reward.code })).toBeVisible();
  await look(page, 'people, found');
  const [copy] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  expect(await (await copy.createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString())).toContain('Gus Gone');
  await page.getByRole('button', { name: 'Erase…' }).click();
  const asked = page.getByRole('dialog', { name: `Erase ${customer}?` });
  await asked.getByRole('button', { name: 'Erase for good' }).click();
  await expect(asked.getByLabel('Type the address once more')).toHaveAttribute('aria-invalid', 'true');
  await look(page, 'people, erasing asks');
  await asked.getByLabel('Type the address once more').fill(customer);
  await asked.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByText('Erased from 1 reward')).toBeVisible();
  await look(page, 'people, erased');

  await expect.poll(async () => Object.values(await atStripe()).filter((value) => value.includes(customer)), { timeout: 20_000 }).toEqual([]);
  const after = await backend.reward(reward);
  expect(after).toMatchObject({ code: reward.code, email: null, used: { amount_off_cents: 725 } });
  expect(JSON.stringify(after)).not.toMatch(/gus/i);
  await open(page, `/apps/${app}/campaigns/${campaign}`);
  await expect(page.getByRole('row', { name: reward.code })).toContainText('erased');
  await expect(page.getByRole('row', { name: reward.code })).toContainText('$7.25');
  expect(await page.content()).not.toContain(customer);
  await page.goto(`/apps/${app}/campaigns/${campaign}/rewards/${reward.id}`);
  await expect(page.getByText('The person was erased')).toBeVisible();
  expect(await page.content()).not.toContain(customer);
  await open(page, '/people');
  await page.getByLabel('E-mail address').fill(customer);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('Nothing is kept')).toBeVisible();
});

test('people who have earned come from a CSV, with a report, and leave as one', async ({ page, demo, request }) => {
  const { app } = await shop(page, demo, request, 'Lists');
  const campaign = await create(page, app, 'Lists');
  await hydrated(page);
  await page.getByRole('link', { name: 'Import' }).click();
  await hydrated(page);
  const [ada, ben] = [someone('ada'), someone('ben')];
  const csv = `email,reference,name\n${ada},order-1,Ada\nnobody at example,order-2,Nobody\n${ben},order-3,Ben\n`;
  await look(page, 'import');
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await expect(page.getByLabel('Lines', { exact: true })).toHaveValue(csv);
  await page.getByRole('button', { name: 'Issue rewards' }).click();
  await expect(page.getByText('2 rewards issued. 0 lines had one already. 1 line refused.')).toBeVisible();
  const refused = page.getByRole('region', { name: 'Refused lines' }).getByRole('row', { name: 'nobody at example' });
  await expect(refused).toContainText('3');
  await look(page, 'import, done');
  await page.getByLabel('Lines', { exact: true }).fill(csv);
  await page.getByRole('button', { name: 'Issue rewards' }).click();
  await expect(page.getByText('0 rewards issued. 2 lines had one already. 1 line refused.')).toBeVisible();

  await open(page, `/apps/${app}/campaigns/${campaign}`);
  await expect(page.getByRole('row', { name: ada })).toContainText('In Stripe', { timeout: 20_000 });
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  const lines = (await (await file.createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString())).trim().split(/\r?\n/);
  expect(lines).toHaveLength(3);
  for (const customer of [ada, ben]) {
    const shown = await page.getByRole('row', { name: customer }).getByRole('link').first().innerText();
    expect(lines.find((line) => line.includes(customer))).toContain(shown);
    await mailed(page, demo, customer, shown);
  }
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false, allowedErrors: [/the server responded with a status of 4\d\d/] });

  test('a campaign, and a reward made by hand', async ({ page, demo, request }) => {
    const owner = someone('plain');
    await signIn(page, demo, owner);
    await page.getByLabel('Name').fill('Plainly');
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.waitForURL('**/discounts');
    await page.goto('/settings');
    const key = await keyFrom(page, await page.getByRole('link', { name: 'Create my restricted key on Stripe' }).getAttribute('href'));
    await page.getByLabel('Paste the key').fill(key);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.getByText('Connected', { exact: true })).toBeVisible();
    await page.getByLabel('Name').fill('Backend');
    await page.getByRole('button', { name: 'Create key' }).click();
    const backend = new Backend(request, demo, (await page.getByText(/^cm_test_\w{60,}$/).textContent())?.trim(), 'plainly');

    await page.goto('/apps/plainly/campaigns/new');
    await page.getByLabel('Name').fill('Plainly earned');
    await page.getByLabel('Percent off').fill('250');
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await expect(page.getByText('Nothing was created yet')).toBeVisible();
    await expect(page.getByLabel('Percent off')).toHaveAttribute('aria-invalid', 'true');
    await page.getByLabel('Percent off').fill('25');
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Plainly earned' })).toBeVisible();
    const campaign = /cmp_\w+/.exec(page.url())?.[0] ?? '';

    const standIn = new StandIn(demo.stripe_url);
    await standIn.away(true);
    const reward = await backend.earn(campaign, someone('hal'));
    await expect.poll(async () => (await backend.reward(reward)).sync.cause, { timeout: 20_000 }).toBe('outage');
    await page.goto(`/apps/plainly/campaigns/${campaign}/rewards/${reward.id}`);
    await page.getByText('Create it by hand').click();
    const value = (label: string) => page.locator('.hand-value', { has: page.getByText(label, { exact: true }) }).locator('code').innerText();
    const [coupon, percent, code] = [await value('ID'), await value('Percentage off'), await value('Code')];
    expect([percent, code]).toEqual(['25', reward.code]);
    const stripe = await page.context().newPage();
    await stripe.goto(`${demo.stripe_url}/dashboard?by_hand`);
    await stripe.getByLabel('ID, if it is to have one of your own').fill(coupon);
    await stripe.getByLabel('Percent off').fill(percent);
    await stripe.getByRole('button', { name: 'Create coupon' }).click();
    await stripe.goto(`${demo.stripe_url}/dashboard?by_hand`);
    await stripe.getByLabel('Code that customers type').fill(code);
    await stripe.getByLabel('ID of its coupon').fill(coupon);
    await stripe.getByRole('button', { name: 'Create promotion code' }).click();
    await stripe.close();
    await page.getByRole('button', { name: 'Mark as done' }).click();
    await expect(page.getByText('You marked it as done')).toBeVisible();
    await standIn.away(false);
    await reaches(backend, reward, 'minted', { timeout: 20_000 });
    await page.goto(`/apps/plainly/campaigns/${campaign}/rewards/${reward.id}`);
    await expect(page.getByText('good for one use')).toBeVisible();
  });
});
