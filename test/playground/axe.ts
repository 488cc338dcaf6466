/** What axe finds serious or critical on the page as it stands, and in the dashboard's frame. */
import axe from "axe-core";
import type { Frame, Page } from "playwright-core";

/** Off where they are not asked for: what is read aloud begins with what is seen, and a finger finds 24 px. */
const RULES = { "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true } };

export const seriousFaults = async (page: Page): Promise<string[]> =>
  (await Promise.all(page.frames().map(faultsIn))).flat();

async function faultsIn(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe.source);
  const faults = await frame.evaluate(async (rules) => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await run({ rules, iframes: false });
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, any }) => ({ id, impact, html: `${html} ${any[0]?.message}` })),
    );
  }, RULES);
  const grave = faults.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, html }) => `${id}: ${html.slice(0, 400)}`);
}
