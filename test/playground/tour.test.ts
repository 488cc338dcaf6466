/** The tour leads from asking to the proof by its pulse alone, at every size; nothing falls out of sight or of reach. */
import type { ElementHandle, Page } from "playwright-core";
import { expect, it, vi } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

const SIZES = [
  { width: 1280, height: 720, colorScheme: "light" },
  { width: 1024, height: 768, colorScheme: "dark" },
  { width: 820, height: 1180, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const;

// Said in the page's own language: the tests know no DOM.
const PULSING = `[...document.querySelectorAll("button:enabled")]
  .filter((one) => getComputedStyle(one).animationName === "pulse" && one.checkVisibility()).at(-1)`;
/** Whether nothing lies over it, and no list was scrolled past it. */
const inSight = (control: string): string => `(() => {
  const control = ${control};
  const { x, y, width, height } = control.getBoundingClientRect();
  return control.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})()`;
/** How far the page is wider than its window, and how far each list is from its end (or from a Copy above it), each message box below its pane. */
const BEYOND = `[
  document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll(".pane")].filter((pane) => pane.checkVisibility()).flatMap((pane) => {
    const list = pane.querySelector(".items");
    const bottom = (element) => element.getBoundingClientRect().bottom;
    const copy = list.lastElementChild?.querySelector("[data-copy]");
    const atCopy = copy && copy.getBoundingClientRect().top - list.getBoundingClientRect().top < 20;
    return [
      atCopy ? 0 : Math.floor(list.scrollHeight - list.clientHeight - list.scrollTop),
      Math.max(0, bottom(pane.querySelector(".composer")) - bottom(pane)),
    ];
  }),
].filter((excess) => excess > 0)`;

interface Pulse {
  next: string | null;
  control: ElementHandle;
  words: string | null;
}

async function pulseOf(page: Page): Promise<Pulse | undefined> {
  const nextOf = () => page.locator("body").getAttribute("data-next");
  const next = await nextOf();
  const control = (await page.evaluateHandle(PULSING)).asElement();
  // Of one step both.
  if (!control || (await nextOf()) !== next) return undefined;
  return { next, control, words: await control.textContent() };
}

async function isInSight(page: Page, { control }: Pulse): Promise<boolean> {
  const [box, size] = [await control.boundingBox(), page.viewportSize()];
  if (!box || !size) return false;
  const inWindow =
    box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
  return inWindow && (await page.evaluate<boolean>(inSight(PULSING)));
}

const PATIENCE = { timeout: 45_000, interval: 100 };
const SOON = { timeout: 10_000, interval: 100 };

describeInBrowser("the tour", (visitor) => {
  it.each(SIZES)("is followed by its pulse at $width×$height", async ({ width, height, colorScheme }) => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    const passed: (string | null)[] = [];
    while (passed.at(-1) !== "break") {
      const pulse = await vi.waitUntil(() => pulseOf(page), PATIENCE);
      await expect
        .poll(
          async () => {
            const now = await pulseOf(page);
            return now !== null && now !== undefined && isInSight(page, now);
          },
          { message: String(pulse.next) },
        )
        .toBe(true);
      expect(await seriousFaults(page)).toEqual([]);
      // What is drawn anew in that moment is pressed once more, as anybody would.
      await pulse.control.click().catch(() => {});
      if (pulse.next === "proof" && (await page.locator("#panel-proof").isVisible())) {
        // It comes by itself, 11 s after the account was deleted.
        await page.locator(".ends", { hasText: "off the hub" }).waitFor();
        await visitor.jump("+10 min");
      }
      // So is what the page moved away from under the mouse.
      await vi.waitUntil(async () => (await pulseOf(page))?.words !== pulse.words, SOON).catch(() => {});
      await expect.poll(() => page.evaluate(BEYOND)).toEqual([]);
      if (passed.at(-1) !== pulse.next) passed.push(pulse.next);
    }
    expect(passed).toEqual(["ask", "approve", "copy", "login", "end", "proof", "break"]);
    expect(await page.locator("#tour .done").count()).toBe(5);
    await page.locator("#panel-break").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("gives a message no less room on a window that is wider than 1280", async () => {
    const { page } = visitor;
    const rooms: number[] = [];
    for (const width of [1280, 1281, 1440, 1700]) {
      await page.setViewportSize({ width, height: 800 });
      rooms.push((await page.locator("#left .room").boundingBox())?.width ?? 0);
    }
    expect(rooms).toEqual(rooms.toSorted((a, b) => a - b));
  });

  it("leaves a form's buttons in sight, however low the window", async () => {
    const { page } = visitor;
    await page.locator("#left .shortcut").click();
    await page.locator("#left .sheet").waitFor();
    const submit = inSight(`document.querySelector("#left .sheet [type=submit]")`);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      expect(await page.evaluate(submit), JSON.stringify(size)).toBe(true);
    }
  });
});
