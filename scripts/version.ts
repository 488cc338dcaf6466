/** npm's `version`: the chart, and the pages that name the bot's image, take the version that package.json has just got. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";

const CHART = "deploy/chart/Chart.yaml";
const PAGES = ["docs/install.md", "docs/zh/install.md"];

// npm runs this in the package's own directory.
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const chart = parseDocument(readFileSync(CHART, "utf8"));
for (const field of ["version", "appVersion"]) chart.set(field, version);
writeFileSync(CHART, chart.toString({ lineWidth: 0, flowCollectionPadding: false }));
for (const page of PAGES) {
  const text = readFileSync(page, "utf8");
  writeFileSync(page, text.replace(/(?<=\/karpor-access:)\d\S*/g, version));
}
