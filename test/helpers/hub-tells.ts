/** What the hub's audit log tells, told by hand: to a bot of a world without a real API server. */
import { once } from "node:events";
import { connect } from "node:net";
import type { AccessRequest } from "../../src/domain/request.ts";
import { instanceAccount, objectName } from "../../src/hub/grants/names.ts";
import type { Bot, World } from "./bot.ts";
import { GRANTS_NAMESPACE } from "./bot-account.ts";
import { changeFile } from "./config-file.ts";

/** Of bot and hub. */
export const HUB_SECRET = "planted-hub-audit-secret-0123456789";

/** Before its bots are started. */
export function letHubTell(world: World, change: Record<string, unknown> = {}): void {
  changeFile(world, { audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } }, ...change });
  Object.assign(world.env, { HUB_AUDIT_TOKEN: HUB_SECRET });
}

export interface Told {
  verb?: string;
  path?: string;
  code?: number;
  /** Now where it is left out. */
  at?: number;
}

const event = (auditID: string, at: number, what: object) => ({
  ...{ auditID, stage: "ResponseComplete", requestReceivedTimestamp: new Date(at).toISOString() },
  ...what,
});

/** The bot's own harmless write. */
export const eventOfHeartbeat = (instance: string, auditID: string, at: number) =>
  event(auditID, at, {
    ...{ verb: "patch", requestURI: "/?dryRun=All", user: { username: "bot" } },
    objectRef: {
      ...{ resource: "serviceaccounts", namespace: GRANTS_NAMESPACE, name: instanceAccount(instance) },
    },
  });

/** Its holder's. */
export const eventOfUse = (
  r: AccessRequest,
  auditID: string,
  at: number,
  { verb = "get", path = "/rest-api/v1/search", code = 200 }: Omit<Told, "at"> = {},
) =>
  event(auditID, at, {
    ...{ verb, requestURI: path, responseStatus: { code }, sourceIPs: ["10.1.2.3"], userAgent: "x" },
    user: { username: `system:serviceaccount:${GRANTS_NAMESPACE}:${objectName(r)}` },
  });

/** Resolves to how the bot at this port answers. */
export async function sendBatch(port: number | null | undefined, items: object[], signal?: AbortSignal) {
  const answer = await fetch(`http://127.0.0.1:${port}/hub-audit/${HUB_SECRET}`, {
    method: "POST",
    body: JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items }),
    ...(signal && { signal }),
  });
  return answer.status;
}

/** Says that a batch of more than 8 MB comes; resolves to how the bot at this port answers before it does. */
export async function announceLarge(port: number, given = HUB_SECRET): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  const head = ["POST /hub-audit HTTP/1.1", "host: x", `authorization: Bearer ${given}`];
  socket.write(`${[...head, `content-length: ${8 * 1024 * 1024 + 1}`].join("\r\n")}\r\n\r\n`);
  const [said] = await once(socket, "data");
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+) /.exec(String(said))?.[1]);
}

export function hubTells(world: World, to: () => Bot | undefined) {
  let events = 0;
  const nextId = () => `event-${++events}`;
  const tell = async (item: object) => {
    const status = await sendBatch(to()?.app.hubAuditPort, [item]);
    if (status !== 200) throw new Error(`The bot answered ${status}.`);
  };
  return {
    /** It came back. */
    heartbeat: () => tell(eventOfHeartbeat("test", nextId(), world.clock.now())),
    use: (r: AccessRequest, { at = world.clock.now(), ...told }: Told = {}) =>
      tell(eventOfUse(r, nextId(), at, told)),
  };
}
