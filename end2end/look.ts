// Looking at a page as everybody sees it: light and dark, on a phone and on a wide screen, and as a screen reader hears it.
import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';
import { expect } from './fixtures.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [360, 1600] as const;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A folder: every page that is looked at is also painted there, at 1280 px as well. */
const PICTURES = process.env.CODEMINT_E2E_PICTURES;

/** No violation that axe knows of, and nothing that sticks out at the side, in any theme and width. */
export async function look(page: Page, name: string): Promise<void> {
  const wrong: string[] = [];
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of PICTURES ? [...WIDTHS, 1280] : WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const where = `${name}, ${colorScheme}, ${width} px`;
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name.replace(/\W+/g, '-')}-${colorScheme}-${width}.png` });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) wrong.push(`${where}: ${over} px stick out at the side`);
      // Legacy mode: our pages have no frames, and a page for axe's own sake costs a second each time.
      const axe = new AxeBuilder({ page }).setLegacyMode(true);
      // A theme changes colors alone. `target-size` is off by itself.
      if (colorScheme === 'dark') axe.withRules('color-contrast');
      else axe.withTags(TAGS).options({ rules: { 'target-size': { enabled: true } } });
      const { violations } = await axe.analyze();
      for (const { id, help, nodes } of violations) {
        const places = nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary?.split('\n').slice(1).join(' ')}`);
        wrong.push(`${where}: ${id} (${help})\n    ${places.slice(0, 3).join('\n    ')}`);
      }
    }
  }
  expect(wrong, name).toEqual([]);
}
