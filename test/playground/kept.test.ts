/** What a visitor does not lose: focus, place, draft and tab; and what Start over throws away. */
import { expect, it } from "vitest";
import { USERS } from "../../playground/fixtures/people.ts";
import { describeInBrowser } from "./browser.ts";

describeInBrowser("what is kept on the playground", (visitor) => {
  /** Focus is there: on it, or on something in it. */
  const hasFocus = (part: string) => visitor.page.locator(`${part}:focus, ${part} :focus`).first().waitFor();

  it("the story is told by the keyboard alone, and focus never falls to the body", async () => {
    const { page } = visitor;
    await page.locator("#left .composer input").focus();
    await page.keyboard.type("/karpor");
    await page.locator("#left .completions > *").waitFor();
    await page.keyboard.press("Escape");
    await hasFocus("#left .composer");
    expect(await page.locator("#left .completions > *").count()).toBe(0);
    await page.keyboard.type("-access guest 8h");
    await page.keyboard.press("Enter");
    await visitor.button("right", /^Approve/).waitFor();
    await page.locator("[data-step=approve] button").press("Enter");
    await page.keyboard.press("Enter");
    await page.locator("#right [data-action=revoke]").waitFor();
    await hasFocus("#right .items");

    await page.locator("#left [data-copy]").waitFor();
    await page.locator("[data-step=login] button").press("Enter");
    await page.keyboard.press("Enter");
    await page.locator("[data-step=login] button").press("Enter");
    await page.keyboard.press("Enter");
    await page.locator(".insight").waitFor();
    await hasFocus(".panel");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
    await page.locator("[data-step=end] button").press("Enter");
    await page.keyboard.press("Enter");
    await page.locator(".login-box").waitFor();
    await hasFocus("#clock");
  });

  it("one key leads past all that stands before the two Slacks", async () => {
    const { page } = visitor;
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to Slack" }).press("Enter");
    await page.keyboard.press("Tab");
    await hasFocus("#left .chooser");
  });

  it("a dialog gives focus back to what opened it", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access guest 8h");
    const deny = visitor.button("right", /^Deny/);
    await deny.press("Enter");
    const field = page.locator("#right .sheet textarea, #right .sheet input").first();
    await field.fill("half a word");
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
    await hasFocus("#right [data-action=deny]");

    await page.locator("#right .shortcut").press("Enter");
    await page.locator("#right .sheet").waitFor();
    await page.keyboard.press("Escape");
    await hasFocus("#right .shortcut");
    await visitor.type("right", "/karpor-access");
    await page.locator("#right .sheet").waitFor();
    await page.keyboard.press("Escape");
    await hasFocus("#right .composer");
  });

  it("who writes sees what is answered, wherever they had scrolled to", async () => {
    const { page } = visitor;
    await page.setViewportSize({ width: 1280, height: 720 });
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.button("left", "Copy").waitFor();
    const list = `document.querySelector("#left [role=log]")`;
    await page.locator("#left [role=log]").hover();
    await page.mouse.wheel(0, -2000);
    await expect.poll(() => page.evaluate(`${list}.scrollTop`)).toBe(0);
    await visitor.type("left", "/karpor-access status");
    await visitor.reads("left", "Only visible to you");
    const below = `(({ scrollHeight, clientHeight, scrollTop }) =>
      Math.floor(scrollHeight - clientHeight - scrollTop))(${list})`;
    await expect.poll(() => page.evaluate(below)).toBe(0);
  });

  it("a reload keeps place, draft and tab; Start over nothing at all", async () => {
    const { page } = visitor;
    await visitor.become("right", USERS.bob);
    await visitor.open("left", "platform");
    await visitor.tab("Proof");
    await page.locator("#left .composer input").fill("half a line");
    await page.reload();
    await page.locator("#left .place[aria-current]", { hasText: "platform" }).waitFor();
    await page.locator("#right .chooser .face", { hasText: "Bob" }).waitFor();
    expect(await page.locator("#left .composer input").inputValue()).toBe("half a line");
    expect(await page.locator("#panel-proof").isVisible()).toBe(true);

    await visitor.open("left", "karpor-access");
    expect(await page.locator("#left .composer input").inputValue()).toBe("");
    await visitor.type("left", "/karpor-access guest 8h");
    await page.locator("[data-step=ask].done").waitFor();
    await visitor.jump("+1 h");
    const before = visitor.playground.context;
    await page.locator("#start-over").click();
    await page.locator("[data-step=ask]:not(.done)").waitFor();
    await page.locator("#right .chooser .face", { hasText: "Alice" }).waitFor();
    expect(await page.locator("#left .item").count()).toBe(0);
    expect(await page.locator("#clock .ahead").textContent()).toBe("");
    expect(await page.locator("#panel-dashboard").isVisible()).toBe(true);
    expect(visitor.playground.context).not.toBe(before);
    await expect.poll(() => before.bot.running).toBe(false);
    await page.locator(".next .try").click();
    await visitor.button("right", /^Approve/).waitFor();
  });

  it("Start over is so in every tab: none remembers what another world had", async () => {
    const { page } = visitor;
    const other = await page.context().browser()?.newPage();
    if (!other) throw new Error("The browser is gone.");
    await other.goto(visitor.playground.url);
    await visitor.type("left", "/karpor-access peek 15m");
    await other.locator("#left [data-copy]").click();
    await other.locator("button.login").click();
    await other.locator(".insight").waitFor();
    await page.locator("#start-over").click();
    await other.locator(".login-box", { hasText: "The token arrives" }).waitFor();
    await other.locator("[data-step=ask]:not(.done)").waitFor();
    await other.close();
  });
});
