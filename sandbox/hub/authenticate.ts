/** Who is asking: a client certificate, a ServiceAccount token, or nobody; a bad token is 401 on every path. */
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { HubUser } from "./authorize.ts";
import { unauthorized } from "./status.ts";

// Successes are remembered, failures are not: so a used token outlives its account by up to this long.
const CACHE_MS = 10_000;
const ANONYMOUS: HubUser = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** As much of a request as says who asks. */
export interface Caller {
  headers: Pick<IncomingMessage["headers"], "authorization">;
  socket: Pick<TLSSocket, "getPeerCertificate" | "authorized">;
}

export type Authenticate = (request: Caller) => HubUser;

export function createAuthenticator(
  verify: (token: string) => HubUser | undefined,
  now: () => number,
): Authenticate {
  const remembered = new Map<string, { user: HubUser; until: number }>();
  const byToken = (token: string) => {
    const known = remembered.get(token);
    if (known && now() < known.until) return known.user;
    remembered.delete(token);
    const user = verify(token);
    if (!user) throw unauthorized();
    remembered.set(token, { user, until: now() + CACHE_MS });
    return user;
  };
  return (request) => {
    const certified = byCertificate(request.socket);
    if (certified) return certified;
    const token = /^Bearer +(\S+)/i.exec(request.headers.authorization ?? "")?.[1];
    return token === undefined ? ANONYMOUS : byToken(token);
  };
}

function byCertificate(socket: Caller["socket"]): HubUser | undefined {
  const { subject } = socket.getPeerCertificate();
  if (!subject) return undefined;
  if (!socket.authorized) throw unauthorized();
  const groups = subject.O === undefined ? [] : [subject.O].flat();
  return { name: [subject.CN].flat().join(), groups: [...groups, "system:authenticated"] };
}

/** With RBAC off karpor-server drops the Authorization header: everybody is nobody. */
export const everybodyIsNobody: Authenticate = () => ANONYMOUS;
