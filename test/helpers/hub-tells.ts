/** What the hub's audit log tells, told by hand: to a bot of a world without a real API server. */
import type { AccessRequest } from "../../src/domain/request.ts";
import { objectName } from "../../src/hub/grants/names.ts";
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

export function hubTells(world: World, to: () => Bot | undefined) {
  let events = 0;
  const tell = async (event: object, ms = world.clock.now()) => {
    const at = new Date(ms).toISOString();
    events += 1;
    const item = {
      ...{ auditID: `event-${events}`, stage: "ResponseComplete", requestReceivedTimestamp: at },
      ...event,
    };
    const answer = await fetch(`http://127.0.0.1:${to()?.app.hubAuditPort}/hub-audit/${HUB_SECRET}`, {
      method: "POST",
      body: JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items: [item] }),
    });
    if (answer.status !== 200) throw new Error(`The bot answered ${answer.status}.`);
  };
  return {
    /** The bot's own harmless write came back. */
    heartbeat: () =>
      tell({
        ...{ verb: "patch", requestURI: "/", user: { username: "bot" } },
        objectRef: {
          ...{
            resource: "serviceaccounts",
            namespace: GRANTS_NAMESPACE,
            name: "karpor-access-instance-test",
          },
        },
      }),
    /** Its holder's. */
    use: (r: AccessRequest, { verb = "get", path = "/rest-api/v1/search", code = 200, at }: Told = {}) =>
      tell(
        {
          ...{ verb, requestURI: path, responseStatus: { code }, sourceIPs: ["10.1.2.3"], userAgent: "x" },
          user: { username: `system:serviceaccount:${GRANTS_NAMESPACE}:${objectName(r)}` },
        },
        at,
      ),
  };
}
