/** Each way to break the playground heals, and says how. */
import { expect, it } from "vitest";
import { describeInBrowser, type Visitor } from "./browser.ts";

const breakIt = async ({ page, tab }: Visitor, id: string) => {
  await tab("Break it");
  await page.locator(`[data-breaks=${id}]`).click();
};
const says = (visitor: Visitor, tone: string, words: string) =>
  visitor.page.locator(`.scenario li.${tone}`, { hasText: words }).waitFor();

describeInBrowser("breaking the playground", (visitor) => {
  it("a killed bot finishes what it began", async () => {
    await breakIt(visitor, "kill");
    await says(visitor, "bad", "SIGKILL");
    await says(visitor, "plain", "Started again");
    await visitor.jump("+10 min");
    await says(visitor, "good", "Healed");
    await visitor.button("left", "Copy").waitFor();
  });

  it("a flushed Redis is filled again from the hub", async () => {
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").waitFor();
    await breakIt(visitor, "flush");
    await says(visitor, "bad", "Gone");
    await says(visitor, "good", "Healed");
  });

  it("a flush leaves no dead button of a request that waited", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access guest 8h");
    const live = page.locator("[data-action=approve], [data-action=deny], [data-action=withdraw]");
    await visitor.button("right", /^Approve/).waitFor();
    await breakIt(visitor, "flush");
    await says(visitor, "bad", "Gone");
    await expect.poll(() => live.count(), { timeout: 20_000 }).toBe(0);
  });

  it("a busy Slack makes wait, and what waited comes once it has room", async () => {
    const { page } = visitor;
    await breakIt(visitor, "slack-busy");
    await page.getByRole("switch", { name: "Slack is busy", checked: true }).waitFor();
    for (const person of ["U0DANA", "U0LIN", "U0BOB"]) {
      await visitor.become("left", person);
      await visitor.type("left", "/karpor-access peek 15m");
    }
    await visitor.tab("Behind the scenes");
    await page.locator(".entry", { hasText: "ratelimited" }).first().waitFor();
    await breakIt(visitor, "slack-busy");
    await page.getByRole("switch", { name: "Slack is busy", checked: false }).waitFor();
    await visitor.jump("+10 min");
    await visitor.button("left", "Copy").waitFor();
  });

  it("a hub that was away is used once it is back", async () => {
    await breakIt(visitor, "hub-away");
    await says(visitor, "bad", "refuses connections");
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.reads("left", /does not answer/);
    await breakIt(visitor, "hub-back");
    await says(visitor, "good", "");
    await visitor.jump("+10 min");
    await visitor.button("left", "Copy").waitFor();
  });

  it("two approvals at once are one decision", async () => {
    await breakIt(visitor, "twice");
    await says(visitor, "good", "One decision");
  });

  it("a token that leaks gives way to another", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access guest 1h");
    await visitor.button("right", "Approve").click();
    await visitor.button("left", "Copy").waitFor();
    await breakIt(visitor, "leak");
    await says(visitor, "bad", "leaked");
    await says(visitor, "good", "lost its binding first");
    await visitor.reads("left", /New token:/);
    // Told below the card, and in the channel as well, as Slack draws a reply that is sent to both.
    const told = (list: string) => page.locator(`#right ${list} > .item`, { hasText: "leaked" }).last();
    await told(".thread").waitFor();
    await told(".items").locator(".replied", { hasText: "replied to a thread" }).waitFor();
  });

  it("a holder who leaves loses access, and may be back", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").waitFor();
    await breakIt(visitor, "departure");
    await says(visitor, "good", "ends at once");
    await breakIt(visitor, "departure");
    await page.getByRole("switch", { name: "The holder leaves", checked: false }).waitFor();
  });

  it("a lockdown ends what stands and lets nothing in, until it is unlocked", async () => {
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").waitFor();
    await breakIt(visitor, "lockdown-drill");
    await says(visitor, "good", "1 grant of 1 person");
    await breakIt(visitor, "lockdown");
    await says(visitor, "bad", "Locked down: 1 live");
    await says(visitor, "good", "Every token is refused already");
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.reads("left", /locked all access down/);
    await breakIt(visitor, "unlock");
    await says(visitor, "good", "Unlocked");
  });
});
