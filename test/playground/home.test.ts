/** The Home tab on the page: drawn by the bot, pressed, followed, in each language, and there on a narrow window too. */
import { expect, it } from "vitest";
import { USERS } from "../../playground/fixtures/people.ts";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser } from "./browser.ts";

describeInBrowser("the Home tab", (visitor) => {
  it("is approved in, follows what happens, and leaves no fault", async () => {
    const { page } = visitor;
    const home = (side: "left" | "right") => page.locator(`#${side} .home`);
    const tab = (side: "left" | "right", name: string) =>
      page.locator(`#${side} .app-tabs`).getByRole("button", { name });
    await visitor.type("left", "/karpor-access guest 8h from home");
    await visitor.open("right", "karpor-access");
    await tab("right", "Home").click();
    await home("right")
      .getByRole("button", { name: /^Approve 8 h/ })
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await home("right")
      .getByRole("button", { name: /^Approve 8 h/ })
      .click();
    await tab("left", "Home").click();
    await home("left").getByText("Active until").waitFor();
    await home("right").getByText("All active: 1").waitFor();
    expect(await home("left").textContent()).not.toContain("eyJ");
    await home("left")
      .getByRole("button", { name: /^End now/ })
      .click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End now" }).click();
    await home("left").getByText("Active until").waitFor({ state: "detached" });

    await visitor.become("left", USERS.lin);
    await tab("left", "主页").click();
    await home("left").getByText("申请权限").waitFor();

    await page.setViewportSize({ width: 420, height: 900 });
    await tab("left", "消息").click();
    await page.locator("#left .composer").waitFor();
    expect(await home("left").isVisible()).toBe(false);
  });
});
