/** The whole story in a browser: ask, approve, copy, log in, be reminded, and the end proved. */
import { expect, it } from "vitest";
import { USERS } from "../../playground/fixtures/people.ts";
import { describeInBrowser } from "./browser.ts";

describeInBrowser("the playground's story", (visitor) => {
  it("is four clicks long, and ends on time with a proof", async () => {
    const { page } = visitor;
    await page.locator(".try").first().click();
    await visitor.button("right", "Approve").click();
    await visitor.button("left", "Copy").click();
    await page.locator("button.login").click();
    await page.locator(".karpor .role", { hasText: "karpor-guest" }).waitFor();
    const tried = page.locator(".insight tr");
    await tried.filter({ hasText: /Read every page.*allowed \(200\)/ }).waitFor();
    await tried.filter({ hasText: /Without a token.*allowed \(200\)/ }).waitFor();
    await page.locator(".insight", { hasText: "refused (403)" }).waitFor();
    expect((await page.locator(".phone").allTextContents()).join()).not.toContain("eyJ");

    const rings = () => visitor.playground.context.slack.notifications(USERS.dana).length;
    const before = rings();
    await visitor.jump("Next reminder");
    await expect.poll(rings, { timeout: 20_000 }).toBeGreaterThan(before);
    await visitor.jump("The end");
    await page
      .locator(".login-box .not", { hasText: "Not logged in. Please enter token to login" })
      .waitFor();
    await visitor.tab("Proof");
    await page.locator(".ends .ending, .ends .ended").first().waitFor();
    await visitor.jump("+10 min");
    await page.locator(".ends .ended", { hasText: "proved" }).waitFor();
    await page.locator(".answers li", { hasText: "401" }).waitFor();
  });

  it("says below the card and on the receipt what the dashboard did with the token", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access guest 8h a look");
    await visitor.button("right", "Approve").click();
    await visitor.button("left", "Copy").click();
    await page.locator("button.login").click();
    await page.locator(".insight", { hasText: "refused (403)" }).waitFor();
    await visitor.jump("The end");
    await page.locator(".login-box .not").waitFor();
    await visitor.jump("+10 min");
    await visitor.tab("Proof");
    await page.locator(".ends .ended", { hasText: "proved" }).waitFor();
    await visitor.jump("+10 min");
    // Its login, and what was looked at and tried there.
    const line = /Used \d+ times, last .* · \d+ refused/;
    await visitor.reads("right", line);
    await visitor.reads("left", line);
    // A reply stands in the thread of its card, and not in the channel too.
    const thread = page.locator("#right .thread");
    expect(await thread.locator(".replies").allTextContents()).toEqual(["1 reply"]);
    expect(await thread.locator(".item", { hasText: line }).count()).toBe(1);
    expect(await page.locator("#right .items > .item", { hasText: line }).count()).toBe(1);
    expect(await page.locator("#right").textContent()).not.toContain("not complete");
  });

  it("asks the hub anew only once it has answered", async () => {
    const { page } = visitor;
    const held: (() => void)[] = [];
    await page.route("**/do/visit", async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue();
    });
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").click();
    await page.locator("button.login").click();
    await page.locator(".insight").waitFor();
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(1);
    await page.waitForTimeout(3500);
    expect(held.length).toBe(1);
    held[0]?.();
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(2);
    held[1]?.();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  it("shows a token at a click, in a view that goes after two minutes", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access register 1h a new cluster");
    await visitor.button("right", "Approve").click();
    await visitor.button("left", "Show token").click();
    await visitor.button("left", "Copy").click();
    expect((await page.locator("#left .item").allTextContents()).join()).not.toContain("eyJ");
    await page.locator("button.login").click();
    await page.locator(".karpor .role", { hasText: "karpor-access-register" }).waitFor();
    await visitor.jump("+10 min");
    await page.locator("#left .modal", { hasText: "Shown for 2 min:" }).waitFor();
    expect(await page.locator("#left").textContent()).not.toContain("eyJ");
  });

  it("shows what is behind, without the token's bytes", async () => {
    const { page, playground } = visitor;
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").waitFor();
    await visitor.tab("Behind the scenes");
    await page.locator(".entry", { hasText: "→ active" }).waitFor();
    for (const entry of playground.context.timeline.entries)
      expect(playground.context.timeline.detail(entry.n) ?? "").not.toMatch(/eyJ[\w-]{10,}\./);
    for (const [view, words] of [
      ["Requests", "active"],
      ["Trail", "delivering → active"],
      ["Hub", "ClusterRoleBinding"],
      ["Jobs", "end R-"],
    ] as const) {
      await page.locator(".views").getByRole("button", { name: view }).click();
      await page.locator(".scenes .list", { hasText: words }).waitFor();
      expect(await page.locator(".scenes .list").textContent()).not.toMatch(/eyJ[\w-]{10,}\./);
    }
  });

  it("works with the keyboard, and one person at a time on a narrow window", async () => {
    const { page } = visitor;
    const box = page.locator("#left").getByRole("combobox", { name: "Message" });
    await box.focus();
    await page.keyboard.type("/kar");
    await page.keyboard.press("Tab");
    // Slack completes a command, and not what follows it.
    expect(await box.inputValue()).toBe("/karpor-access ");
    await page.keyboard.type("gu");
    expect(await page.locator("#left .completions > *").count()).toBe(0);
    await page.keyboard.type("est 8h");
    await page.keyboard.press("Enter");
    await visitor.button("right", "Approve").waitFor();
    await page.setViewportSize({ width: 420, height: 800 });
    await page.locator("#right").waitFor({ state: "hidden" });
    await page.locator("#switch").getByRole("button", { name: "Approver" }).click();
    await page.locator("#left").waitFor({ state: "hidden" });
    await visitor.button("right", "Approve").press("Enter");
    await page.locator("#right [data-action=revoke]").waitFor();
  });
});
