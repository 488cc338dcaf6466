/** What the hub's audit log gives cause for alarm: where it is kept, judged and told. */
import type { Config } from "../config.ts";
import { clusterRolesOf } from "../domain/catalog.ts";
import type { HubAlarmPorts } from "../flow/evidence/tell-hub-alarms.ts";
import { botClusterRole, botGenerationOf, botNamespace } from "../hub/bot-account.ts";
import { isNamedBot } from "../hub/grants/named-bot.ts";
import { grantNamed, instanceAccount } from "../hub/grants/names.ts";
import { hubAlarmMessage } from "../slack/views/index.ts";
import { createHubSigns } from "../store/hub-signs.ts";
import { keysOf } from "../store/keys.ts";
import type { assemble } from "./assemble.ts";
import type { Clients } from "./clients.ts";

/** Null where the hub does not tell. */
export function hubAlarmsOf(
  { audit, instance, hub: { namespace, known, instances } }: Config,
  { ports, sayIn }: Pick<ReturnType<typeof assemble>, "ports" | "sayIn">,
  { redis, hub, metrics }: Clients,
): HubAlarmPorts | null {
  if (!audit?.hub) return null;
  const { refusedPerHour: refusedMost } = audit.hub;
  const client = hub.lane("timers");
  const onBroken = (error: Error) =>
    ports.log.error({ err: error }, "what the hub's audit log told cannot be read; it is left alone");
  return {
    ...ports,
    signs: createHubSigns({
      ...{ redis: redis.commands, keys: keysOf(instance), clock: ports.clock },
      ...{ onBroken, refusedMost },
    }),
    scope: () => ({
      ...{ known, botRole: botClusterRole(namespace), instanceAccount: instanceAccount(instance) },
      clusterRoles: clusterRolesOf(ports.policy.roles),
      isBotAccount: (one) =>
        one.namespace === botNamespace(namespace) && botGenerationOf(namespace, one.name) !== null,
    }),
    grantNamed,
    isNamedBot: (who) => isNamedBot({ client, instances }, who),
    post: (alarm, request, channel) => sayIn(channel, (ctx) => hubAlarmMessage(alarm, request, ctx)),
    counted: metrics.hubAlarm,
  };
}
