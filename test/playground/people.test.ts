/** What else people meet in the playground: refusals, a slip of the pen, a denial, and Chinese. */
import { expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

const DANA = "U0DANA";

describeInBrowser("the playground's people", (visitor) => {
  it("refuses a guest of the workspace, and a command that Slack does not know", async () => {
    await visitor.become("left", "U0NOA");
    await visitor.type("left", "/karpor-access guest 8h");
    await visitor.page.locator("#left .item").waitFor();
    await visitor.type("left", "/remind me");
    await visitor.page.locator("#toast", { hasText: "not a valid command" }).waitFor();
  });

  it("mends a slip by one button", async () => {
    await visitor.page.locator(".try").nth(1).click();
    await visitor.page.locator("#left .item.whisper .bk-button").first().click();
    await visitor.button("right", "Approve").waitFor();
  });

  it("denies with a reason, by a modal of Slack's", async () => {
    const { page } = visitor;
    await visitor.page.locator(".try").first().click();
    await visitor.button("right", /^Deny/).click();
    const sheet = page.locator("#right .sheet.modal");
    await sheet.locator("textarea, input").first().fill("Use peek for that");
    await sheet.locator("button[type=submit]").click();
    await sheet.waitFor({ state: "detached" });
    await visitor.reads("left", "Use peek for that");
  });

  it("asks by the shortcut, in a form that follows what is chosen", async () => {
    const { page } = visitor;
    await page.locator("#left .shortcut").click();
    const sheet = page.locator("#left .sheet.modal");
    await sheet.locator("textarea").fill("by the form");
    await sheet.locator("[data-action=form-role]").selectOption("peek");
    await sheet.getByText("approved by policy").waitFor();
    await sheet.locator("[data-action=form-other]").fill("20m");
    await sheet.locator("[data-action=form-other]").press("Enter");
    await sheet.getByText("(20 min)").waitFor();
    expect(await sheet.locator("textarea").inputValue()).toBe("by the form");
    expect(await seriousFaults(page)).toEqual([]);
    await sheet.locator("button[type=submit]").click();
    await sheet.waitFor({ state: "detached" });
    await visitor.open("left", "karpor-access");
    await visitor.button("left", "Copy").waitFor();
  });

  it("asks before it does what is chosen behind three dots, and the same can be chosen again", async () => {
    const { page } = visitor;
    await visitor.type("left", "/karpor-access peek 15m");
    await visitor.type("left", "/karpor-access emergency admin 30m the search page is down");
    await page.locator("#left .app-tabs").getByRole("button", { name: "Home" }).click();
    const menus = page.locator("#left .home select.overflow");
    await expect.poll(() => menus.count()).toBe(2);
    await menus.first().selectOption("I leaked it");
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await dialog.waitFor({ state: "detached" });
    await menus.first().selectOption("I leaked it");
    await dialog.waitFor();
    await visitor.become("left", "U0LIN");
    await dialog.waitFor({ state: "detached" });
    await visitor.become("left", DANA);
    await menus.first().selectOption("I leaked it");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await visitor.reads("right", /Token leaked.*Dana/s);
  });

  it("gives access at once in an emergency, and asks others to review it", async () => {
    const { page } = visitor;
    await page.locator(".try").nth(4).click();
    await visitor.reads("right", /Emergency access:.*Passed over: .*@sre/is);
    await visitor.button("right", /^Review/).click();
    const sheet = page.locator("#right .sheet.modal");
    await sheet.locator("textarea, input").first().fill("Seen, the page was down");
    await sheet.locator("button[type=submit]").click();
    await visitor.reads("right", /review open: 1 of 2/);
  });

  it("leaves an input method's Enter to it, in the message box and in a form", async () => {
    const { page } = visitor;
    const typing = await page.context().newCDPSession(page);
    const compose = (text: string) =>
      typing.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    const box = page.locator("#left .composer input");
    await box.fill("/karpor-access ");
    await compose("bangzhu");
    await page.keyboard.press("Enter");
    await typing.send("Input.insertText", { text: "帮助" });
    expect(await box.inputValue()).toBe("/karpor-access 帮助");

    await page.locator("#left .shortcut").click();
    // What is looked up for the form draws it anew, which would end the composing.
    const { slack } = visitor.playground.context;
    await expect.poll(() => slack.calls.filter(({ method }) => method === "views.update").length).toBe(1);
    const filled = `#left .sheet.modal[data-rev*="${slack.views(DANA).at(-1)?.hash}"]`;
    const other = page.locator(`${filled} [data-action=form-other]`);
    await other.focus();
    await compose("8xiaoshi");
    await page.keyboard.press("Enter");
    await typing.send("Input.insertText", { text: "8小时" });
    await other.press("Enter");
    await page.locator("#left .sheet.modal").getByText("(8 h)").waitFor();
    const { entries } = visitor.playground.context.timeline;
    expect(entries.filter(({ title }) => /form-other/.test(title.en)).length).toBe(1);
  });

  it("speaks Chinese with who reads Chinese", async () => {
    const { page } = visitor;
    await page.locator(".try").nth(2).click();
    await visitor.reads("left", /[\u4e00-\u9fff]{4}/);
    await visitor.button("right", "Approve").waitFor();
  });
});
