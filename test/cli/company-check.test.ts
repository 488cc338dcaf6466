/** A company's check that is down, and a hub that tells nothing, are seen by whoever runs the bot. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { doctor } from "../../src/cli/doctor/index.ts";
import { HUB_AUDIT_PATH } from "../../src/evidence/webhook.ts";
import { MINUTE } from "../../src/request/durations.ts";
import { startCompany } from "../helpers/company.ts";
import { eventually } from "../helpers/eventually.ts";
import { APPROVALS } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

const SECRET = Buffer.from("a secret of thirty-two characters").toString("base64");
const HUB_SECRET = "planted-hub-audit-secret-0123456789";
let world: World;
let company: Awaited<ReturnType<typeof startCompany>>;
let replicas: Running[];

beforeAll(async () => {
  company = await startCompany(SECRET);
  const check = { url: company.url, secretEnv: "KARPOR_CHECK_SECRET", within: "1s" };
  world = await startWorld({
    config: {
      roles: { ...roles, checked: { ...roles.peek, check } },
      audit: { hub: { tokenEnv: "HUB_TOKEN" } },
    },
  });
  Object.assign(world.env, { KARPOR_CHECK_SECRET: SECRET, HUB_TOKEN: HUB_SECRET, METRICS_PORT: "0" });
  replicas = [await startReplica(world), await startReplica(world)];
});
afterAll(async () => {
  await world.close();
  await company.close();
});

const [first, second] = [() => replicas[0] as Running, () => replicas[1] as Running];
const page = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${first().metricsPort}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const status = async () => {
  const { status, text } = await page("/status");
  return { status, ...JSON.parse(text) };
};
const silentFor = async () =>
  Number(/company_check_silent_seconds\{role="checked"\} ([\d.]+)/.exec((await page("/metrics")).text)?.[1]);
const told = (words: string) =>
  world.slack.messages(APPROVALS).filter((message) => visibleText(message).includes(words));
const warnings = ({ lines }: Running) =>
  lines.filter(({ level, msg }) => level === "warn" && msg.includes("company's check")).map(({ msg }) => msg);

async function find(check: string): Promise<Finding | undefined> {
  const said: string[] = [];
  await doctor(["--json"], {
    ...{
      variables: world.env,
      clock: world.clock,
      log: pino({ level: "silent" }, { write() {} }),
      colour: false,
    },
    ...{ confirm: async () => false, say: (line: string) => void said.push(line) },
  });
  return (JSON.parse(said.join("")).findings as Finding[]).find((one) => one.check === check);
}

test("a check that answers pings is well, everywhere", async () => {
  await eventually(async () => company.pings >= 2);
  await eventually(async () => (await silentFor()) === 0);
  expect(await status()).toMatchObject({ status: 200, ok: true, silentChecks: {} });
  expect(await find("company check checked")).toMatchObject({ level: "ok" });
  expect(company.unsigned).toBe(0);
});

test("one that falls silent is told by its cause, and once to the admins; so is its return", async () => {
  company.answer = () => null;
  await world.jump(MINUTE);
  await eventually(async () => warnings(first()).length > 0 && warnings(second()).length > 0);
  expect(warnings(first())).toEqual([
    "the company's check of checked fails: its answer isn't signed (No matching signature found)",
  ]);
  expect(told("check does not answer")).toHaveLength(0);
  for (let minute = 0; minute < 3; minute++) await world.jump(MINUTE);
  await world.slack.waitFor(() => told("check does not answer")[0]);
  expect(await silentFor()).toBeGreaterThanOrEqual(60);
  expect(await status()).toMatchObject({
    status: 503,
    silentChecks: { checked: "its answer isn't signed (No matching signature found)" },
  });
  expect(await find("company check checked")).toMatchObject({
    ...{
      level: "fail",
      message: expect.stringContaining("its answer isn't signed (No matching signature found)"),
    },
    fix: expect.stringContaining("KARPOR_CHECK_SECRET"),
  });

  company.answer = () => ({ answer: "allow" });
  await world.jump(MINUTE);
  await world.slack.waitFor(() => told("check answers again")[0]);
  await world.jump(MINUTE);
  expect([told("check does not answer").length, told("check answers again").length]).toEqual([1, 1]);
  expect(await silentFor()).toBe(0);
  expect(warnings(first()).at(-1)).toBe("the company's check of checked answers again");
});

test("when the hub last told anything is in status and doctor", async () => {
  expect(await status()).toMatchObject({ hubTold: null });
  expect(await find("audit hub")).toMatchObject({ level: "warn" });
  const batch = { apiVersion: "audit.k8s.io/v1", kind: "EventList", items: [] };
  const { status: answered } = await fetch(`http://127.0.0.1:${first().port}${HUB_AUDIT_PATH}`, {
    ...{ method: "POST", headers: { authorization: `Bearer ${HUB_SECRET}` }, body: JSON.stringify(batch) },
  });
  expect(answered).toBe(200);
  const { hubTold } = await status();
  expect(Math.abs(Date.parse(hubTold) - world.clock.now())).toBeLessThan(MINUTE);
  expect(await find("audit hub")).toMatchObject({ level: "ok", message: expect.stringContaining(hubTold) });
});
