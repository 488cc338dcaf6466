/** The bot's own credential is kept alive: renewed at half of its life, and the administrators told before one dies unrenewed. */
import { DAY, HOUR, MINUTE, SECOND } from "../../domain/duration.ts";
import type { Ports } from "../ports.ts";

interface Life {
  issuedAt: number;
  expiresAt: number;
}

export type BotToken =
  /** No token with an end of our own: a certificate, or a file that others renew. */
  | { state: "not ours" }
  | ({ state: "fresh" | "renewed" } & Life)
  /** Due, and it could not be done: one sentence. */
  | ({ state: "stuck"; why: string } & Life);

export interface CredentialPorts extends Pick<Ports, "clock" | "log"> {
  /** Looks at it, and renews it when half of its life is over. */
  renew(): Promise<BotToken>;
  /** Once a day, whichever replica it is. */
  warnAdmins(left: number): Promise<void>;
}

const WARN_AT_MOST = 14 * DAY;
const LOOK_AT_LEAST_EVERY = HOUR;

/** Resolves to how many ms later it is to be looked at again: a token of ten minutes cannot wait for an hour. */
export async function renewCredential(ports: CredentialPorts): Promise<number> {
  try {
    const token = await ports.renew();
    if (token.state === "not ours") return LOOK_AT_LEAST_EVERY;
    if (token.state === "stuck") return await stuck(ports, token);
    const { issuedAt, expiresAt, state } = token;
    if (state === "renewed")
      ports.log.info({ until: new Date(expiresAt).toISOString() }, "the bot's own token is renewed");
    return soon((issuedAt + expiresAt) / 2 - ports.clock.now());
  } catch (error) {
    ports.log.error({ err: error }, "the bot's own token could not be looked at; in a minute again");
    return MINUTE;
  }
}

const soon = (ms: number): number => Math.min(Math.max(ms, 5 * SECOND), LOOK_AT_LEAST_EVERY);

/** Tried ten times in what is left of its life; after it, only who sets up the bot again can help. */
async function stuck(
  { log, clock, warnAdmins }: CredentialPorts,
  { issuedAt, expiresAt, why }: Life & { why: string },
): Promise<number> {
  const left = Math.max(expiresAt - clock.now(), 0);
  log.warn({ why, until: new Date(expiresAt).toISOString() }, "the bot's own token could not be renewed");
  if (left < Math.min(WARN_AT_MOST, (expiresAt - issuedAt) / 4)) await warnAdmins(left);
  return left > 0 ? soon(left / 10) : LOOK_AT_LEAST_EVERY;
}
