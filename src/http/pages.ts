/** Three questions: does the process live, can it answer people, and is anything holding back new grants, or worth knowing? */
import type { Hold } from "../domain/hold.ts";
import type { Pages } from "./server.ts";

export interface Health {
  /** Why commands and clicks cannot be received, or null. Neither the hub nor Redis nor the policy is a reason. */
  unready(): string | null;
  /** Socket Mode only: of this replica. */
  connections(): number | undefined;
  holds(): readonly Hold[];
  notices(): readonly Hold[];
}

export const pages = ({ unready, connections, holds, notices }: Health): Pages => ({
  "/livez": () => ({ status: 200, body: "ok" }),
  "/readyz": () => {
    const why = unready();
    return why === null
      ? { status: 200, body: { ready: true, connections: connections() } }
      : { status: 503, body: { ready: false, why } };
  },
  "/status": () => {
    const causes = holds().map(shown);
    const ok = causes.length === 0;
    return { status: ok ? 200 : 503, body: { ok, causes, notices: notices().map(shown) } };
  },
});

const shown = ({ cause, message, fix, since }: Hold) => ({
  cause,
  message,
  fix,
  since: new Date(since).toISOString(),
});
