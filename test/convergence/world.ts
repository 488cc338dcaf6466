/** Everything but the bot, for one sequence after another: a hub, a Redis of its own, and for each a fresh Slack. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { jumpClock } from "../../sandbox/clock.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { RedisProxy } from "../../sandbox/redis/proxy.ts";
import { startLocalSlack } from "../../sandbox/slack/index.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { AccessRequest } from "../../src/domain/request.ts";
import { type Keys, keysOf } from "../../src/store/keys.ts";
import { defineScripts } from "../../src/store/scripts.ts";
import { HUB_SECRET } from "../helpers/hub-tells.ts";
import type { Spell } from "./calls.ts";
import type { Leak } from "./leaks.ts";
import { catalogOf, EDITS, workspace } from "./people.ts";
import { createQueues } from "./queue.ts";
import { createStory } from "./story.ts";
import type { Tally } from "./tally.ts";
import type { ScaledTimes } from "./times.ts";
import { type Caller, createTrouble } from "./trouble.ts";

export type Lane = Awaited<ReturnType<typeof openLane>>;
export type World = Awaited<ReturnType<Lane["begin"]>>;

const SECRETS = {
  SLACK_BOT_TOKEN: "xoxb-1-planted-bot-token",
  SLACK_SIGNING_SECRET: "planted-signing-secret",
  HUB_AUDIT_TOKEN: HUB_SECRET,
};

/** What outlives a sequence. */
export async function openLane(redis: string, db: number, times: ScaledTimes) {
  const clock = jumpClock();
  const hub = await startLocalHub({ clock });
  const dir = scratch("karpor-convergence").path;
  writeFileSync(join(dir, "hub.kubeconfig"), await botKubeconfig(hub));
  const configs = EDITS.map((_, edit) => once(() => load(dir, edit)));
  const commands = new Redis({ path: redis, db });
  const scripts = await scriptsOf(commands);
  const admin = hubClient(hub, hub.admin);
  let sequences = 0;

  return {
    async begin(tally: Tally) {
      sequences += 1;
      const instance = `c${sequences}`;
      clock.jump(Date.now() - clock.now());
      await commands.flushdb();
      const slack = await startLocalSlack({ ...workspace(clock), ...tokens });
      return open({
        ...{ instance, clock, hub, slack, tally, configs, commands, scripts, redis, db, admin, times },
      });
    },
  };
}

const tokens = { botToken: SECRETS.SLACK_BOT_TOKEN, signingSecret: SECRETS.SLACK_SIGNING_SECRET };

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function load(dir: string, edit: number): Config {
  const path = join(dir, `config-${edit}.yml`);
  writeFileSync(path, stringify(catalogOf(edit, GRANTS_NAMESPACE)));
  return loadConfig({ ...SECRETS, KARPOR_ACCESS_CONFIG: path, PORT: "0" });
}

async function scriptsOf(redis: Redis): Promise<Map<string, string>> {
  await new Queue("scripts", { connection: redis, prefix: "{scripts}" }).waitUntilReady();
  defineScripts(redis);
  const { scriptsSet } = redis as unknown as { scriptsSet: Record<string, { sha: string }> };
  return new Map(Object.entries(scriptsSet).map(([name, { sha }]) => [sha, name]));
}

interface Opening {
  instance: string;
  clock: ReturnType<typeof jumpClock>;
  hub: Awaited<ReturnType<typeof startLocalHub>>;
  slack: Awaited<ReturnType<typeof startLocalSlack>>;
  tally: Tally;
  configs: (() => Config)[];
  commands: Redis;
  scripts: Map<string, string>;
  redis: string;
  db: number;
  admin: ReturnType<typeof hubClient>;
  times: ScaledTimes;
}

const JUST_NOW_MS = 2_000;
const LOOK_MS = 20;

