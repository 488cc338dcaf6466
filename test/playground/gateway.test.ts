/** One click in the direct message logs in to the dashboard; its cookie opens logs until the end, and nothing after. */
import type { Frame, Page } from "playwright-core";
import { expect, it } from "vitest";
import { buttonOf, describeInBrowser, typeLine } from "./browser.ts";

const LOG = "/rest-api/v1/insight/aggregator/log/pod/web/default/web-0";
const PATIENCE = { timeout: 30_000 };

// Said in the page's own language: the tests know no DOM.
const KEPT = `({ ...localStorage }).token`;
const IS_LOGGED_IN = `JSON.parse(JSON.parse(localStorage["persist:root"] ?? "{}").globalSlice ?? "{}").isLogin ?? false`;
const statusOf = (dashboard: Frame, path: string, authorization?: string): Promise<number> =>
  dashboard.evaluate(`fetch(${JSON.stringify(path)}, {
    headers: ${JSON.stringify(authorization ? { authorization } : {})},
  }).then(({ status }) => status)`);

const expired = (): string => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
  return [part({ alg: "RS256" }), part({ exp: Math.floor(Date.now() / 1000) - 1 }), "signature"].join(".");
};

const loggedOut = (dashboard: Frame) => dashboard.getByRole("heading", { name: "Not logged in" });
const logLine = (dashboard: Frame) => dashboard.locator("#log", { hasText: "synced 12 resources" });

/** The dashboard in its panel, once it shows what is looked for. */
async function dashboardOf(page: Page): Promise<Frame> {
  const frame = await (await page.locator("iframe").elementHandle())?.contentFrame();
  if (!frame) throw new Error("The page has no dashboard.");
  return frame;
}

describeInBrowser("the way from the message into the dashboard", (visitor) => {
  it("is one click; logs are read until the end, and then the cookie opens nothing", async () => {
    const page = await visitor.visit();
    const dashboard = await dashboardOf(page);
    await loggedOut(dashboard).waitFor();
    expect(await statusOf(dashboard, LOG)).toBe(403);
    await typeLine(page, "/karpor-access peek 15m");
    await buttonOf(page, "left", /^Open Karpor/).click();
    await logLine(dashboard).waitFor();
    expect(dashboard.url()).toBe(`${visitor.playground.dashboard}/insight`);
    const token = (await dashboard.evaluate(KEPT)) as string;
    expect(await dashboard.evaluate(IS_LOGGED_IN)).toBe(true);
    // The cookie stands for the token on the logs' paths alone, and never in place of one that is sent.
    expect(await statusOf(dashboard, "/rest-api/v1/clusters")).toBe(403);
    expect(await statusOf(dashboard, LOG, "Bearer rubbish")).toBe(401);

    await dashboard.evaluate("localStorage.clear()");
    await dashboard.goto(dashboard.url());
    await dashboard.locator("input").fill(token);
    await dashboard.getByRole("button", { name: "Log in" }).click();
    await logLine(dashboard).waitFor();

    await page.locator("[data-jump=end]").click();
    await dashboard.getByText("Karpor answers 401: it refuses the token.").waitFor();
    await loggedOut(dashboard).waitFor();
    await dashboard.goto(dashboard.url());
    await loggedOut(dashboard).waitFor();
    expect(await dashboard.evaluate(KEPT)).toBe(undefined);
    const cookies = await page.context().cookies(`${visitor.playground.dashboard}${LOG}`);
    expect(cookies).toMatchObject([
      { name: "__Host-karpor_token", value: token, sameSite: "Strict", secure: true },
    ]);
    expect(await statusOf(dashboard, LOG)).toBe(401);
  });

  it("ends at the dashboard's own login for what is no token, and keeps nothing", async () => {
    const page = await visitor.visit();
    const { dashboard } = visitor.playground;
    await page.goto(`${dashboard}/insight`);
    await page.evaluate(`document.cookie = "__Host-karpor_token=rubbish; path=/; secure"`);
    for (const fragment of ["", "#", "#rubbish", "#a.b.c", "#%00'\"<script>"]) {
      await page.goto(`${dashboard}/access/login${fragment}`);
      await loggedOut(page.mainFrame()).waitFor();
      expect(page.url()).toBe(`${dashboard}/insight`);
      expect(await page.evaluate(KEPT)).toBe(undefined);
      expect(await page.evaluate(IS_LOGGED_IN)).toBe(false);
    }
    await page.goto(`${dashboard}/access/login#${expired()}`);
    await page.getByText(/^This access ended \d\d:\d\d\. Ask again in Slack\.$/).waitFor();
    await page.goto(`${dashboard}/insight`);
    expect(await page.evaluate(KEPT)).toBe(undefined);
    expect(await statusOf(page.mainFrame(), LOG)).toBe(401);
    await expect.poll(() => page.context().cookies(), PATIENCE).toMatchObject([{ value: "rubbish" }]);
  });
});
