/** A browser, and a new playground for each test. */
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type Playground, startPlayground } from "../../playground/start.ts";
import { CHROMIUM, needs } from "../helpers/machine.ts";

const PATIENCE = 30_000;

export interface Visitor {
  readonly playground: Playground;
  /** Opens a page of its own. */
  visit(options?: BrowserContextOptions): Promise<Page>;
}

export function describeInBrowser(name: string, tests: (visitor: Visitor) => void): void {
  needs("Chromium")(name, { timeout: 120_000 }, () => tests(createVisitor()));
}

function createVisitor(): Visitor {
  let browser: Browser;
  let playground: Playground;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    playground = await startPlayground({ port: 0, open: false, verbose: false });
  });
  afterEach(() => playground?.close());
  return {
    get playground() {
      return playground;
    },
    async visit(options = { viewport: { width: 1440, height: 900 } }) {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(playground.url);
      await page.locator("#left .places button").first().waitFor();
      return page;
    },
  };
}

/** Types a line into that side's message box and sends it. */
export async function typeLine(page: Page, line: string, side: "left" | "right" = "left"): Promise<void> {
  await page.locator(`#${side} .composer input`).fill(line);
  await page.locator(`#${side} .send`).click();
}

/** The last button of this name on that side. */
export const buttonOf = (page: Page, side: "left" | "right", name: string | RegExp): Locator =>
  page.locator(`#${side} .items`).getByRole("button", { name }).last();

/** Resolves when that side's messages say it. */
export const reads = (page: Page, side: "left" | "right", words: string | RegExp): Promise<void> =>
  page.locator(`#${side} .item`, { hasText: words }).last().waitFor();
