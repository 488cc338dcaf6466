/** The way of every request: faults, authentication, authorization, then its answer; all of it logged, tokens never. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { readBody } from "../slack/http.ts";
import { answerResource } from "./answer.ts";
import type { HubAuditLog } from "./audit.ts";
import type { Authenticate, Caller } from "./authenticate.ts";
import { type Authorizer, assertAllowed, type HubUser } from "./authorize.ts";
import type { CaseAnswer, HubState } from "./case.ts";
import { allowOrigin } from "./cors.ts";
import type { FaultPlan, HubFailure } from "./faults.ts";
import type { Logged } from "./journal.ts";
import { answerPath, type KarporSettings } from "./paths.ts";
import { parseAsk } from "./request.ts";
import { isApiGroup } from "./resources.ts";
import { StatusError, statusBody } from "./status.ts";

export interface Service extends KarporSettings {
  faults: FaultPlan;
  state(): HubState;
  /** What it goes by for its callers: nothing in the first moment of a start. */
  authorizer(): Pick<Authorizer, "allows">;
  authenticate: Authenticate;
  log(entry: Logged): void;
  audit: Pick<HubAuditLog, "record">;
}

export async function serve(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const { faults } = service;
  const path = url.split("?")[0] ?? url;
  const call = { method, path };
  const text = await readBody(request);
  const failure = await faults.before(call, response);
  if ((failure && "hang" in failure) || allowOrigin(request, response)) return;
  const caller = failure ? failed(failure) : identify(service, callerOf(request));
  const answer = "status" in caller ? caller : attempt(service, request, text, caller);
  const user = "status" in caller ? "" : caller.name;
  // The name that a request brings with it, as kube-apiserver takes it.
  const auditId = [request.headers["audit-id"]].flat()[0] ?? randomUUID();
  if (!("status" in caller)) tell(service, request, { auditId, user: caller, status: answer.status });
  service.log({ at: service.state().now, method, path, user, status: answer.status });
  if (await faults.after(call)) send(response, answer, { auditId, now: service.state().now });
  else request.socket.destroy();
}

function tell(
  service: Service,
  { method = "GET", url: uri = "/", headers, socket }: IncomingMessage,
  told: { auditId: string; user: HubUser; status: number },
): void {
  const ask = parseAsk(method, uri);
  service.audit.record({
    ...{ ...told, ask, uri, address: socket.remoteAddress ?? "", agent: headers["user-agent"] ?? "" },
    isAllowed: !service.rbac || service.authorizer().allows(told.user, ask),
  });
}

const HTML = "text/html; charset=utf-8";
const TEXT = "text/plain; charset=utf-8";

export const failed = ({ status, html }: Exclude<HubFailure, { hang: true }>): CaseAnswer =>
  html
    ? { status, body: `<!doctype html><title>${status}</title><h1>nginx</h1>`, type: HTML, proxied: true }
    : fail(status);

/** What the dashboard's login answers to a token at this moment: the truth, whatever stands before the hub. */
export function serveLogin(service: Service, token: string): number {
  const socket = { getPeerCertificate: () => ({}), authorized: false } as Caller["socket"];
  const user = identify(service, { headers: { authorization: `Bearer ${token}` }, socket });
  if ("status" in user) return user.status;
  try {
    if (service.rbac) assertAllowed(service.state().authorizer, user, parseAsk("GET", "/rest-api/v1/authn"));
    return 200;
  } catch (error) {
    return refusal(error).status;
  }
}

const callerOf = ({ headers, socket }: IncomingMessage): Caller => ({ headers, socket: socket as TLSSocket });

function identify({ authenticate }: Service, request: Caller): HubUser | CaseAnswer {
  try {
    return authenticate(request);
  } catch (error) {
    return refusal(error);
  }
}

function attempt(service: Service, request: IncomingMessage, text: string, user: HubUser): CaseAnswer {
  try {
    const ask = parseAsk(request.method ?? "GET", request.url ?? "/");
    if (service.rbac) assertAllowed(service.authorizer(), user, ask);
    const { target } = ask;
    if (!target || !isApiGroup(target.group)) return answerPath(ask, service);
    const type = request.headers["content-type"] ?? "";
    return answerResource(service.state(), { ask, user, text, type }, target);
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): CaseAnswer {
  if (error instanceof StatusError) return { status: error.code, body: statusBody(error) };
  return fail(500, String(error));
}

function fail(status: number, message = "the server was made to fail"): CaseAnswer {
  const reasons: Record<number, string> = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
    504: "Timeout",
  };
  return {
    status,
    body: statusBody(new StatusError(status, reasons[status] ?? "InternalError", message, {})),
  };
}

export function send(
  response: ServerResponse,
  answer: CaseAnswer,
  { auditId, now }: { auditId: string; now: number },
): void {
  const { status, body, type, proxied } = answer;
  const isText = typeof body === "string" && !body.startsWith("{");
  response.writeHead(status, {
    ...(proxied ? { server: "nginx" } : { "audit-id": auditId, "cache-control": "no-cache, private" }),
    "content-type": type ?? (isText ? TEXT : "application/json"),
    date: new Date(now).toUTCString(),
    ...(status === 429 && { "retry-after": "1" }),
  });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