/** The parts of one sequence. */
function open(opening: Opening) {
  const { instance, clock, hub, slack, tally, configs, commands, scripts, redis, db, times } = opening;
  const story = createStory(clock);
  const callers = new Map<number, Caller>();
  const proxies = new Map<string, RedisProxy>();
  const logs: string[] = [];
  const spoilt = new Set<string>();
  const away = new Set<string>();
  const leaks: Leak[] = [];
  /** What operators were told was done, by request. */
  const byHand = {
    ended: new Set<string>(),
    endedOnHub: new Set<string>(),
    abandoned: new Set<string>(),
    /** Of these, of an earlier generation: its token may work until a sweep takes it away. */
    abandonedEarlier: new Set<string>(),
  };
  let outageEnd = Number.NEGATIVE_INFINITY;
  let outages = 0;
  let openSince = Number.NEGATIVE_INFINITY;
  const listeners = new Set<(call: string) => void>();
  const openings = new Set<() => void>();
  const trouble = createTrouble({
    ...{ story, tally, scripts },
    callerAt: (port) => callers.get(port),
    onHub: (call) => {
      for (const listen of listeners) listen(call);
    },
  });
  slack.meddle(trouble.slack);
  hub.meddle(trouble.hub);
  const keys: Keys = keysOf(instance);
  const queues = createQueues(commands, keys.prefix);
  return {
    ...{ instance, clock, hub, slack, tally, commands, keys, queues, story, trouble, logs, byHand, times },
    leaks,
    redis,
    redisDb: db,
    config: (edit: number): Config => ({ ...(configs[edit] as () => Config)(), instance }),
    log: (name: string, line: string) => void logs.push(`${name} ${line}`),
    onHub: (listen: (call: string) => void) => void listeners.add(listen),
    opened(caller: Caller, ports: number[], proxy: RedisProxy) {
      for (const port of ports) callers.set(port, caller);
      proxies.set(caller.name, proxy);
      cast(proxy, trouble.spell("Redis"));
    },
    died(name: string) {
      proxies.delete(name);
      outageEnd = performance.now();
      outages += 1;
    },
    paused() {
      outages += 1;
    },
    wentOn() {
      outageEnd = performance.now();
    },
    /** Counts what keeps a bot from ending what is over until the next try. */
    disturbances: () => outages + trouble.hits(),
    /** Milliseconds since a replica died last, or went on. */
    sinceOutage: () => performance.now() - outageEnd,
    /** What becomes of Redis as a whole, for those who live. */
    castOnRedis(spell: Spell | undefined) {
      for (const proxy of proxies.values()) cast(proxy, spell);
    },
    /** Lets everybody in, or asks for rights again. */
    openHub(on: boolean) {
      if (on) {
        for (const beforeOpen of openings) beforeOpen();
        openSince = performance.now();
      }
      hub.setRbac(!on);
    },
    /** Before everybody is let in. */
    onOpening: (listen: () => void) => void openings.add(listen),
    /** Nobody can look and write it down in one: what was seen before may be said a moment after. */
    hubOpenedJustNow: () => performance.now() - openSince < JUST_NOW_MS,
    records: () => records(commands, keys),
    /** How many were completed. */
    sweeps: async () => Number(await commands.hget(keys.sweeps, "count")),
    /** A minute is more than a lease lasts whose release was lost, or a job's lock: Redis counts in the machine's time. */
    async allLetGo() {
      const deadline = performance.now() + times.now().forgottenMs;
      const held = async () =>
        (await queues.taken()) > 0 || (await keysLike(commands, keys.lease(""))).length > 0;
      while ((await held()) && performance.now() < deadline) await delay(LOOK_MS);
    },
    /** What a dead replica went by, a minute later; the living say again what they go by. */
    forgetPolicies: () => commands.del(keys.policies),
    /** As another version might have written it: no change that is under way lands over it. */
    async spoil(record: AccessRequest) {
      spoilt.add(record.id);
      const text = JSON.stringify({ ...record, state: "suspended" });
      const key = keys.request(record.id);
      await commands.multi().hincrby(key, "v", 1).hset(key, "record", text).exec();
    },
    isLockedDown: async () => Boolean(await commands.hget(keys.lockdown, "record")),
    /** Whose account in the workspace is deactivated. */
    away: (): readonly string[] => [...away],
    async comeOrGo(user: string) {
      const leaves = !away.delete(user);
      if (leaves) away.add(user);
      await slack.people.change(user, { deleted: leaves });
    },
    isSpoilt: (id: string) => spoilt.has(id),
    async objects() {
      const { serviceAccounts, clusterRoleBindings } = await hub.objects();
      const ours = (o: { metadata: { labels?: Record<string, string> } }) =>
        o.metadata.labels?.["karpor-access.io/instance"] === instance &&
        o.metadata.labels["karpor-access.io/request"] !== undefined;
      return { accounts: serviceAccounts.filter(ours), bindings: clusterRoleBindings.filter(ours) };
    },
    async close() {
      await queues.close();
      hub.meddle(undefined);
      hub.setRbac(true);
      const query = `labelSelector=karpor-access.io/instance=${instance}`;
      await opening.admin("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?${query}`);
      await opening.admin("DELETE", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts?${query}`);
      await slack.close();
    },
  };
}

function cast(proxy: RedisProxy, spell: Spell | undefined): void {
  if (spell === "down") proxy.down();
  else proxy.up();
  if (spell === "hang") proxy.hold("spell");
  else proxy.release("spell");
}

const keysLike = (redis: Redis, prefix: string): Promise<string[]> =>
  redis.keys(`${prefix}*`.replaceAll(/[[\]]/g, "\\$&"));

/** A record that cannot be read is left out. */
async function records(redis: Redis, keys: Keys): Promise<AccessRequest[]> {
  const names = await keysLike(redis, keys.request(""));
  const texts = await Promise.all(names.map((name) => redis.hget(name, "record")));
  const parsed = texts.map((text) => AccessRequest.safeParse(JSON.parse(text ?? "null")).data);
  return parsed.filter((one) => one !== undefined).sort((a, b) => a.requestedAt - b.requestedAt);
}
