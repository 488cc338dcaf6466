/** What a visitor breaks really breaks, and the page reports what happened. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { buttonOf, describeInBrowser, reads, typeLine, type Visitor } from "./browser.ts";

const press = (page: Page, scenario: string): Promise<void> =>
  page.locator(`[data-breaks=${scenario}]`).click();

const reports = (page: Page, tone: "bad" | "good" | "plain", words: string): Promise<void> =>
  page.locator(`.scenario li.${tone}`, { hasText: words }).last().waitFor();

/** The direct message has this button for as long as there is access. */
const openKarpor = (page: Page) => buttonOf(page, "left", /^Open Karpor/);

const statesIn = async ({ playground }: Visitor) =>
  (await playground.context.redis.records()).map(({ state }) => state);

describeInBrowser("trying to break it", (visitor) => {
  it("a bot killed while it sets up access finishes it", async () => {
    const page = await visitor.visit();
    await press(page, "kill");
    await reports(page, "bad", "Killed.");
    await reports(page, "good", "Finished: Bob has the token");
    expect(await statesIn(visitor)).toEqual(["active"]);
  });

  it("while Karpor is unreachable people are told, and the bot finishes once it is back", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access guest 8h");
    await buttonOf(page, "right", /^Approve 8 h/).waitFor();
    await press(page, "hub-away");
    await reports(page, "bad", "refuses connections");
    await buttonOf(page, "right", /^Approve 8 h/).click();
    await reads(page, "left", "Approved, not ready yet");
    expect(await statesIn(visitor)).toEqual(["granting"]);
    await press(page, "hub-away");
    await reports(page, "good", "Nothing was lost");
    await openKarpor(page).waitFor();
  });

  it("an older copy of Redis gives nobody access again", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access peek 15m");
    await openKarpor(page).waitFor();
    await press(page, "restore");
    await reports(page, "plain", "Copied.");
    await buttonOf(page, "left", /^End now/).click();
    await page.locator("#confirm .danger").click();
    await expect.poll(() => statesIn(visitor), { timeout: 30_000 }).toEqual(["closed"]);
    await press(page, "restore");
    await reports(page, "good", "Nobody got access");
    expect(await statesIn(visitor)).toEqual(["closed"]);
  });

  it("a denial is written in a form, which the bot closes", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access guest 8h");
    await buttonOf(page, "right", /^Deny/).click();
    const form = page.locator("#right dialog");
    await form.locator("textarea").fill("not on a Friday");
    await form.locator(".primary").click();
    await form.waitFor({ state: "detached" });
    await reads(page, "left", "not on a Friday");
  });
});
