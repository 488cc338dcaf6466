/** Keeps the bot's own credential alive: renews it in time, and tells the administrators before one dies unrenewed. */
import type { Redis } from "ioredis";
import { DAY, HOUR } from "./domain/duration.ts";
import type { Clock, Log } from "./flow/ports.ts";
import { type BotTokenOptions, renewBotToken } from "./hub/kubeconfig/bot-token.ts";
import { type AdminsOptions, tellAdmins } from "./slack/outbound/admins.ts";

const WARN_BEFORE = 14 * DAY;

export interface CredentialOptions extends BotTokenOptions {
  hubName: string;
  admins: AdminsOptions;
  /** So that several replicas tell it once a day. */
  redis: Pick<Redis, "set" | "del">;
  prefix: string;
  clock: Clock;
  log: Log;
}

/** Looks now and every hour; what fails is logged and tried again. */
export function keepCredential(options: CredentialOptions): { close(): void } {
  const look = () =>
    lookOnce(options).catch((error: unknown) =>
      options.log.error({ err: error }, "the bot's own token could not be looked at; in an hour again"),
    );
  void look();
  const timer = setInterval(look, HOUR);
  return { close: () => clearInterval(timer) };
}

async function lookOnce(options: CredentialOptions): Promise<void> {
  const { log, clock } = options;
  const found = await renewBotToken(options);
  if (found.state === "renewed")
    log.info({ until: new Date(found.expiresAt).toISOString() }, "the bot's own token is renewed");
  if (found.state !== "stuck") return;
  const left = found.expiresAt - clock.now();
  log.warn({ why: found.why, days: Math.floor(left / DAY) }, "the bot's own token could not be renewed");
  if (left < WARN_BEFORE) await tell(options, Math.max(left, 0));
}

async function tell({ redis, prefix, admins, hubName }: CredentialOptions, left: number): Promise<void> {
  const key = `${prefix}:credential-told`;
  if ((await redis.set(key, "1", "EX", DAY / 1000, "NX")) !== "OK") return;
  const told = await tellAdmins(admins, (words) => words.credential(left, hubName)).catch(() => 0);
  // Nobody knows of it yet: the next look tries again.
  if (told === 0) await redis.del(key);
}
