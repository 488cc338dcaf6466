/** Alert rules and dashboard: promtool takes them, and each metric that they name is one that the bot shows. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { needs } from "../helpers/machine.ts";
import { startReplica, startWorld } from "../helpers/world.ts";

const FOLDER = fileURLToPath(new URL("../../deploy/observability/", import.meta.url));
const metricsIn = (text: string) =>
  new Set(text.replaceAll("decision_seconds_bucket", "decision_seconds").match(/karpor_access_[a-z_]+/g));

needs("promtool")("the alert rules", () => {
  test.each([
    ["are valid", ["check", "rules", "alerts.yml"]],
    ["pass their tests", ["test", "rules", "alerts.test.yml"]],
  ])("%s", (_, args) => {
    const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: FOLDER, encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
  });
});

test("each alert has a test", () => {
  const [rules, tests] = ["alerts.yml", "alerts.test.yml"].map((name) => readFileSync(FOLDER + name, "utf8"));
  const alerts = [...(rules ?? "").matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  const tested = [...(tests ?? "").matchAll(/alertname: (\w+)\n/g)].map(([, name]) => name);
  expect(tested.toSorted()).toEqual(alerts.toSorted());
});

test("rules and dashboard name the bot's metrics: all of them, and no others", async () => {
  const world = await startWorld();
  Object.assign(world.env, { METRICS_PORT: "0" });
  const { metricsPort } = await startReplica(world);
  const shown = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  await world.close();
  const named = ["alerts.yml", "dashboard.json"]
    .map((name) => readFileSync(FOLDER + name, "utf8"))
    .join("\n");
  const declared = new Set([...shown.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  expect(metricsIn(named)).toEqual(declared);
});
