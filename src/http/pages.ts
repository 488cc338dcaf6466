/** Three questions: does the process live, can it answer people, and is anything holding back new grants? */
import type { Hold } from "../domain/hold.ts";
import type { Pages } from "./server.ts";

export interface Health {
  /** Why commands and clicks cannot be received, or null. Neither the hub nor Redis nor the policy is a reason. */
  unready(): string | null;
  holds(): readonly Hold[];
}

export const pages = ({ unready, holds }: Health): Pages => ({
  "/livez": () => ({ status: 200, body: "ok" }),
  "/readyz": () => {
    const why = unready();
    return why === null
      ? { status: 200, body: { ready: true } }
      : { status: 503, body: { ready: false, why } };
  },
  "/status": () => {
    const causes = holds().map((hold) => ({ ...hold, since: new Date(hold.since).toISOString() }));
    const ok = causes.length === 0;
    return { status: ok ? 200 : 503, body: { ok, causes } };
  },
});
