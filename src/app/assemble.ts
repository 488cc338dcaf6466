/** Clients → adapters → ports: what every flow is handed. */

import { randomBytes } from "node:crypto";
import { nameOf } from "../cli/audit/name.ts";
import { type Config, hubAuditSecret } from "../config.ts";
import type { AllowanceEntry } from "../domain/allowance.ts";
import type { Transition } from "../domain/audit.ts";
import { approvalOf, channelFor, clusterRolesOf } from "../domain/catalog.ts";
import { DAY } from "../domain/duration.ts";
import { RequestId } from "../domain/ids.ts";
import type { Locale } from "../domain/person.ts";
import type { Policy } from "../domain/policy-file.ts";
import type { End } from "../domain/request.ts";
import { createEpochKeeper } from "../flow/agree/keep-epoch.ts";
import { createLockdownKeeper } from "../flow/agree/keep-lockdown.ts";
import { createHubEnds } from "../flow/operator/remember-on-hub.ts";
import type { Clock, Lease, Ports, SealKeeping } from "../flow/ports.ts";
import { rememberingEnds } from "../flow/support/begun-ends.ts";
import { createHolds } from "../flow/support/holds.ts";
import { livePolicy } from "../flow/support/live-policy.ts";
import { recentAnchor } from "../flow/support/recent-anchor.ts";
import { createCanary } from "../flow/watch/canary.ts";
import { createAnonymousWatch } from "../flow/watch/watch-anonymous.ts";
import { ownLooks } from "../http/hub-audit/own-looks.ts";
import { lookAtAnonymous } from "../hub/client/anonymous.ts";
import { createAnchor } from "../hub/grants/anchor.ts";
import { createGrants } from "../hub/grants/grants.ts";
import { canaryInstance } from "../hub/grants/whose.ts";
import { aboutRequest } from "../log.ts";
import { createOutside } from "../outside/outside.ts";
import { createJobs } from "../queue/jobs.ts";
import { createAdmins } from "../slack/outbound/admins.ts";
import { createAllowanceNotifier } from "../slack/outbound/allowance-notifier.ts";
import { postInChannel } from "../slack/outbound/channel-post.ts";
import { createDirectory } from "../slack/outbound/directory.ts";
import { createHomeTab } from "../slack/outbound/home-tab.ts";
import { createMassEndNotifier } from "../slack/outbound/mass-end-notifier.ts";
import { createNotifier } from "../slack/outbound/notifier.ts";
import { rememberPeople } from "../slack/outbound/people.ts";
import type { HomeWorkspace } from "../slack/outbound/profile.ts";
import { createTokenViews } from "../slack/outbound/token-views.ts";
import type { Message, ViewContext } from "../slack/views/context.ts";
import { checkpointMessage } from "../slack/views/index.ts";
import { createAllowances } from "../store/allowances.ts";
import { createAnonymousLooks } from "../store/anonymous.ts";
import { againIn, atMostOnce } from "../store/at-most-once.ts";
import { createAttempts } from "../store/attempts.ts";
import { createCanaries } from "../store/canaries.ts";
import type { Source, TrailLine } from "../store/chain.ts";
import { createEpochs } from "../store/epoch.ts";
import { createEvidence } from "../store/evidence.ts";
import { createHomes } from "../store/homes.ts";
import { keysOf } from "../store/keys.ts";
import { createLease } from "../store/lease.ts";
import { createLists } from "../store/lists/lists.ts";
import { createLockdowns } from "../store/lockdown.ts";
import { createLooks } from "../store/looks.ts";
import { createMassEnds } from "../store/mass-ends.ts";
import { createPolicies } from "../store/policies.ts";
import { createRequests } from "../store/requests.ts";
import { createSeals } from "../store/seals.ts";
import { createSeen } from "../store/seen.ts";
import { createSweeps } from "../store/sweeps.ts";
import { createTold } from "../store/told.ts";
import type { AppDeps, Clients } from "./clients.ts";

const HUB_ITSELF = new Set(["hub", "hub access"]);

