/** What a replica does by itself, again and again: each a repeated look at one thing. */
import { basename } from "node:path";
import { setTimeout as plainSleep } from "node:timers/promises";
import { checkRoles } from "../cli/checks/roles.ts";
import { type Config, fixedDiffering, readConfig } from "../config.ts";
import { DAY, SECOND } from "../domain/duration.ts";
import type { Policy } from "../domain/policy-file.ts";
import { createAgreement } from "../flow/agree/agree-on-policy.ts";
import { createPolicyIntake } from "../flow/agree/take-policy.ts";
import { createEvidenceKeeper } from "../flow/evidence/keep-evidence.ts";
import { type HubAlarmPorts, tellHubAlarms } from "../flow/evidence/tell-hub-alarms.ts";
import { sweepBeside } from "../flow/mend/sweep.ts";
import { isStoreAway, type PolicyRegister, type Ports } from "../flow/ports.ts";
import { redrawHomes } from "../flow/seen/redraw-homes.ts";
import type { Holds } from "../flow/support/holds.ts";
import type { LivePolicy } from "../flow/support/live-policy.ts";
import { type Repeating, repeat } from "../flow/support/repeat.ts";
import { carryOutMassEnds } from "../flow/together/mass-end.ts";
import { keepSeals, SEAL_EVERY_MS } from "../flow/trail/keep-seals.ts";
import { createSealWatch } from "../flow/trail/watch-seals.ts";
import { renewCredential } from "../flow/watch/renew-credential.ts";
import { watchAccess } from "../flow/watch/watch-access.ts";
import { watchGroups, watchPeople } from "../flow/watch/watch-departures.ts";
import { watchEnds } from "../flow/watch/watch-ends.ts";
import { createChangeReader, watchHub } from "../flow/watch/watch-hub.ts";
import { lookAtOwnAccess } from "../hub/client/own-access.ts";
import { heartbeat } from "../hub/grants/heartbeat.ts";
import { createGrantWatch } from "../hub/grants/watch.ts";
import { renewBotToken } from "../hub/kubeconfig/bot-token.ts";
import { tellAdmins } from "../slack/outbound/admins.ts";
import { inviteOf } from "../slack/slash-command.ts";
import { credentialMessage } from "../slack/views/index.ts";
import { atMostOnce } from "../store/at-most-once.ts";
import { keysOf } from "../store/keys.ts";
import type { assemble } from "./assemble.ts";
import { contextOf } from "./assemble.ts";
import type { AppDeps, Clients } from "./clients.ts";

const REDIS_WITHIN = 3_000;

/** By plain timers: needs neither queue, nor lease, nor a clock that is right. */
export function keepEnding(
  { slack }: Config,
  ports: Ports,
  { redis }: Clients,
  holds: Holds,
  { log, times, elapsed = () => performance.now() }: AppDeps,
): Repeating {
  const watch = watchEnds({ ...ports, holds, invite: inviteOf(slack.command), elapsed }, times?.ends);
  const connected = redis.ready(REDIS_WITHIN).catch(() => {});
  const run = (signal: AbortSignal) => connected.then(() => watch(signal));
  const sleep = (ms: number, signal: AbortSignal) => plainSleep(ms, undefined, { signal });
  return repeat(run, { what: "the watch over what must end", sleep, log });
}

export function keepWatchingHub(
  { instance, hub: { namespace } }: Config,
  ports: Ports,
  { hub: client }: Clients,
): Pick<Repeating, "close"> {
  const { clock, log } = ports;
  const tell = createChangeReader(ports);
  const both = (["accounts", "bindings"] as const).map((kind) => {
    const watch = createGrantWatch({ client, instance, namespace }, kind);
    return repeat(watchHub(ports, watch, tell), { what: "the watch over the hub", sleep: clock.sleep, log });
  });
  return together(both);
}

/** That the hub refuses the bot is noticed before the checks come round. */
export function keepAccess(
  { hub: { namespace } }: Config,
  ports: Ports,
  { hub }: Clients,
  { recheck, isBegun }: { recheck(): void; isBegun(): boolean },
): Repeating {
  const { clock, log, admins } = ports;
  const watch = watchAccess({
    ...{ admins, log },
    look: (signal) => lookAtOwnAccess(hub, namespace, signal),
    recheck,
    resume: async () => {
      if (isBegun()) await sweepBeside(ports);
    },
  });
  return repeat(watch, { what: "the bot's access to the hub", sleep: clock.sleep, log });
}

/** How soon a Redis that went back is noticed where nothing happens. */
const SETTLE_EPOCH_MS = 10 * SECOND;

export function keepEpoch({ epoch, lockdown }: Ports, { clock, log }: AppDeps): Repeating {
  const run = async () => {
    await Promise.all([epoch.settle(), lockdown.settle()]);
    return SETTLE_EPOCH_MS;
  };
  return repeat(run, { what: "what hub and Redis agree on", sleep: clock.sleep, log });
}

type Sealing = Parameters<typeof keepSeals>[0] & Parameters<typeof createSealWatch>[0];

export function keepSealing(ports: Sealing): Repeating {
  const { clock, log } = ports;
  const watch = createSealWatch(ports);
  const run = (signal: AbortSignal) =>
    keepSeals(ports)
      .finally(() => watch(signal))
      .catch(againUnlessDown);
  return repeat(run, { what: "the sealing of the trail", sleep: clock.sleep, after: SEAL_EVERY_MS, log });
}

