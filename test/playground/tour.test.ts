/** The tour leads from the request to the proof by what pulses alone, in each size of window and in both languages. */
import type { ElementHandle, Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

const WINDOWS = [
  { width: 1280, height: 720, scheme: "light", locale: "en-GB", zone: "Asia/Kolkata", ended: "Ended" },
  { width: 390, height: 844, scheme: "dark", locale: "zh-CN", zone: "America/New_York", ended: "已结束" },
] as const;
const STEPS = ["ask", "approve", "login", "end", "break"];
const PATIENCE = { timeout: 30_000, interval: 100 };

// Written in the page's own language, because the tests have no types of the DOM.
const PULSING = `[...document.querySelectorAll("button:enabled")]
  .filter((one) => getComputedStyle(one).animationName === "pulse" && one.checkVisibility()).at(-1)`;
/** Nothing covers it. */
const IS_IN_SIGHT = `(() => {
  const control = ${PULSING};
  if (!control) return false;
  control.scrollIntoView({ block: "center" });
  const { x, y, width, height } = control.getBoundingClientRect();
  return control.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})()`;
const IS_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth";

const nextOf = (page: Page) => page.locator("[data-next]").getAttribute("data-next");

async function pulsing(page: Page): Promise<{ control: ElementHandle; words: string | null } | null> {
  const control = (await page.evaluateHandle(PULSING)).asElement();
  return control && { control, words: await control.textContent() };
}

/** Every time of day on the page, in minutes since midnight. */
async function minutesOn(page: Page): Promise<number[]> {
  const texts = await page.locator("time").allTextContents();
  return texts.flatMap((text) => {
    const [, hours, minutes] = /(\d\d):(\d\d)/.exec(text) ?? [];
    return hours === undefined ? [] : [Number(hours) * 60 + Number(minutes)];
  });
}

function minutesIn(zone: string, at: number): number {
  const text = new Date(at).toLocaleTimeString("en-GB", { timeZone: zone });
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
}

describeInBrowser("the tour", (visitor) => {
  it.each(WINDOWS)("is followed by its pulse: $width px, $locale", async (window) => {
    const { width, height, scheme, locale, zone, ended } = window;
    const page = await visitor.visit({
      viewport: { width, height },
      colorScheme: scheme,
      locale,
      timezoneId: zone,
    });
    const { clock } = visitor.playground.context;
    const [asked, passed] = [clock.now(), [] as (string | null)[]];
    while (passed.at(-1) !== "break") {
      const pulse = await vi.waitUntil(() => pulsing(page), PATIENCE);
      const next = await nextOf(page);
      await expect.poll(() => page.evaluate(IS_IN_SIGHT), { message: String(next), ...PATIENCE }).toBe(true);
      expect(await page.evaluate(IS_TOO_WIDE)).toBe(false);
      expect(await seriousFaults(page)).toEqual([]);
      if (passed.at(-1) !== next) passed.push(next);
      if (next === "break") break;
      // What is redrawn in that moment is pressed once more, as anybody would.
      await pulse.control.click({ timeout: 2_000 }).catch(() => {});
      await vi.waitUntil(async () => (await pulsing(page))?.words !== pulse.words, PATIENCE).catch(() => {});
    }
    expect(passed).toEqual(STEPS);
    expect(await page.locator(".tour .done").count()).toBe(5);
    for (const side of ["left", "right"])
      expect(await page.locator(`#${side} .item`).last().textContent()).toContain(ended);
    expect(await page.locator(".answers b").allTextContents()).toEqual(["200", "401"]);

    const moments = [asked, clock.now()].map((at) => minutesIn(zone, at));
    const near = (minute: number) => moments.some((moment) => Math.abs(moment - minute) <= 2);
    // A request expires after four hours; its message says when.
    const expires = minutesIn(zone, asked + 4 * 3_600_000);
    const strange = (await minutesOn(page)).filter((one) => !near(one) && Math.abs(one - expires) > 2);
    expect(strange).toEqual([]);
  });
});
