/** What axe finds serious or critical on the page as it stands. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Off where it is not asked for: what is read aloud begins with what is seen. */
const RULES = { "label-content-name-mismatch": { enabled: true } };

export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const faults = await page.evaluate(async (rules) => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ rules });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, any }) => ({ id, impact, html: `${html} ${any[0]?.message}` })),
    );
  }, RULES);
  const grave = faults.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, html }) => `${id}: ${html.slice(0, 400)}`);
}
