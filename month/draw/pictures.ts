/** docs/images/dashboard.png and report.png, taken of the month. */
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Prometheus } from "../prometheus.ts";
import { dashboardPage, type Shown } from "./dashboard.ts";
import { reportPage } from "./report.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const OUT = fileURLToPath(new URL("../../docs/images/", import.meta.url));
/** The report's tables are long: its beginning is enough to see what it is. */
const REPORT = { width: 1456, height: 1500 };

export interface Drawn {
  prometheus: Prometheus;
  month: Shown;
  /** Its file. */
  report: string;
}

export async function drawPictures({ prometheus, month, report }: Drawn): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1456, height: 900 }, colorScheme: "light" });
    await page.setContent(await dashboardPage(prometheus, month));
    await page.screenshot({ path: `${OUT}dashboard.png`, fullPage: true });
    await page.setViewportSize(REPORT);
    await page.setContent(reportPage(readFileSync(report, "utf8")));
    await page.screenshot({ path: `${OUT}report.png` });
  } finally {
    await browser.close();
  }
}