/** How soon another replica goes on with what one began and did not finish; and how often it is counted. */
const MASS_ENDS_MS = 2 * SECOND;

export function keepMassEnds(ports: Ports, { clock, log }: AppDeps): Repeating {
  const run = () => carryOutMassEnds(ports).then(() => MASS_ENDS_MS, againUnlessDown);
  return repeat(run, { what: "what is ended at once", sleep: clock.sleep, log });
}

/** By events, and by looks of their own for those that did not come. */
export function keepLooking(ports: Ports): Pick<Repeating, "close"> {
  const { clock, log } = ports;
  const how = { what: "the look at who left", sleep: clock.sleep, after: LOOK_MS, log };
  const both = [repeat(() => watchGroups(ports), how), repeat((signal) => watchPeople(ports, signal), how)];
  return together(both);
}

export function keepCanary({ canary }: ReturnType<typeof assemble>, { clock, log }: AppDeps): Repeating {
  const run = (signal: AbortSignal) => canary.run(signal).catch(againUnlessDown);
  return repeat(run, { what: "the canary", sleep: clock.sleep, log });
}

export function keepEvidence(
  { instance, hub: { namespace } }: Config,
  { ports, holds }: ReturnType<typeof assemble>,
  { hub }: Clients,
): Repeating | null {
  const { evidence, clock, log } = ports;
  if (!evidence) return null;
  const client = hub.lane("timers");
  const beat = (signal: AbortSignal) => heartbeat({ client, instance, namespace }, signal);
  const keeper = createEvidenceKeeper({ ...ports, evidence, holds, beat });
  const run = (signal: AbortSignal) => keeper.run(signal).catch(againUnlessDown);
  return repeat(run, { what: "the heartbeat in the hub's audit log", sleep: clock.sleep, log });
}

export function keepHubAlarms(ports: HubAlarmPorts | null): Repeating | null {
  if (!ports) return null;
  const { clock, log } = ports;
  const run = () => tellHubAlarms(ports).catch(againUnlessDown);
  return repeat(run, { what: "the alarms of the hub's audit log", sleep: clock.sleep, log });
}

export function keepClosed(
  { anonymous }: ReturnType<typeof assemble>,
  { clock, log }: AppDeps,
): Repeating | null {
  if (!anonymous) return null;
  const run = (signal: AbortSignal) => anonymous.run(signal).catch(againUnlessDown);
  return repeat(run, { what: "the watch over what needs no token", sleep: clock.sleep, log });
}

export function keepHomes(ports: Ports, { clock, log }: AppDeps): Repeating {
  return repeat(() => redrawHomes(ports), { what: "the Home tabs", sleep: clock.sleep, log });
}

export function keepCredential(
  config: Config,
  { clock, log }: AppDeps,
  { hub, redis, memory, slack }: Clients,
  { directory, policy }: Ports,
): Repeating {
  const admins = { client: slack, directory, memory, clock, policy, log };
  const context = contextOf(config, policy, clock);
  const told = `${keysOf(config.instance).prefix}:credential-told`;
  const ports = {
    ...{ clock, log },
    renew: async () => renewBotToken({ hub: await hub.open(), client: hub, clock }),
    warnAdmins: async (left: number) => {
      const name = `credential:${Math.ceil(left / DAY)}`;
      const tell = () => tellAdmins(admins, name, (locale) => credentialMessage(left, context(locale)));
      await atMostOnce(redis.commands, told, DAY, tell);
    },
  };
  return repeat(() => renewCredential(ports), { what: "the bot's own token", sleep: clock.sleep, log });
}

/** Resolves when this replica has told the others what it goes by, where Redis answers. */
export async function keepPolicy(
  config: Config,
  { clock, log }: AppDeps,
  { hub }: Clients,
  {
    live,
    register,
    holds,
    ports,
  }: { live: LivePolicy; register: PolicyRegister; holds: Holds; ports: Ports },
): Promise<Repeating> {
  const read = () => {
    const found = readConfig(config.path, config.secretOf);
    return found.file ? { ...found, fixed: fixedDiffering(config, found.file) } : found;
  };
  const refused = async (book: Pick<Policy, "roles" | "rules">) =>
    (await checkRoles(hub, book)).flatMap(({ check, level, message, fix = "" }) =>
      level === "fail" ? [{ message: `${check}: ${message}`, fix }] : [],
    );
  const means = { clock, log, live, register, holds, homes: ports.homes };
  const look = createPolicyIntake({ ...means, file: basename(config.path), read, refused });
  const agree = createAgreement({ ...means, policy: live.policy });
  const often = (work: () => Promise<void>, what: string) =>
    repeat(() => work().then(again, againUnlessDown), { what, sleep: clock.sleep, log, after: LOOK_MS });
  await agree().catch(againUnlessDown);
  // Apart: a hub that is slow to say which roles may be given must not make this replica look dead.
  const both = [often(agree, "the policy of this replica"), often(look, "the configuration")];
  return {
    close: async () => {
      await together(both).close();
      await register.leave().catch(() => {});
    },
  };
}

const together = (all: readonly Repeating[]): Pick<Repeating, "close"> => ({
  close: async () => void (await Promise.all(all.map((one) => one.close()))),
});

const LOOK_MS = 2 * SECOND;
const again = () => LOOK_MS;

/** Whoever made the connection to Redis reports its outages. Throws what else it is given. */
function againUnlessDown(error: unknown): number {
  if (isStoreAway(error)) return LOOK_MS;
  throw error;
}
