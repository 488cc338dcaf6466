/** What a visitor may break really breaks, and what came of it is told as it is. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openDevice, pageLinkIn } from "../helpers/device.ts";
import { buttonOf, describeInBrowser, reads, typeLine, type Visitor } from "./browser.ts";

async function press(page: Page, scenario: string): Promise<void> {
  await page.locator("#tab-break").click();
  await page.locator(`[data-breaks=${scenario}]`).click();
}

const says = (page: Page, tone: "bad" | "good" | "plain", words: string): Promise<void> =>
  page.locator(`.scenario li.${tone}`, { hasText: words }).last().waitFor();

/** A way into the dashboard is in the DM for as long as the access. */
const openKarpor = (page: Page) => buttonOf(page, "left", /^Open Karpor/);

const statesIn = async ({ playground }: Visitor) =>
  (await playground.context.redis.records()).map(({ state }) => state);

describeInBrowser("trying to break it", (visitor) => {
  it("a thief with an approver's Slack session approves nothing", async () => {
    const page = await visitor.visit();
    await press(page, "thief");
    await says(page, "bad", "Confirm in the browser");
    await says(page, "good", "Nothing happened");
    expect(await statesIn(visitor)).toEqual(["waiting"]);
  });

  it("the visitor's own passkey approves for real", async () => {
    const page = await visitor.visit();
    const browser = page.context().browser();
    if (!browser) throw new Error("this page has no browser");
    const device = await openDevice(browser);
    const linkAfter = async (known: number) => {
      const { slack } = visitor.playground.context;
      const answer = await slack.waitFor(() => slack.ephemerals("U0ALICE").slice(known).at(-1));
      return { link: pageLinkIn(answer), known: slack.ephemerals("U0ALICE").length };
    };
    await typeLine(page, "/karpor-access passkey", "right");
    const { link, known } = await linkAfter(0);
    await device.open(link);
    await device.press();
    await typeLine(page, await device.line(), "right");
    await reads(page, "right", "New passkey");
    await typeLine(page, "/karpor-access vault 1h what matters most");
    await buttonOf(page, "right", /^Approve 1 h with passkey/).click();
    await device.open((await linkAfter(known)).link);
    expect(await device.press()).toContain("You can close this page.");
    await openKarpor(page).waitFor();
  });

  it("a bot killed while it sets up access finishes it", async () => {
    const page = await visitor.visit();
    await press(page, "kill");
    await says(page, "bad", "Killed (SIGKILL");
    await says(page, "good", "Finished:");
    await openKarpor(page).waitFor();
  });

  it("while Karpor is away people are told, and it goes on once it is back", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access guest 8h");
    await buttonOf(page, "right", /^Approve 8 h/).waitFor();
    await press(page, "hub-away");
    await says(page, "bad", "refuses connections");
    await buttonOf(page, "right", /^Approve 8 h/).click();
    // The 20 s after which people are told count from the approval.
    await expect.poll(() => statesIn(visitor), { timeout: 30_000 }).toEqual(["granting"]);
    await page.locator("[data-jump='10m']").click();
    await reads(page, "left", "Approved, not ready yet");
    await press(page, "hub-away");
    await openKarpor(page).waitFor();
  });

  it("a time that is up while Slack is away ends all the same, and is told when it is back", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access peek 15m");
    await openKarpor(page).waitFor();
    await press(page, "slack-away");
    await page.locator("[data-jump=end]").click();
    await says(page, "plain", "Slack has not heard of it");
    await says(page, "good", "refused (401)");
    await expect.poll(() => statesIn(visitor), { timeout: 30_000 }).toEqual(["closed"]);
    await press(page, "slack-away");
    await reads(page, "left", "Karpor refuses the token");
    await openKarpor(page).waitFor({ state: "detached" });
  });

  it("an older copy of Redis gives nobody access again", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access peek 15m");
    await openKarpor(page).waitFor();
    await press(page, "restore");
    await says(page, "plain", "Copied.");
    await buttonOf(page, "left", /^End now/).click();
    await page.locator("#left .sheet .danger").click();
    await expect.poll(() => statesIn(visitor), { timeout: 30_000 }).toEqual(["closed"]);
    await press(page, "restore");
    await says(page, "good", "nobody got access");
    expect(await statesIn(visitor)).not.toContain("active");
  });

  it("an emptied Redis ends nobody, and an old card does nothing", async () => {
    const page = await visitor.visit();
    await typeLine(page, "/karpor-access peek 15m");
    await openKarpor(page).waitFor();
    await typeLine(page, "/karpor-access guest 8h");
    await buttonOf(page, "right", /^Approve 8 h/).waitFor();
    await press(page, "flush");
    await says(page, "good", "1 had been approved");
    await buttonOf(page, "right", /^Approve 8 h/).click();
    await reads(page, "right", "Unknown request");
    expect(await statesIn(visitor)).toEqual([]);
    await page.getByRole("button", { name: "Start over" }).click();
    await page.locator("#left .intro", { hasText: "very beginning" }).waitFor();
  });
});
