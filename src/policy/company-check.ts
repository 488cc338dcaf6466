/**
 * Asks a service of the company whether a request may have access, by Standard Webhooks. An answer counts only if it is
 * signed, has the question's id, and comes in time.
 */
import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { SECOND, SHORTEST } from "../request/durations.ts";
import type { Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import type { Secret } from "../request/secret.ts";
import { accessStart, grantedTime } from "../request/transitions.ts";
import type { Policy } from "./policy.ts";
import { type CompanyCheck, findRole, type Role } from "./roles.ts";

export interface CheckConfig extends Policy {
  hub: { name: string };
  secretNamed(variable: string): Secret | null;
}

const LONGEST_WORDS = 200;
const LARGEST_ANSWER = 64 * 1024;

/** Other fields of the answer are ignored. A question that is sent back doesn't count: it has no `answer`. */
const CheckAnswer = z.discriminatedUnion("answer", [
  z.object({ answer: z.literal("allow"), until: z.iso.datetime({ offset: true }).optional() }),
  z.object({ answer: z.literal("deny"), say: z.string().default("") }),
]);

export interface Subject {
  request: Request;
  requester: Person;
  asker: Person;
}

/** Resolves to null for the time that was requested. Throws check-denies, check-failed or unknown-role. */
export async function askCompany(
  config: CheckConfig,
  subject: Subject,
  now: () => number,
): Promise<number | null> {
  const role = findRole(config, subject.request.role);
  if (!role.check) return null;
  const answer = await callCheck(config, role.check, questionAbout(config, role, subject), readVerdict);
  if (answer.answer === "deny") throw new Refused("check-denies", { words: shorten(answer.say) });
  return answer.until === undefined ? null : timeUntil(answer.until, subject.request, now());
}

const Pong = z.object({ ok: z.literal(true) });

/** False when the service answers but doesn't know `ping`. */
export function pingCompany(config: CheckConfig, check: CompanyCheck): Promise<boolean> {
  const question = { hub: config.hub.name, kind: "ping" };
  return callCheck(config, check, question, (answer) => Pong.safeParse(answer).success);
}

const shorten = (words: string): string => Array.from(words.trim()).slice(0, LONGEST_WORDS).join("");

/** Refuses a time that is too short for a token. */
function timeUntil(until: string, request: Request, now: number): number | null {
  const end = Date.parse(until);
  if (end - accessStart(request, now) < SHORTEST)
    throw new Refused("check-denies", { words: `only until ${until}` });
  const allowed = end - (request.startsAt ?? request.prolongsFrom ?? now);
  return allowed < grantedTime(request) ? allowed : null;
}

/** Never contains a token. */
function questionAbout({ hub }: CheckConfig, role: Role, { request, requester, asker }: Subject) {
  const { id, state, clusterRole, reason, emergency, follows, approvals } = request;
  const named = ({ id, name }: Person) => ({ id, name });
  return {
    hub: hub.name,
    kind: state === "asked" ? "ask" : "mint",
    request: id,
    role: request.role,
    clusterRole,
    seconds: Math.round(grantedTime(request) / SECOND),
    requester: named(requester),
    askedBy: asker.id === requester.id ? null : named(asker),
    reason,
    ticket: ticketIn(role, reason),
    emergency,
    extends: follows,
    approvedBy: [...new Set(approvals.map(({ by }) => by ?? "policy"))],
  };
}

const TICKET = /^[A-Z][A-Z0-9]*-\d+$/;

/** The first word that matches the role's pattern, or that looks like OPS-123. */
export function ticketIn({ reason: asked }: Pick<Role, "reason">, reason: string): string | null {
  const words = reason.split(/\s+/).map((word) => word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, ""));
  const isTicket = (word: string) => asked.pattern?.matcher(word).find() ?? TICKET.test(word);
  return words.find((word) => word !== "" && isTicket(word)) ?? null;
}

async function callCheck<T>(
  { secretNamed }: CheckConfig,
  { url, within, secretEnv }: CompanyCheck,
  question: object,
  read: (answer: unknown) => T,
): Promise<T> {
  try {
    const secret = secretNamed(secretEnv);
    if (!secret) throw new Error(`${secretEnv} is not set`);
    const webhook = new Webhook(secret.reveal());
    const id = randomUUID();
    const body = JSON.stringify(question);
    const headers = { "content-type": "application/json", ...signedHeaders(webhook, id, body) };
    const signal = AbortSignal.timeout(within);
    const response = await fetch(url, { method: "POST", redirect: "error", headers, body, signal });
    const text = await readAnswerText(response);
    if (response.status !== 200) throw new Error(`it answers ${response.status}`);
    verifyAnswer(webhook, id, text, response.headers);
    return read(parsedJson(text));
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Refused("check-failed", { why: shorten(cause instanceof Error ? cause.message : message) });
  }
}

/** The service compares the time with its own clock. */
function signedHeaders(webhook: Webhook, id: string, body: string) {
  const sentAt = new Date();
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / SECOND)),
    "webhook-signature": webhook.sign(id, sentAt, body),
  };
}

/** Throws where the answer isn't signed, or answers another question. */
function verifyAnswer(webhook: Webhook, id: string, text: string, headers: Headers): void {
  try {
    webhook.verify(text, Object.fromEntries(headers), { jsonParse: false });
  } catch (cause) {
    throw new Error(`its answer isn't signed (${(cause as Error).message})`);
  }
  if (headers.get("webhook-id") !== id) throw new Error("it answers another question");
}

/** Throws at 64 KiB, and reads no further. */
async function readAnswerText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > LARGEST_ANSWER) throw new Error("its answer is larger than 64 KiB");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function readVerdict(said: unknown) {
  const answer = CheckAnswer.safeParse(said).data;
  if (!answer) throw new Error("its answer cannot be read");
  return answer;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
