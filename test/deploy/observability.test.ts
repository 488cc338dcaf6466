/** Alert rules and dashboard, by Debian's promtool and against its Prometheus, which scrapes a bot after a short story. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { freePort, scratch, startChild } from "../../sandbox/child.ts";
import { needs } from "../helpers/needs.ts";
import { until } from "../helpers/redis.ts";
import { tellStory } from "../metrics/story.ts";

const ROOT = new URL("../../", import.meta.url);
const OBSERVABILITY = new URL("deploy/observability/", ROOT).pathname;
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const runs = (command: string) => spawnSync(command, ["--version"]).status === 0;

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const rules = Rules.parse(parse(read("deploy/observability/alerts.yml"))).groups.flatMap((one) => one.rules);

const Dashboard = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});
const panels = Dashboard.parse(JSON.parse(read("deploy/observability/dashboard.json"))).panels;

const Answer = z.object({
  status: z.literal("success"),
  data: z.object({ result: z.array(z.unknown()) }),
});

needs(runs("promtool"), "apt-get install -y prometheus")("the alert rules, by promtool", () => {
  const promtool = (...args: string[]) =>
    spawnSync("promtool", args, { cwd: OBSERVABILITY, encoding: "utf8" });

  test("are valid", () => {
    const { status, stdout, stderr } = promtool("check", "rules", "alerts.yml");
    expect(status, stdout + stderr).toBe(0);
  });

  test("pass their tests", () => {
    const { status, stdout, stderr } = promtool("test", "rules", "alerts.test.yml");
    expect(status, stdout + stderr).toBe(0);
  });
});

test.each(rules)(
  "$alert: a test sees it quiet and sees it fire, and a page in each language says what to do",
  ({ alert }) => {
    const Tests = z.object({
      tests: z.array(
        z.object({
          alert_rule_test: z.array(
            z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }),
          ),
        }),
      ),
    });
    const tests = Tests.parse(parse(read("deploy/observability/alerts.test.yml"))).tests;
    const seen = tests.flatMap((one) => one.alert_rule_test).filter(({ alertname }) => alertname === alert);
    expect(new Set(seen.map(({ exp_alerts }) => exp_alerts.length > 0))).toEqual(new Set([true, false]));
    for (const page of ["docs/alerts.md", "docs/zh/alerts.md"])
      expect(read(page).split("\n")).toContain(`### ${alert}`);
  },
);

test("no rule and no panel names a bound of a histogram as one version of Prometheus alone writes it", () => {
  const written = ["alerts.yml", "dashboard.json"].map((file) => read(`deploy/observability/${file}`));
  expect(written.join("").match(/\ble=\\?"\d+(\.0)?\\?"/g)).toBeNull();
});

needs(runs("prometheus"), "apt-get install -y prometheus")("against a real Prometheus", () => {
  const opened = new AsyncDisposableStack();
  let ask: (expr: string) => Promise<unknown[]>;

  beforeAll(async () => {
    const story = opened.use(await tellStory());
    const dir = opened.adopt(scratch("karpor-access-prometheus"), (d) => d.remove()).path;
    const port = await freePort();
    const config = {
      global: { scrape_interval: "3s", scrape_timeout: "3s", evaluation_interval: "1s" },
      rule_files: [join(OBSERVABILITY, "alerts.yml")],
      // Two bots, as two releases of one name in two namespaces.
      scrape_configs: [
        {
          job_name: "karpor-access",
          static_configs: ["production", "staging"].map((namespace) => ({
            ...{ targets: [`127.0.0.1:${story.port}`], labels: { namespace } },
          })),
        },
      ],
    };
    writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
    opened.adopt(
      await startChild("prometheus", [
        `--config.file=${join(dir, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(dir, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]),
      (child) => child.kill(),
    );
    ask = async (expr) => {
      const url = `http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query: expr })}`;
      const answer = await fetch(url);
      return Answer.parse(await answer.json()).data.result;
    };
    const enough = 'count_over_time(karpor_access_build_info{job="karpor-access"}[1m]) >= 3';
    await until(async () => (await ask(enough).catch(() => [])).length > 1, 30_000);
  });
  afterAll(() => opened.disposeAsync());

  const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
  /** As Grafana asks it. */
  const chosen = (expr: string) =>
    expr
      .replaceAll("$namespace", "production")
      .replaceAll("$job", "karpor-access")
      .replaceAll("$__rate_interval", "1m");
  test.each(queries)("$title: $expr gives a series", async ({ expr }) => {
    await until(async () => (await ask(chosen(expr))).length > 0);
  });

  test("a bot of the same job in another namespace is not counted with it", async () => {
    for (const { title, expr } of queries) {
      const selectors = chosen(expr).match(/karpor_access_\w+\{.*?\}/g) ?? [];
      for (const selector of selectors)
        expect(await ask(`count by (namespace) (${selector})`), title).toEqual([
          expect.objectContaining({ metric: { namespace: "production" } }),
        ]);
    }
  });

  test("every metric that rules and dashboard name is there", async () => {
    const named = [...rules, ...queries].flatMap(({ expr }) => expr.match(/karpor_access_\w+/g) ?? []);
    for (const name of new Set(named)) await until(async () => (await ask(name)).length > 0);
  });

  test("after a story that went well nothing is alarmed", async () => {
    expect(await ask(`ALERTS{alertstate="firing"}`)).toEqual([]);
  });
});
