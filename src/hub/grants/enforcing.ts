/** Whether the hub tells tokens apart at all: with RBAC off it throws them away, and neither a token nor its end means anything. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Secret, secret } from "../../domain/secret.ts";
import { type Clock, NotEnforcing } from "../../flow/ports.ts";
import { answered, isHubs } from "../client/errors.ts";
import { rbacOf } from "../client/rbac.ts";
import { accountsPath, type Hub } from "./find.ts";
import { check } from "./token.ts";

/** One look serves all who ask within it. */
const SHARED_MS = 1_000;

export function createEnforcing(hub: Hub & { clock: Clock }): (signal: AbortSignal) => Promise<void> {
  let last: { at: number; looked: Promise<void> } | null = null;
  return (signal) => {
    const now = hub.clock.now();
    if (!last || Math.abs(now - last.at) >= SHARED_MS) last = { at: now, looked: look(hub) };
    // Whoever asked may be gone by now.
    last.looked.catch(() => {});
    return unlessAborted(last.looked, signal);
  };
}

async function look(hub: Hub): Promise<void> {
  // Each call has its own limit; no caller's signal stops what others wait for too.
  const { signal } = new AbortController();
  const looks = [rbac(hub), check(hub.client, madeUp(), signal), takesOwn(hub)] as const;
  const [configs, verdict, own] = await Promise.allSettled(looks);
  if (configs.status === "fulfilled" && configs.value === "off") throw new NotEnforcing("rbac-off");
  if (verdict.status === "fulfilled" && verdict.value !== "refused")
    throw new NotEnforcing("takes-any-token");
  for (const one of [configs, verdict, own]) if (one.status === "rejected") throw one.reason;
}

/** A plain Kubernetes API server has no such path, and some hubs do not let the bot see it. */
async function rbac({ client }: Hub): Promise<ReturnType<typeof rbacOf>> {
  const answer = await client.request("/server-configs");
  if (isHubs(answer) && [200, 403, 404].includes(answer.status)) return rbacOf(answer);
  throw answered("GET /server-configs", answer);
}

async function takesOwn(hub: Hub): Promise<void> {
  const path = `${accountsPath(hub)}?limit=1`;
  const answer = await hub.client.request(path);
  const list = z.object({ kind: z.literal("ServiceAccountList") }).safeParse(answer.body);
  if (answer.status !== 200 || !list.success) throw answered("list accounts", answer);
}

/** As well-formed as a real one, and signed by nobody. */
function madeUp(): Secret {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "RS256", kid: randomBytes(32).toString("base64url") };
  const claims = { iss: "karpor", aud: ["karpor"], sub: "system:serviceaccount:nowhere:nobody" };
  return secret(`${part(header)}.${part(claims)}.${randomBytes(256).toString("base64url")}`);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", abort));
}
