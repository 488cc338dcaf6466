/** One Web API call, start to end: token, scopes, ordered trouble, the method itself, the log. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseArgs } from "./args.ts";
import { SlackRefusal } from "./errors.ts";
import { is, nextFailure } from "./faults.ts";
import { readBody, respondWith } from "./http.ts";
import { createLimits } from "./limits.ts";
import type { CallFailure, JsonObject } from "./types.ts";
import { checkScopes, type Method } from "./web-api/method.ts";
import { methods } from "./web-api/methods.ts";
import type { Workspace } from "./workspace.ts";

export interface Tokens {
  bot: string;
  app: string | undefined;
}

interface Reply {
  status: number;
  body: JsonObject | string;
  headers?: Record<string, string>;
  error?: string;
}

interface Request {
  name: string;
  args: JsonObject;
  token: string | undefined;
}

/** What only the server knows and a method's answer needs, such as the WebSocket URL. */
type Extras = Record<string, () => JsonObject>;

export function createApi(workspace: Workspace, tokens: Tokens, extras: Extras) {
  const limited = createLimits(workspace);
  const run = (request: Request): Reply => {
    const wait = limited(request.name, request.args);
    return wait === undefined ? perform(workspace, tokens, extras, request) : tooMany(wait);
  };
  return async (name: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = requestOf(name, incoming, await readBody(incoming));
    const call = { method: name, args: request.args };
    const failure = (await workspace.meddler?.before(call)) ?? nextFailure(workspace, name);
    const reply = replyTo(() => run(request), failure);
    logCall(workspace, request, reply);
    // A hanging call stays open until the caller or the server gives up.
    if (is("hang", failure)) return;
    const lost = is("lost", failure) || (await workspace.meddler?.after(call)) === false;
    if (lost) incoming.socket.destroy();
    else respondWith(response, reply.status, reply.body, reply.headers);
  };
}

function perform(workspace: Workspace, tokens: Tokens, extras: Extras, request: Request): Reply {
  const method = methods.get(request.name);
  if (!method) throw new SlackRefusal("unknown_method", { req_method: request.name });
  checkToken(method, request.token, tokens);
  checkScopes(workspace, method.scopes(workspace, request.args));
  const body = { ok: true, ...method.run(workspace, request.args), ...extras[request.name]?.() };
  return { status: 200, body, headers: scopesHeader(workspace, method) };
}

function requestOf(name: string, incoming: IncomingMessage, body: string): Request {
  const { token, ...args } = parseArgs(incoming.headers["content-type"] ?? "", body);
  const bearer = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? "")?.[1];
  return { name, args, token: bearer ?? (typeof token === "string" ? token : undefined) };
}

function replyTo(run: () => Reply, failure: CallFailure | undefined): Reply {
  if (typeof failure === "string") return refused(new SlackRefusal(failure));
  if (failure && "status" in failure)
    return { status: failure.status, body: failure.body ?? "", error: "http" };
  if (failure && "retryAfter" in failure) return tooMany(failure.retryAfter);
  if (failure && "hang" in failure) return { status: 0, body: "", error: "hang" };
  try {
    return run();
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Reply {
  if (!(error instanceof SlackRefusal)) throw error;
  return { status: 200, body: { ok: false, error: error.code, ...error.extra }, error: error.code };
}

const tooMany = (seconds: number): Reply => ({
  status: 429,
  body: { ok: false, error: "ratelimited" },
  headers: { "retry-after": String(seconds) },
  error: "ratelimited",
});

function checkToken(method: Method, token: string | undefined, tokens: Tokens): void {
  if (token === undefined) throw new SlackRefusal("not_authed");
  if (token !== tokens.bot && token !== tokens.app) throw new SlackRefusal("invalid_auth");
  if (token !== tokens[method.token ?? "bot"]) throw new SlackRefusal("not_allowed_token_type");
}

function scopesHeader({ settings }: Workspace, { token }: Method): Record<string, string> {
  if (!settings.tellsScopes) return {};
  return { "x-oauth-scopes": token === "app" ? "connections:write" : settings.scopes.join(",") };
}

function logCall(workspace: Workspace, { name: method, args }: Request, reply: Reply): void {
  const outcome = reply.error === undefined ? {} : { error: reply.error };
  const call = { method, args, status: reply.status, ...outcome, at: workspace.clock.now() };
  workspace.calls.push(call);
  workspace.changes.emit({ kind: "call", call });
}
