/** All that a benchmark needs but the bot: a real API server, a real Redis, and a local Slack full of people, in this process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { scratch } from "../sandbox/child.ts";
import { systemClock } from "../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { startEnvtest } from "../sandbox/hub/envtest.ts";
import type { TestHub } from "../sandbox/hub/types.ts";
import { startRedis } from "../sandbox/redis/redis.ts";
import { startLocalSlack } from "../sandbox/slack/index.ts";

export const APPROVER = "U0ALICE";
/** More who may approve, none of whom the bot has seen. */
export const STRANGERS = Array.from({ length: 45 }, (_, i) => `U0A${String(i).padStart(4, "0")}`);
export const APPROVALS_CHANNEL = "C0APPROVALS";
export const GENERAL_CHANNEL = "C0GENERAL";
export const BENCH_INSTANCE = "bench";

/** Each may have one open request a role, so every benchmark takes new ones. */
export const PEOPLE = Array.from({ length: 2_000 }, (_, i) => `U0P${String(i).padStart(4, "0")}`);

/** Who hold what stood before: of the workspace, else each would be looked up as one who left. */
export const HOLDERS = Array.from({ length: 10_000 }, (_, i) => `U0C${String(i).padStart(4, "0")}`);

export const SECRETS = {
  SLACK_BOT_TOKEN: "xoxb-1-bench",
  SLACK_SIGNING_SECRET: "bench-signing-secret",
};

export type BenchContext = Awaited<ReturnType<typeof startBenchContext>>;

export const startBenchContext = () => contextOn(startEnvtest());

/** The same with another hub. */
export async function contextOn<H extends TestHub & AsyncDisposable>(starting: Promise<H>) {
  await using opened = new AsyncDisposableStack();
  const dir = scratch("karpor-access-bench");
  opened.defer(() => dir.remove());
  const hub = opened.use(await starting);
  const redis = opened.use(await startRedis());
  const slack = opened.adopt(await startLocalSlack(workspace()), (s) => s.close());
  const kubeconfig = join(dir.path, "hub.kubeconfig");
  writeFileSync(kubeconfig, await botKubeconfig(hub));
  writeFileSync(join(dir.path, "config.yml"), stringify(settings));
  const env = {
    ...SECRETS,
    KARPOR_ACCESS_CONFIG: join(dir.path, "config.yml"),
    REDIS_URL: redis.url,
    SLACK_API_URL: slack.apiUrl,
  };
  const kept = opened.move();
  return {
    ...{ hub, redis, slack, kubeconfig, env },
    dir: dir.path,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const role = {
  clusterRole: "karpor-guest",
  description: { en: "View every page", zh: "查看所有页面" },
  duration: { default: "8h", max: "7d" },
  approval: { by: ["S0SRE"], within: "4h" },
};

export const settings = {
  instance: BENCH_INSTANCE,
  hub: {
    name: "production",
    kubeconfig: "hub.kubeconfig",
    namespace: GRANTS_NAMESPACE,
    dashboard: "https://karpor.example.com",
  },
  slack: { channel: APPROVALS_CHANNEL, language: "en" },
  admins: [APPROVER],
  roles: { guest: role, second: role },
};

export const workspace = () => ({
  clock: systemClock(),
  signingSecret: SECRETS.SLACK_SIGNING_SECRET,
  botToken: SECRETS.SLACK_BOT_TOKEN,
  command: "/karpor-access",
  limits: false,
  people: [APPROVER, ...STRANGERS, ...PEOPLE, ...HOLDERS].map((id) => ({
    id,
    name: id.toLowerCase(),
    realName: id,
  })),
  groups: [{ id: "S0SRE", handle: "sre", members: [APPROVER, ...STRANGERS] }],
  channels: [
    { id: APPROVALS_CHANNEL, name: "approvals", members: [APPROVER, ...STRANGERS] },
    { id: GENERAL_CHANNEL, name: "general", members: [APPROVER, ...PEOPLE] },
  ],
});
