/** The company's own service: a signed question, and an answer that counts only when it is signed, of this question, and in time. */
import { randomUUID } from "node:crypto";
import { Agent, type Dispatcher, request } from "undici";
import type { Clock } from "../domain/clock.ts";
import { type OutsideCheck, type OutsideWord, readAnswer } from "../domain/outside-check.ts";
import type { Secret } from "../domain/secret.ts";
import { CheckBusy, type Log, type Outside } from "../flow/ports.ts";
import { isSigned, SIGNATURE, sign, TIMESTAMP } from "./signature.ts";

export interface OutsideOptions {
  /** What people call the hub. */
  hub: string;
  secretOf(name: string): Secret | null;
  clock: Clock;
  log: Log;
}

/** Questions to one service at once, of this replica: one that hangs must not keep the workers from all else. */
const AT_ONCE = 16;
const AGAIN_MS = 500;
/** Nothing takes longer than it may by so much, but for a process that stood still. */
const STOOD_STILL_MS = 1_000;
const BODY_MAX = 16_384;

export function createOutside({ hub, secretOf, clock, log }: OutsideOptions): Outside {
  const asked = new Map<string, number>();
  return {
    async ask(check, question) {
      const { url } = check;
      const others = asked.get(url) ?? 0;
      if (others >= AT_ONCE) throw new CheckBusy(AGAIN_MS);
      asked.set(url, others + 1);
      const began = Date.now();
      try {
        const secret = secretOf(check.secretEnv);
        if (!secret) throw new Error(`${check.secretEnv} is not set`);
        const id = randomUUID();
        const body = JSON.stringify({ question: id, hub, ...question });
        const timestamp = String(Math.floor(clock.now() / 1000));
        return await exchange(check, secret, { id, body, timestamp });
      } catch (error) {
        log.warn({ id: question.request, url, err: error }, "the company's check did not answer");
        // What fails then may be our own sleep, in which the machine's clock alone goes on: it says nothing of the service.
        if (Date.now() - began > check.within + STOOD_STILL_MS) throw new CheckBusy(AGAIN_MS);
        return { word: "none", how: "no-answer" };
      } finally {
        asked.set(url, (asked.get(url) ?? 1) - 1);
      }
    },
  };
}

interface Sent {
  id: string;
  body: string;
  timestamp: string;
}

/** A connection of its own: what a service still sends after its answer answers nobody. */
async function exchange(check: OutsideCheck, secret: Secret, sent: Sent): Promise<OutsideWord> {
  const agent = new Agent({ connect: { timeout: check.within } });
  try {
    const response = await request(check.url, {
      method: "POST",
      dispatcher: agent,
      signal: AbortSignal.timeout(check.within),
      headers: {
        "content-type": "application/json",
        [TIMESTAMP]: sent.timestamp,
        [SIGNATURE]: sign(secret, { what: "question", ...sent }),
      },
      body: sent.body,
    });
    if (response.statusCode >= 500) throw new Error(`it answers ${response.statusCode}`);
    return await heard(response, secret, sent);
  } finally {
    await agent.destroy();
  }
}

const UNUSABLE: OutsideWord = { word: "none", how: "unusable" };

async function heard(
  { statusCode, headers, body: stream }: Dispatcher.ResponseData,
  secret: Secret,
  { id, timestamp }: Sent,
): Promise<OutsideWord> {
  const isJson = /^application\/json\b/i.test(String(headers["content-type"] ?? ""));
  if (statusCode !== 200 || !isJson) return UNUSABLE;
  const body = await textOf(stream);
  if (body === null) return UNUSABLE;
  const signature = String(headers[SIGNATURE] ?? "");
  if (!isSigned(secret, { what: "answer", timestamp, body }, signature)) return UNUSABLE;
  return readAnswer(body, id);
}

/** Null when it is longer than any answer. */
async function textOf(stream: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > BODY_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
