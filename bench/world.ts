/** All that a benchmark needs but the bot: a hub, a real Redis, and a local Slack full of people, in this process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { scratch } from "../sandbox/child.ts";
import { systemClock } from "../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { startEnvtest } from "../sandbox/hub/envtest.ts";
import { startLocalHub } from "../sandbox/hub/index.ts";
import type { TestHub } from "../sandbox/hub/types.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";

export const INSTANCE = "bench";
export const HUB_NAME = "production";
/** Signs the records. */
export const RECORDS_KEY = Buffer.alloc(32, "bench").toString("base64");
export const APPROVALS = "C0APPROVALS";
export const GENERAL = "C0GENERAL";
const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, number) => `${prefix}${String(number).padStart(4, "0")}`);
/** Each asks once in a world. */
export const PEOPLE = numbered(2500, "U0P");
export const APPROVERS = numbered(40, "U0A");
export const [ADMIN = ""] = APPROVERS;

export type World = Awaited<ReturnType<typeof startWorld<TestHub>>>;

/** On a real API server, which pays for each call as in production. */
export const startRealWorld = () => startWorld(startEnvtest(), { limits: false });

/** On the stand-in of the hub, which can be far away and counts its calls. */
export const startLocalWorld = ({ limits = false } = {}) =>
  startWorld(startLocalHub({ clock: systemClock() }), { limits });

async function startWorld<Hub extends TestHub>(starting: Promise<Hub>, { limits }: { limits: boolean }) {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await starting);
  const redis = opened.use(await startRedis());
  const slack = opened.adopt(await startLocalSlack(workspace(limits)), (local) => local.close());
  const folder = opened.adopt(scratch("karpor-access-bench"), (made) => made.remove()).path;
  const kubeconfig = await botKubeconfig(hub);
  writeFileSync(join(folder, "hub.kubeconfig"), kubeconfig);
  writeFileSync(join(folder, "config.yml"), stringify(configuration));
  const env = {
    ...{ SLACK_BOT_TOKEN: APP.botToken, SLACK_SIGNING_SECRET: APP.signingSecret },
    SLACK_API_URL: slack.apiUrl,
    RECORDS_KEY,
    REDIS_URL: redis.url,
    PORT: "0",
    KARPOR_ACCESS_CONFIG: join(folder, "config.yml"),
  };
  const kept = opened.move();
  return { hub, redis, slack, kubeconfig, env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const APP = {
  ...{ botToken: "xoxb-1-bench", signingSecret: "bench-signing-secret-0123456789-0" },
  command: "/karpor-access",
};

const configuration = {
  instance: INSTANCE,
  hub: {
    ...{ name: HUB_NAME, kubeconfig: "hub.kubeconfig", namespace: GRANTS_NAMESPACE },
    dashboard: "https://karpor.example.com",
  },
  slack: { channel: APPROVALS, language: "en" },
  admins: [ADMIN],
  roles: {
    guest: {
      ...{ clusterRole: "karpor-guest", description: { en: "View every page", zh: "查看所有页面" } },
      duration: { default: "8h", max: "7d" },
      approval: { by: ["S0SRE"], within: "4h" },
    },
  },
};

const workspace = (limits: boolean) => ({
  ...{ clock: systemClock(), limits, ...APP },
  people: [...APPROVERS, ...PEOPLE].map((id) => ({ id, name: id.toLowerCase(), realName: id })),
  groups: [{ id: "S0SRE", handle: "sre", members: APPROVERS }],
  channels: [
    { id: APPROVALS, name: "approvals", members: APPROVERS },
    { id: GENERAL, name: "general", members: [...APPROVERS, ...PEOPLE] },
  ],
});