/** The adapters behind the flows. */
export function assemble(
  config: Config,
  { clock, log, times, cli }: AppDeps & Source,
  clients: Clients,
  opened: AsyncDisposableStack,
  home: () => HomeWorkspace,
) {
  const { metrics, redis, hub, memory, slack, callers, busy, eager } = clients;
  const keys = keysOf(config.instance);
  const people = rememberPeople(createDirectory({ slack: callers, memory, clock, home }));
  const live = livePolicy(config);
  const { policy } = live;
  const register = createPolicies({
    ...{ redis: redis.commands, keys, clock, policy },
    onChange: ({ took }, line) => log.info(line, `policy ${took.slice(0, 8)} is on the trail`),
  });
  const context = contextOf(config, policy, clock);
  const holds = createHolds({ clock, log });
  const jobs = createJobs({ connection: redis.commands, prefix: keys.prefix, clock, eager });
  opened.adopt(jobs, (j) => j.close());
  const auditSecret = hubAuditSecret(config);
  const grantsBy = (lane: "urgent" | "timers") =>
    createGrants({
      client: hub.lane(lane),
      instance: config.instance,
      namespace: config.hub.namespace,
      clock,
      log,
      clusterRoles: () => clusterRolesOf(policy.roles),
      known: config.hub.known,
      nameLook: auditSecret ? ownLooks(auditSecret).name : undefined,
      instances: config.hub.instances,
    });
  const stopping = new AbortController();
  opened.defer(() => stopping.abort());
  const looks = createLooks({ redis: redis.commands, keys });
  const admins = createAdmins({
    lately: async (groups) => {
      const { look } = await looks.last();
      return [...new Set(groups.flatMap((id) => look?.groups[id]?.members ?? []))];
    },
    ...{ client: slack, directory: people, memory, clock },
    ...{ policy, context, log },
    once: (name, work) => atMostOnce(redis.commands, keys.told(name), DAY, work),
    again: (name, ms) => againIn(redis.commands, keys.told(name), ms),
  });
  const anchor = createAnchor({ client: hub, instance: config.instance, namespace: config.hub.namespace });
  const onHub = recentAnchor({ clock, stopping: stopping.signal }, anchor);
  const epoch = createEpochKeeper({
    ...{ clock, log, admins, holds, stopping: stopping.signal },
    epochs: createEpochs({
      ...{ redis: redis.commands, keys, cli },
      onConfirmed: ({ who }, line) => log.info(line, `restore confirmed by ${who}`),
    }),
    anchor: onHub,
  });
  const lockdown = createLockdownKeeper({
    ...{ clock, log, holds, stopping: stopping.signal },
    lockdowns: createLockdowns({
      ...{ redis: redis.commands, keys, clock, cli },
      onChange: ({ lockdown: what }, line) => log.info(line, `lockdown ${what}`),
    }),
    anchor: onHub,
  });
  const told = ({ id, from, to }: Transition | AllowanceEntry, line: TrailLine) =>
    log.info({ id, ...line }, `${id} ${from ?? "new"} → ${to}`);
  const onBroken = (error: Error) => log.error({ err: error }, "a record cannot be read; it is left alone");
  const seen = createSeen();
  const begun = new Map<RequestId, End>();
  const records = { redis: redis.commands, keys, clock, onBroken, cli, seen };
  const { language } = config.slack;
  const messages = { slack: callers, language, context, memory, clock, log };
  const inChannel = { ...messages, channel: config.slack.channel };
  const ports: Ports = {
    requests: rememberingEnds(metrics.requests(createRequests({ ...records, onTransition: told })), begun),
    allowances: createAllowances({ ...records, onChange: told }),
    lists: createLists(records),
    attempts: createAttempts({
      ...{ redis: redis.commands, keys },
      onAttempt: ({ id, who, attempt, why }, line) =>
        log.info({ ...(id ? { id } : {}), ...line }, `${who} may not ${attempt}: ${why}`),
    }),
    sweeps: createSweeps({ redis: redis.commands, keys }),
    evidence:
      auditSecret &&
      createEvidence({
        ...{ redis: redis.commands, keys, clock, secret: auditSecret },
        addresses: config.audit?.hub?.addresses ?? false,
      }),
    hubTells: config.audit?.hub !== undefined,
    grants: grantsBy("urgent"),
    jobs,
    notifier: createNotifier(messages),
    tokenViews: createTokenViews(messages),
    allowanceNotifier: createAllowanceNotifier(messages),
    homes: createHomes({ redis: redis.commands, keys, clock }),
    homeTab: createHomeTab(messages),
    directory: people,
    outside: createOutside({ hub: config.hub.name, secretOf: config.secretOf, clock, log }),
    admins,
    lease: leaseByRequest(createLease(redis.commands, keys, times?.lease, metrics.leaseTakenOver, seen)),
    told: createTold({ redis: redis.commands, keys }),
    looks,
    clock,
    log,
    policy,
    policies: register,
    channel: config.slack.channel,
    epoch,
    lockdown,
    massEnds: createMassEnds({ redis: redis.commands, keys, onBroken }),
    hubEnds: createHubEnds(onHub, begun),
    massEndNotifier: createMassEndNotifier(inChannel),
    // What the hub itself keeps from being made waits by that, and is told so.
    heldBack: () => holds.all().find(({ cause }) => !HUB_ITSELF.has(cause)) ?? null,
    letPass: busy.letPass,
    random: () => randomBytes(5),
    stopping: stopping.signal,
  };
  const sealing: SealKeeping = {
    seals: createSeals({
      ...{ redis: redis.commands, keys, clock, hubAhead: hub.clockOffset },
      onSeal: (line) =>
        log.info(line, `seal ${line.trail.seal} of the trail: ${line.trail.entries.length} entries`),
      onUnlogged: (line) => log.info({ ...idIn(line), ...line }, `the command line's: ${nameOf(line.trail)}`),
    }),
    anchor,
    checkpoint: config.audit?.checkpoint
      ? (seal) => postInChannel(inChannel, checkpointMessage(seal, context(language)))
      : null,
  };
  const timerPorts = { ...ports, grants: grantsBy("timers") };
  const canary = createCanary(
    {
      ...{ ...ports, holds, canaries: createCanaries({ redis: redis.commands, keys }) },
      grants: createGrants({
        ...{ client: hub.lane("timers"), instance: canaryInstance(config.instance), clock, log },
        namespace: config.hub.namespace,
      }),
    },
    config.canary,
  );
  const anonymous = config.hub.anonymous
    ? createAnonymousWatch({
        ...{ ...ports, looks: createAnonymousLooks({ redis: redis.commands, keys }) },
        look: (signal) => lookAtAnonymous(hub.lane("timers"), signal),
      })
    : null;
  return {
    ...{ ports, timerPorts, people, holds, live, register, sealing },
    ...{ canary, anonymous, lanes: jobs.lanes },
    sayIn: (channel: string, message: (ctx: ViewContext) => Message) =>
      postInChannel({ ...messages, channel }, message(context(language))),
  };
}

const idIn = ({ trail }: TrailLine<object>) => ("id" in trail ? { id: trail.id } : {});

/** What is done under a request's lease is about it. */
const leaseByRequest = ({ hold, holdRequest }: Lease): Lease => ({
  hold: (name, work) =>
    hold(name, (held) =>
      RequestId.safeParse(name).success ? aboutRequest(name, () => work(held)) : work(held),
    ),
  holdRequest: (id, work) => holdRequest(id, (...held) => aboutRequest(id, () => work(...held))),
});

export const contextOf =
  ({ hub, slack }: Pick<Config, "hub" | "slack">, policy: Pick<Policy, "roles" | "admins">, clock: Clock) =>
  (locale: Locale): ViewContext => ({
    locale,
    hub: { name: hub.name, dashboard: hub.dashboard },
    roles: policy.roles,
    channel: (role) => channelFor(policy.roles, role, slack.channel),
    pings: (role) => {
      const approval = approvalOf(policy.roles, role);
      return approval?.ping ?? approval?.by ?? [];
    },
    admins: policy.admins,
    command: slack.command,
    now: clock.now(),
  });
