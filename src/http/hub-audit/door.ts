/** The door for the hub's audit webhook: who knows the secret brings batches, each answered when it is kept. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parseJson } from "../../domain/json.ts";
import type { Secret } from "../../domain/secret.ts";
import { isStoreAway, type Log } from "../../flow/ports.ts";
import { type HubBatch, slicesIn } from "./batch.ts";
import { EventList, type Grounds } from "./event.ts";

/** Over plain HTTP the hub leaves its token out: there the secret is the rest of the path. */
export const HUB_AUDIT_PATH = "/hub-audit";

const LARGEST_BYTES = 8 * 1024 * 1024;
/** Read at once, and taken one after the other: memory is bounded by so many bodies. */
const AT_ONCE = 4;
/** So many more wait unread. The hub sends ten a second, fifteen at once after a pause, and each five times at most. */
const WAITING_MOST = 28;

export interface HubAuditDoor {
  secret: Secret;
  grounds: Grounds;
  /** Of a batch, a slice after the other; resolves when it is kept. Throws StoreDown, StoreUnsure. */
  take(batch: HubBatch): Promise<void>;
  /** A batch is larger than any that is taken; resolves when that is kept. Throws as take. */
  tooLarge(): Promise<void>;
  log: Log;
}

export function hubAuditDoor({ secret, grounds, take, tooLarge, log }: HubAuditDoor): RequestListener {
  const isSecret = sameAs(secret);
  const turns = createTurns(AT_ONCE, WAITING_MOST);
  // Several would each have work ready in the same turn of the event loop.
  const taking = createTurns(1, AT_ONCE);
  return async (request, response) => {
    if (!isSecret(secretIn(request))) return refuse(response, 401);
    if (request.method !== "POST") return refuse(response, 405);
    if (!(await turns.mine())) return again(response);
    try {
      const body = await bodyOf(request);
      if (body === null) {
        await tooLarge();
        return refuse(response, 413);
      }
      await taking.mine();
      try {
        const batch = EventList.safeParse(parseJson(body)).data;
        if (!batch) return refuse(response, 400);
        for (const slice of slicesIn(batch, grounds)) await take(slice);
        response.writeHead(200).end();
      } finally {
        taking.over();
      }
    } catch (error) {
      if (!isStoreAway(error)) log.error({ err: error }, "a batch of the hub's audit log was not taken");
      again(response);
    } finally {
      turns.over();
    }
  };
}

function createTurns(atOnce: number, waitingMost: number) {
  const waiting: ((isMine: true) => void)[] = [];
  let busy = 0;
  return {
    /** Resolves when it is one's turn; to false where too many wait. */
    async mine(): Promise<boolean> {
      if (busy >= atOnce && waiting.length >= waitingMost) return false;
      if (busy >= atOnce) return new Promise((resolve) => waiting.push(resolve));
      busy += 1;
      return true;
    },
    /** Whoever waits has it next. */
    over(): void {
      const next = waiting.shift();
      if (next) next(true);
      else busy -= 1;
    },
  };
}

/** What is refused is not read: the connection closes. */
const refuse = (response: ServerResponse, status: number): void =>
  void response.writeHead(status, { connection: "close" }).end();

/** The hub sends it once more. */
const again = (response: ServerResponse): void =>
  void response.writeHead(503, { "retry-after": "5", connection: "close" }).end();

function secretIn({ headers, url = "" }: IncomingMessage): string {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  const [path = ""] = url.split("?");
  return bearer ?? path.slice(HUB_AUDIT_PATH.length + 1);
}

/** In a time that tells nothing of the secret. */
function sameAs(secret: Secret): (given: string) => boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = digest(secret.reveal());
  return (given) => timingSafeEqual(digest(given), wanted);
}

/** Null: it is too large, and not read where it says so. Throws when whoever sends it goes away. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_BYTES) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LARGEST_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
