/** How the page reads: Chinese for who reads Chinese, names for a screen reader, and the line breaks of mrkdwn. */
import { expect, it } from "vitest";
import { CHANNELS, USERS } from "../../playground/fixtures/people.ts";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

/** Names, commands, roles, ids, numbers and Karpor's own words are the same in every language. */
const SHARED =
  /karpor-access|karpor-approvals|karpor|platform|slack|production|guest|token|login|hub|status|revoke|help|peek|admin|@sre|@dev|alice novak|alice|R-[0-9A-Z]{8}|[A-Z][a-z]+ [A-Z][a-z]+|\d+ ?h|eyJ[\w.-]+/gi;
const english = (text: string): string[] => text.replace(SHARED, "").match(/[A-Za-z]{2,}/g) ?? [];

// Said in the page's own language: the tests know no DOM.
/** What is read on the left, and what a screen reader says besides. */
const SAID = `["#left", ...["aria-label", "placeholder", "title"].map((name) => "#left [" + name + "]")]
  .flatMap((selector) => [...document.querySelectorAll(selector)])
  .flatMap((one) => [one.innerText, one.ariaLabel, one.placeholder, one.title]).join("\\n")`;
/** What is wider than the mark it stands on. */
const SPILT = `[...document.querySelectorAll(".lane")]
  .filter((lane) => lane.scrollWidth > lane.clientWidth).map((lane) => lane.innerText)`;
const NAMES = `["nav", "section", "[role=log]", "[role=combobox]", "select"].map((selector) =>
  [...document.querySelectorAll(selector)].map((one) => one.ariaLabel))`;

describeInBrowser("the page's words", (visitor) => {
  it("says nothing English in the pane of who reads Chinese, from asking to the receipt", async () => {
    const { page } = visitor;
    await visitor.become("left", USERS.lin);
    const said = async () => english(await page.evaluate<string>(SAID));
    await expect.poll(said).toEqual([]);
    await page.locator("#left .composer input").fill("/kar");
    await page.locator("#left .completions > *").waitFor();
    expect(await said()).toEqual([]);
    await visitor.type("left", "/karpor-access guest 8h 看看");
    await visitor.button("right", /^Approve/).waitFor();
    expect(await said()).toEqual([]);
    await visitor.button("right", /^Approve/).click();
    await page.locator("#left [data-copy]").click();
    await page.locator("#left [data-copy]", { hasText: "已复制" }).waitFor();
    expect(await said()).toEqual([]);
    await visitor.jump("The end");
    await visitor.jump("+10 min");
    await page.locator("#left [data-action=again]").last().waitFor();
    expect(await said()).toEqual([]);
    expect(await page.locator("#left").getAttribute("lang")).toBe("zh-CN");
  });

  it("is Chinese all around for a browser that asks for it", async () => {
    const page = await visitor.page.context().browser()?.newPage({ locale: "zh-CN" });
    if (!page) throw new Error("The browser is gone.");
    await page.goto(visitor.playground.url);
    await page.locator("#left .place").first().waitFor();
    const around = async () => {
      const parts = await page.locator("header.top, #tour, #switch, .tabs, .panel:visible").allInnerTexts();
      // What is typed in a terminal is the same in every language.
      const words = parts.join("\n").replace(/.*(?:curl|kubectl|kubeconfig).*/g, "");
      return english(words.replace(/Alice|Redis|SIGKILL|FLUSHALL|Approve/g, ""));
    };
    await page.locator("#left .chooser .face", { hasText: "林晓雨" }).waitFor();
    for (const tab of ["控制台", "证明", "破坏它"]) {
      await page.getByRole("tab", { name: tab }).click();
      await expect.poll(around).toEqual([]);
      expect(await seriousFaults(page)).toEqual([]);
    }
    await page.locator("[data-breaks=slack-busy]").click();
    await page.locator(".scenario li").waitFor();
    expect(await around()).toEqual(["ratelimited"]);
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await page.locator("[data-breaks=slack-busy]").click();

    const send = async (line: string) => {
      await page.locator("#left .composer input").fill(line);
      await page.locator("#left .send").click();
    };
    await send("/remind me");
    await page.locator("#toast", { hasText: "/remind 在这里不是有效的命令" }).waitFor();
    await send("/karpor-access peek 15m");
    await page.locator("#left [data-copy]").waitFor();
    await page.getByRole("tab", { name: "幕后" }).click();
    const scenes = page.locator("#panel-scenes");
    // What the bot says to Slack and writes of its steps is English, and so is each method's and path's name.
    const passed = await scenes.locator(".entry.in .title, .entry.you .title").allInnerTexts();
    expect(english(passed.join("\n").replace(/event|app_home_opened|ratelimited/g, ""))).toEqual([]);
    expect((await scenes.locator(".entry.slack .title").allInnerTexts()).join("\n")).toContain(
      "在 林晓雨 的私信 中",
    );
    expect(await page.evaluate(SPILT)).toEqual([]);
    await scenes.getByRole("button", { name: "集群" }).click();
    await scenes.locator("summary em").nth(1).waitFor();
    // The objects themselves have no language.
    expect(english((await scenes.locator(".about, summary em").allInnerTexts()).join("\n"))).toEqual([]);
    await page.locator("[data-jump=end]").click();
    await page.getByRole("tab", { name: "证明" }).click();
    await page.locator(".ends b").waitFor();
    expect(await around()).toEqual([]);
    await page.close();
  });

  it("has one heading above all, and a name of its own for each part", async () => {
    const { page } = visitor;
    expect(await page.locator("h1").count()).toBe(1);
    for (const names of await page.evaluate<string[][]>(NAMES)) {
      expect(names).not.toContain(null);
      expect(new Set(names).size).toBe(names.length);
    }
    for (const tab of ["Behind the scenes", "Proof", "Break it", "Dashboard"]) {
      await visitor.tab(tab);
      expect(await seriousFaults(page), tab).toEqual([]);
    }
    await visitor.type("left", "/karpor-access guest 8h");
    await visitor.button("right", /^Deny/).click();
    await page.locator("#right .sheet").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("breaks lines where a message does", async () => {
    const { slack } = visitor.playground.context;
    slack.say(USERS.alice, CHANNELS.platform, "first line\nsecond line");
    await visitor.open("left", "platform");
    const texts = visitor.page.locator("#left .item .bk", { hasText: "second line" });
    await texts.waitFor();
    expect((await texts.allInnerTexts()).map((text) => text.trim())).toEqual(["first line\nsecond line"]);
  });
});
