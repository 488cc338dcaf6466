/** Where the hub's audit log comes in, on the bot's own port or one of its own. */

import { isDeepStrictEqual } from "node:util";
import { certificateFault, readCertificate } from "../cli/checks/certificate.ts";
import { holdOf } from "../cli/checks/finding.ts";
import { type Config, type HubAudit, hubAuditSecret } from "../config.ts";
import { MINUTE, SECOND } from "../domain/duration.ts";
import { missEvidence, takeEvidence } from "../flow/evidence/take-evidence.ts";
import type { HubSignsStore } from "../flow/evidence/tell-hub-alarms.ts";
import type { Ports } from "../flow/ports.ts";
import type { Holds } from "../flow/support/holds.ts";
import { repeat } from "../flow/support/repeat.ts";
import { HUB_AUDIT_PATH, hubAuditDoor } from "../http/hub-audit/door.ts";
import { ownLooks } from "../http/hub-audit/own-looks.ts";
import { type HttpOptions, type HttpServer, startHttp, type Tls } from "../http/server.ts";
import { instanceAccount } from "../hub/grants/names.ts";

/** The door for the hub's audit log, and its own port where it has one; null where the hub does not tell. */
export function hubAuditOf(
  config: Config,
  { ports, holds }: { ports: Ports } & Pick<PortMeans, "holds">,
  signs: HubSignsStore | undefined,
) {
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
    tooLarge: () => missEvidence({ evidence, signs }, clock.now()),
  });
  const doors = { [HUB_AUDIT_PATH]: door };
  const own = port !== undefined && (() => ownPort(port, tls, doors, { log, holds, clock }));
  return { doors, own };
}

interface PortMeans extends Pick<Ports, "log" | "clock"> {
  holds: Pick<Holds, "report">;
}

/** Throws one sentence when the port cannot be had. Without a certificate it lets nobody in until there is one. */
async function ownPort(
  port: number,
  tls: HubAudit["tls"],
  doors: NonNullable<HttpOptions["doors"]>,
  means: PortMeans,
): Promise<Pick<HttpServer, "port" | "stop">> {
  const http = await startHttp(port, {}, { setting: "audit.hub.port", doors, tls: tls && {} });
  const looking = tls && keepCertificate(http, tls, means);
  return {
    port: http.port,
    stop: async () => {
      await looking?.close();
      await http.stop();
    },
  };
}

const WELL_MS = MINUTE;
const FAILING_MS = 10 * SECOND;

function keepCertificate(
  http: Pick<HttpServer, "certify">,
  files: NonNullable<HubAudit["tls"]>,
  { log, clock, holds }: PortMeans,
) {
  let shown: Tls | undefined;
  const certify = () => {
    const keys = readCertificate(files);
    if (isDeepStrictEqual(keys, shown)) return;
    http.certify(keys);
    if (shown) log.info({}, "the hub's audit log is taken by another certificate from now on");
    shown = keys;
  };
  const look = async () => {
    try {
      certify();
      holds.report("certificate", []);
      return WELL_MS;
    } catch (error) {
      holds.report("certificate", [holdOf({ ...certificateFault(error), notice: true })]);
      return FAILING_MS;
    }
  };
  return repeat(look, { what: "the certificate of audit.hub.tls", sleep: clock.sleep, log });
}
