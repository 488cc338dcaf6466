/** `npm run screenshot`: docs/images/playground.png and .gif, taken of the real page at work. */
import { mkdirSync, writeFileSync } from "node:fs";
import gifenc from "gifenc";
import { chromium, type Locator, type Page } from "playwright-core";
import { PNG } from "pngjs";
import { startPlayground } from "../playground/start.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const OUT = new URL("../docs/images/", import.meta.url);
const SIZE = { width: 1440, height: 810 };
const COLOURS = 96;
const { GIFEncoder, quantize, applyPalette } = gifenc;

async function main(): Promise<void> {
  const playground = await startPlayground({ port: 0, open: false, verbose: false });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    mkdirSync(OUT, { recursive: true });
    const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
    page.setDefaultTimeout(60_000);
    await page.goto(playground.url);
    await tell(page);
  } finally {
    await browser.close();
    await playground.close();
  }
}

async function tell(page: Page): Promise<void> {
  const film = createFilm(page);
  const dm = page.locator("#left .room");
  const card = page.locator("#right .room");
  await page.locator("#left .place").first().waitFor();
  await page.frameLocator("iframe").locator(".login-box").waitFor();
  await settled(page);
  await film.show(1500);
  await film.click(page.locator(".try").first(), card.getByRole("button", { name: "Approve" }));
  const openKarpor = dm
    .getByRole("link", { name: "Open Karpor" })
    .or(dm.getByRole("button", { name: "Open Karpor" }));
  const dashboard = page.frameLocator("iframe");
  await film.click(card.getByRole("button", { name: "Approve" }), openKarpor);
  await film.click(openKarpor, dashboard.locator(".insight"));
  await film.still("playground.png");
  await film.click(page.getByRole("tab", { name: "Behind the scenes" }), page.locator(".entry").last());
  await film.click(page.locator("[data-jump=end]"), page.locator("[data-step=end].done"));
  await film.click(page.getByRole("tab", { name: "Proof" }), page.locator(".ends .ended"));
  await dm.locator(".item", { hasText: "Used" }).waitFor();
  await film.show(SEEN);
  await film.click(page.getByRole("tab", { name: "Try to break it" }), page.locator(".scenario").first());
  await film.show(2500);
  film.save("playground.gif");
}

const SEEN = 1600;
const AIMED = 700;

function createFilm(page: Page) {
  const gif = GIFEncoder();
  const show = async (delay: number) => {
    const { data, width, height } = half(PNG.sync.read(await page.screenshot()));
    const palette = quantize(data, COLOURS);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
  };
  return {
    show,
    /** Shows what is clicked, and then what came of it. */
    async click(target: Locator, then: Locator): Promise<void> {
      await target.hover();
      await target.focus();
      await show(AIMED);
      await target.click();
      await then.first().waitFor();
      await page.mouse.move(0, 0);
      await settled(page);
      // A ring shows what is clicked, and nothing after.
      await page.evaluate("document.activeElement.blur()");
      await show(SEEN);
    },
    async still(name: string): Promise<void> {
      writeFileSync(new URL(name, OUT), await page.screenshot());
    },
    save(name: string): void {
      gif.finish();
      writeFileSync(new URL(name, OUT), gif.bytes());
    },
  };
}

/** What arrives together is drawn together. */
const settled = (page: Page): Promise<void> => page.waitForTimeout(500);

/** Each pixel the mean of four. */
function half({ data, width, height }: { data: Uint8Array; width: number; height: number }) {
  const [w, h] = [width >> 1, height >> 1];
  const small = new Uint8Array(w * h * 4);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let c = 0; c < 4; c++) {
        const at = (2 * y * width + 2 * x) * 4 + c;
        const sum = (i: number) => data[at + i] ?? 0;
        small[(y * w + x) * 4 + c] = (sum(0) + sum(4) + sum(width * 4) + sum(width * 4 + 4)) >> 2;
      }
  return { data: small, width: w, height: h };
}

await main();
process.exit(0);
