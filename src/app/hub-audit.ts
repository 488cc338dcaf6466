/** Where the hub's audit log comes in, on the bot's own port or one of its own. */

import { readFileSync } from "node:fs";
import { type Config, type HubAudit, hubAuditSecret } from "../config.ts";
import type { Ports } from "../flow/ports.ts";
import { takeEvidence } from "../flow/take-evidence.ts";
import type { HubSignsStore } from "../flow/tell-hub-alarms.ts";
import { HUB_AUDIT_PATH, hubAuditDoor } from "../http/hub-audit/door.ts";
import { ownLooks } from "../http/hub-audit/own-looks.ts";
import { startHttp } from "../http/server.ts";
import { instanceAccount } from "../hub/grants/names.ts";

/** The door for the hub's audit log, and its own port where it has one; null where the hub does not tell. */
export function hubAuditOf(config: Config, ports: Ports, signs: HubSignsStore | undefined) {
  const { audit, instance, hub } = config;
  const { evidence, homes, log, letPass } = ports;
  const secret = hubAuditSecret(config);
  if (!audit?.hub || !secret || !evidence || !signs) return null;
  const { port, tls } = audit.hub;
  const door = hubAuditDoor({
    ...{ secret, log },
    grounds: {
      ...{ namespace: hub.namespace, account: instanceAccount(instance) },
      isOwn: ownLooks(secret).isOwn,
    },
    async take(told) {
      await letPass();
      await takeEvidence({ evidence, homes, signs }, told);
    },
  });
  const doors = { [HUB_AUDIT_PATH]: door };
  const own =
    port !== undefined && (() => startHttp(port, {}, { setting: "audit.hub.port", doors, tls: keysIn(tls) }));
  return { doors, own };
}

/** Throws one sentence. */
function keysIn(tls: HubAudit["tls"]): { cert: string; key: string } | undefined {
  const read = (path: string, setting: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Error(`audit.hub.tls.${setting}: ${path} cannot be read (${code}).`);
    }
  };
  return tls && { cert: read(tls.cert, "cert"), key: read(tls.key, "key") };
}
