/** A playground and a browser on it, for one test file; skipped with one line where there is no Chromium. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { type Playground, startPlayground } from "../../playground/start.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE = 45_000;
const HOOK = 150_000;
const there = existsSync(CHROMIUM);

/** The browser's part of a file: an error instead of a skip where CI is set. */
export function describeInBrowser(name: string, tests: (visitor: Visitor) => void): void {
  if (!there && process.env.CI) throw new Error(`No Chromium at ${CHROMIUM}: CI must have one.`);
  if (!there) process.stderr.write(`Skipped, no Chromium at ${CHROMIUM} (CHROMIUM names another): ${name}\n`);
  describe.skipIf(!there)(name, { timeout: 120_000 }, () => tests(createVisitor()));
}

export interface Visitor {
  readonly page: Page;
  readonly playground: Playground;
  /** Types a line into that side's composer, and sends it. */
  type(side: PaneName, line: string): Promise<void>;
  /** The last button of this name on that side. */
  button(side: PaneName, name: string | RegExp): Locator;
  become(side: PaneName, person: string): Promise<void>;
  open(side: PaneName, place: string): Promise<void>;
  tab(name: string): Promise<void>;
  jump(name: string): Promise<void>;
  /** Resolves when that side's messages say it. */
  reads(side: PaneName, words: string | RegExp): Promise<void>;
}

export type PaneName = "left" | "right";

function createVisitor(): Visitor {
  let browser: Browser;
  let playground: Playground;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close(), HOOK);
  const start = async () => {
    playground = await startPlayground({ port: 0, open: false, verbose: false });
    page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    await page.goto(playground.url);
    await page.locator("#left .places .place").first().waitFor();
  };
  beforeEach(start, HOOK);
  afterEach(async () => {
    await page?.close();
    await playground?.close();
  });
  const button = (side: PaneName, name: string | RegExp) =>
    page.locator(`#${side} .room`).getByRole("button", { name }).last();
  return {
    get page() {
      return page;
    },
    get playground() {
      return playground;
    },
    button,
    async type(side, line) {
      await page.locator(`#${side} .composer input`).fill(line);
      await page.locator(`#${side} .send`).click();
    },
    become: async (side, person) => {
      await page.locator(`#${side} .chooser select`).selectOption(person);
      const name = playground.context.slack.directory.people.get(person)?.realName ?? person;
      await page.locator(`#${side} .chooser .face`, { hasText: name }).waitFor();
    },
    open: (side, place) => page.locator(`#${side} .place`, { hasText: place }).click(),
    tab: (name) => page.getByRole("tab", { name }).click(),
    jump: (name) => page.locator("#clock").getByRole("button", { name, exact: true }).click(),
    reads: (side, words) => page.locator(`#${side} .item`, { hasText: words }).last().waitFor(),
  };
}
