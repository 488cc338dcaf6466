/** The tour leads from asking to the proof by what pulses alone, at each size and in both languages. */
import type { ElementHandle, Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

const WINDOWS = [
  { viewport: { width: 1280, height: 720 }, colorScheme: "light", locale: "en-GB", ended: "Ended" },
  { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "zh-CN", ended: "已结束" },
] as const;
const STEPS = ["ask", "approve", "login", "end", "proof", "break"];
const PATIENCE = { timeout: 30_000, interval: 100 };

// Said in the page's own language: the tests know no DOM.
const PULSING = `[...document.querySelectorAll("button:enabled")]
  .filter((one) => getComputedStyle(one).animationName === "pulse" && one.checkVisibility()).at(-1)`;
/** Nothing lies over it, and no list was scrolled past it. */
const IS_IN_SIGHT = `(() => {
  const control = ${PULSING};
  if (!control) return false;
  const { x, y, width, height } = control.getBoundingClientRect();
  return control.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})()`;
const IS_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth";

const nextOf = (page: Page) => page.locator("body").getAttribute("data-next");

async function pulsing(page: Page): Promise<{ control: ElementHandle; words: string | null } | null> {
  const control = (await page.evaluateHandle(PULSING)).asElement();
  return control && { control, words: await control.textContent() };
}

describeInBrowser("the tour", (visitor) => {
  it.each(WINDOWS)("is followed by its pulse: $viewport.width px, $locale", async ({ ended, ...window }) => {
    const page = await visitor.visit(window);
    const passed: (string | null)[] = [];
    while (passed.at(-1) !== "break") {
      const pulse = await vi.waitUntil(() => pulsing(page), PATIENCE);
      const next = await nextOf(page);
      await expect.poll(() => page.evaluate(IS_IN_SIGHT), { message: String(next), ...PATIENCE }).toBe(true);
      expect(await page.evaluate(IS_TOO_WIDE)).toBe(false);
      expect(await seriousFaults(page)).toEqual([]);
      // What is drawn anew in that moment is pressed once more, as anybody would.
      await pulse.control.click({ timeout: 2_000 }).catch(() => {});
      await vi.waitUntil(async () => (await pulsing(page))?.words !== pulse.words, PATIENCE).catch(() => {});
      if (passed.at(-1) !== next) passed.push(next);
    }
    expect(passed).toEqual(STEPS);
    expect(await page.locator("#tour .done").count()).toBe(5);
    for (const side of ["left", "right"])
      expect(await page.locator(`#${side} .item`).last().textContent()).toContain(ended);
    await page.locator("#panel-break").waitFor();
    await page.locator("#tab-proof").click();
    const answers = await page.locator(".answers b").allTextContents();
    expect([answers[0], answers.at(-1)]).toEqual(["200", "401"]);
  });
});
