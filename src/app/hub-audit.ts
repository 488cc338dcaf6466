/** Where the hub's audit log comes in, on the bot's own port or one of its own. */

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Config, type HubAudit, hubAuditSecret } from "../config.ts";
import { MINUTE } from "../domain/duration.ts";
import { takeEvidence } from "../flow/evidence/take-evidence.ts";
import type { HubSignsStore } from "../flow/evidence/tell-hub-alarms.ts";
import type { Ports } from "../flow/ports.ts";
import { repeat } from "../flow/support/repeat.ts";
import { HUB_AUDIT_PATH, hubAuditDoor } from "../http/hub-audit/door.ts";
import { ownLooks } from "../http/hub-audit/own-looks.ts";
import { type HttpOptions, type HttpServer, startHttp, type Tls } from "../http/server.ts";
import { instanceAccount } from "../hub/grants/names.ts";

/** The door for the hub's audit log, and its own port where it has one; null where the hub does not tell. */
export function hubAuditOf(config: Config, ports: Ports, signs: HubSignsStore | undefined) {
  const { audit, instance, hub } = config;
  const { evidence, homes, log, letPass, clock } = ports;
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
    tooLarge: () => signs.tooLarge(clock.now()),
  });
  const doors = { [HUB_AUDIT_PATH]: door };
  const own = port !== undefined && (() => ownPort(port, tls, { doors, log, clock }));
  return { doors, own };
}

const CERTIFICATE_MS = MINUTE;

/** Throws one sentence. */
async function ownPort(
  port: number,
  tls: HubAudit["tls"],
  { doors, log, clock }: Pick<Ports, "log" | "clock"> & Required<Pick<HttpOptions, "doors">>,
): Promise<Pick<HttpServer, "port" | "stop">> {
  let keys = keysIn(tls);
  const http = await startHttp(port, {}, { setting: "audit.hub.port", doors, tls: keys });
  const look = async () => {
    const now = keysIn(tls);
    if (now && !isDeepStrictEqual(now, keys)) {
      http.certify(now);
      keys = now;
      log.info({}, "the hub's audit log is taken by another certificate from now on");
    }
    return CERTIFICATE_MS;
  };
  const how = { what: "the certificate of audit.hub.tls", sleep: clock.sleep, log, after: CERTIFICATE_MS };
  const looking = tls && repeat(look, how);
  return {
    port: http.port,
    stop: async () => {
      await looking?.close();
      await http.stop();
    },
  };
}

/** Throws one sentence. */
function keysIn(tls: HubAudit["tls"]): Tls | undefined {
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
