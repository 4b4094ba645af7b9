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

test('a campaign, a reward by the API, its mail, and its use', async ({ page, demo, request }) => {
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
