/** A person's own device: a page of Chromium with a virtual authenticator of its own. */
import type { Browser, CDPSession, Page } from "playwright-core";
import type { SlackMessage } from "../../sandbox/slack/index.ts";

export interface Device {
  page: Page;
  /** Whether its user verifies themselves from now on: by finger, face or PIN. */
  verifies(isVerified: boolean): Promise<void>;
  /** Opens a link and waits until the page shows something. */
  open(link: string): Promise<void>;
  /** Presses the page's button, and resolves to what the page says when that is done. */
  press(): Promise<string>;
  text(): Promise<string>;
  /** What the page gives to be copied. */
  line(): Promise<string>;
}

export async function openDevice(browser: Browser, locale = "en-GB"): Promise<Device> {
  const page = await (await browser.newContext({ locale })).newPage();
  const devtools = await page.context().newCDPSession(page);
  const authenticatorId = await addAuthenticator(devtools);
  const sign = page.locator("#sign");
  const readText = async () => (await page.locator("main").allInnerTexts()).join();
  return {
    page,
    verifies: async (isUserVerified) => {
      await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
    async open(link) {
      await page.goto("about:blank");
      await page.goto(link);
      await page.locator("#facts dd, #text:not([hidden])").first().waitFor();
    },
    async press() {
      await sign.click();
      await page.locator("#sign:enabled").waitFor({ state: "attached" });
      return readText();
    },
    text: readText,
    line: async () => (await page.locator("#line").allInnerTexts()).join(),
  };
}

async function addAuthenticator(devtools: CDPSession): Promise<string> {
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
}

const LINK = /"(https?:[^"]*\/access\/(?:approve|passkey)\/#[^"]*)"/;
/** The link to the page in a message that Slack shows to one person. */
export const pageLinkIn = ({ blocks }: Pick<SlackMessage, "blocks">): string =>
  LINK.exec(JSON.stringify(blocks))?.[1] ?? "";
