/** npm's `version`: the chart, and whatever names the bot's image, take the version that package.json has just got. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

const CHART = "deploy/chart/Chart.yaml";
const IMAGES = [
  "deploy/kubernetes/kustomization.yaml",
  "deploy/kubernetes/heal/kustomization.yaml",
  "docs/install.md",
  "docs/zh/install.md",
];

/** npm runs it in the package's own directory. */
const { version } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8")) as {
  version: string;
};
const chart = parseDocument(readFileSync(CHART, "utf8"));
for (const field of ["version", "appVersion"]) chart.set(field, version);
writeFileSync(CHART, chart.toString({ lineWidth: 0, flowCollectionPadding: false }));
for (const path of IMAGES) {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/(?<=\/karpor-access:|newTag: )\d\S*/g, version));
}
