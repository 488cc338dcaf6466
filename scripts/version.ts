/** npm's `version`: the chart takes the version that package.json has just got. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

const CHART = "deploy/chart/Chart.yaml";

/** npm runs it in the package's own directory. */
const { version } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8")) as {
  version: string;
};
const chart = parseDocument(readFileSync(CHART, "utf8"));
for (const field of ["version", "appVersion"]) chart.set(field, version);
writeFileSync(CHART, chart.toString({ lineWidth: 0, flowCollectionPadding: false }));
