/**
 * Asks a service of the company whether a request may have access: a signed POST. An answer counts only when it is signed,
 * names this question, and comes in time; anything else refuses. Roles with `check` use it.
 */
import { createHmac, randomUUID } from "node:crypto";
import { z } from "zod";
import { SECOND, SHORTEST } from "../request/durations.ts";
import type { Person } from "../request/people.ts";
import type { Request } from "../request/record.ts";
import { Refused } from "../request/refused.ts";
import { type Secret, safeEqual } from "../request/secret.ts";
import { accessStart, grantedTime } from "../request/transitions.ts";
import type { Policy } from "./policy.ts";
import { type CompanyCheck, findRole, type Role } from "./roles.ts";

/** The parts of the configuration that the check reads. */
export interface CheckConfig extends Policy {
  hub: { name: string };
  secretNamed(variable: string): Secret | null;
}

const TIMESTAMP = "x-karpor-access-timestamp";
const SIGNATURE = "x-karpor-access-signature";
const LONGEST_WORDS = 200;
const LARGEST_ANSWER = 64 * 1024;

/** Other fields of the answer are ignored. */
const CheckAnswer = z.discriminatedUnion("answer", [
  z.object({
    question: z.string(),
    answer: z.literal("allow"),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  z.object({ question: z.string(), answer: z.literal("deny"), say: z.string().default("") }),
]);
type CheckAnswer = z.infer<typeof CheckAnswer>;

/** The request and the people that a question is about. */
export interface Subject {
  request: Request;
  /** The person who would have the access. */
  requester: Person;
  /** The person who asked: the requester, or somebody for them. */
  asker: Person;
}

/**
 * Resolves to the time that the service allows (ms) where that is shorter than the one asked for, else null; null also
 * for a role without a check. An answer's `until` is an end; the time counts from the access' start. Throws Refused
 * check-denies, check-failed where no answer counts, or unknown-role.
 */
export async function askCompany(
  config: CheckConfig,
  subject: Subject,
  now: () => number,
): Promise<number | null> {
  const role = findRole(config, subject.request.role);
  if (!role.check) return null;
  const question = questionAbout(config, role, subject);
  const answer = await callCheck(config, role.check, question, now(), (text) =>
    readVerdict(text, question.question),
  );
  if (answer.answer === "deny") throw new Refused("check-denies", { words: shorten(answer.say) });
  return answer.until === undefined ? null : timeUntil(answer.until, subject.request, now());
}

const Pong = z.object({ ok: z.literal(true) });

/**
 * Asks whether the service is there, and nothing else. Resolves to false when it answers but does not know `ping`.
 * Throws Refused check-failed.
 */
export function pingCompany(config: CheckConfig, check: CompanyCheck, now: number): Promise<boolean> {
  const question = { question: randomUUID(), hub: config.hub.name, kind: "ping" };
  return callCheck(config, check, question, now, (text) => Pong.safeParse(parsedJson(text)).success);
}

const shorten = (words: string): string => Array.from(words.trim()).slice(0, LONGEST_WORDS).join("");

/** Refuses time that is too short for a token, and returns null where the service allows all that was asked for. */
function timeUntil(until: string, request: Request, now: number): number | null {
  const end = Date.parse(until);
  if (end - accessStart(request, now) < SHORTEST)
    throw new Refused("check-denies", { words: `only until ${until}` });
  const allowed = end - (request.startsAt ?? request.prolongsFrom ?? now);
  return allowed < grantedTime(request) ? allowed : null;
}

/** Makes the question's body, which never holds a token. */
function questionAbout({ hub }: CheckConfig, role: Role, { request, requester, asker }: Subject) {
  const { id, state, clusterRole, reason, emergency, follows, approvals } = request;
  const named = ({ id, name }: Person) => ({ id, name });
  return {
    question: randomUUID(),
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

/** Returns the reason's first word that matches the role's pattern, or without a pattern looks like OPS-123; else null. */
export function ticketIn({ reason: asked }: Pick<Role, "reason">, reason: string): string | null {
  const words = reason.split(/\s+/).map((word) => word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, ""));
  const isTicket = (word: string) => asked.pattern?.matcher(word).find() ?? TICKET.test(word);
  return words.find((word) => word !== "" && isTicket(word)) ?? null;
}

/** Sends a signed question, and reads an answer that is signed. Throws Refused check-failed. */
async function callCheck<T>(
  { secretNamed }: CheckConfig,
  { url, within, secretEnv }: CompanyCheck,
  question: object,
  now: number,
  read: (text: string) => T,
): Promise<T> {
  const body = JSON.stringify(question);
  const timestamp = String(Math.floor(now / SECOND));
  try {
    const secret = secretNamed(secretEnv);
    if (!secret) throw new Error(`${secretEnv} is not set`);
    const headers = {
      "content-type": "application/json",
      [TIMESTAMP]: timestamp,
      [SIGNATURE]: sign(secret, `question:${timestamp}:${body}`),
    };
    const signal = AbortSignal.timeout(within);
    const response = await fetch(url, { method: "POST", redirect: "error", headers, body, signal });
    const text = await readAnswerText(response);
    const expected = sign(secret, `answer:${timestamp}:${text}`);
    if (response.status !== 200) throw new Error(`it answers ${response.status}`);
    if (!safeEqual(expected, response.headers.get(SIGNATURE) ?? ""))
      throw new Error("its answer is not signed");
    return read(text);
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Refused("check-failed", { why: shorten(cause instanceof Error ? cause.message : message) });
  }
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

function readVerdict(text: string, question: string): CheckAnswer {
  const answer = CheckAnswer.safeParse(parsedJson(text)).data;
  if (!answer) throw new Error("its answer cannot be read");
  if (answer.question !== question) throw new Error("it answers another question");
  return answer;
}

/** Returns null where the text is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const sign = (secret: Secret, text: string): string =>
  `v1=${createHmac("sha256", secret.reveal()).update(`v1:${text}`).digest("hex")}`;
