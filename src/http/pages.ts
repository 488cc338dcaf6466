/** Does the process live, can it answer people, is anything holding back new grants, or worth knowing? And what it counts. */
import { z } from "zod";
import type { LastCanary } from "../domain/canary.ts";
import { SECOND } from "../domain/duration.ts";
import type { Hold } from "../domain/hold.ts";
import type { Page, Pages } from "./server.ts";

export interface Health {
  /** Whose it is: several bots may run on one machine. */
  instance: string;
  /** Why commands and clicks cannot be received, or null. Neither the hub nor Redis nor the policy is a reason. */
  unready(): string | null;
  /** Socket Mode only: of this replica. */
  connections(): number | undefined;
  holds(): readonly Hold[];
  notices(): readonly Hold[];
  /** How it went last; null where none ran. */
  canary(): LastCanary | null;
}

export const healthPages = ({ unready, connections }: Pick<Health, "unready" | "connections">): Pages => ({
  "/livez": () => ({ status: 200, body: "ok" }),
  "/readyz": () => {
    const why = unready();
    return why === null
      ? { status: 200, body: { ready: true, connections: connections() } }
      : { status: 503, body: { ready: false, why } };
  },
});

const Shown = z.object({ cause: z.string(), message: z.string(), fix: z.string(), since: z.iso.datetime() });

/** The version before does not say which bot it is. */
const Said = z.object({ ok: z.boolean(), instance: z.string().optional() });

/** What `/status` answers, as far as doctor reads it; where others may ask, that alone whether new grants are made. */
export const StatusAnswer = z.union([
  Said.extend({ causes: z.array(Shown), notices: z.array(Shown) }),
  Said.extend({ more: z.string() }),
]);
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** Who locked access down and why, and which roles there are, is not for whoever reaches Slack's port: `isPublic`. */
export const statusPage = (
  { instance, holds, notices, canary }: Pick<Health, "instance" | "holds" | "notices" | "canary">,
  isPublic: boolean,
): Pages => ({
  "/status": () => {
    const causes = holds().map(shown);
    const ok = causes.length === 0;
    const last = canary();
    const all = { causes, notices: notices().map(shown), ...(last && { canary: shownCanary(last) }) };
    const body: StatusAnswer = { ok, instance, ...(isPublic ? { more: OWN_PORT } : all) };
    return { status: ok ? 200 : 503, body };
  },
});

const shownCanary = ({ at, steps, failed }: LastCanary) => ({
  ok: failed === undefined,
  at: new Date(at).toISOString(),
  seconds: Object.fromEntries(Object.entries(steps).map(([step, ms]) => [step, ms / SECOND])),
  ...(failed === undefined ? {} : { failed }),
});

const OWN_PORT = "In Slack's HTTP mode this port may be public: set METRICS_PORT, and ask there.";

/** Its own page, or where to look for it: on another port, or nowhere yet, where others may reach the only one. */
export const metricsPage = (text: (() => Promise<string>) | "elsewhere" | "nowhere"): Pages => ({
  "/metrics": async (): Promise<Page> =>
    typeof text === "string"
      ? { status: 404, body: `${text === "elsewhere" ? "They are on METRICS_PORT." : OWN_PORT}\n` }
      : { status: 200, body: await text(), type: "text/plain; version=0.0.4; charset=utf-8" },
});

const shown = ({ cause, message, fix, since }: Hold) => ({
  cause,
  message,
  fix,
  since: new Date(since).toISOString(),
});
