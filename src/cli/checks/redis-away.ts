/** Why Redis takes no command of ours, and what to do about it. */
import type { Config } from "../../config.ts";
import { readAddress, whereIs } from "../../store/address.ts";
import { type Spoken, spokenAt } from "../../store/speaks.ts";
import { type Finding, fail } from "./finding.ts";

const LOOK_MS = 1_000;

/** `error`: what the connection was last refused with. */
export async function redisAway({ env }: Pick<Config, "env">, error: unknown): Promise<Finding> {
  const { hosts, tls } = readAddress(env.REDIS_URL);
  const refused = passwordRefused(error);
  const [message, fix] =
    refused ?? judge(hosts[0] ? await spokenAt(hosts[0], LOOK_MS) : { speaks: null }, tls);
  return fail("redis", `Redis at ${whereIs(env.REDIS_URL)} ${message}`, fix);
}

type Said = readonly [message: string, fix: string];

/** Only its first word is looked at: the rest may quote the password. */
function passwordRefused(error: unknown): Said | null {
  const word = error instanceof Error ? error.message.split(" ")[0] : "";
  if (word === "WRONGPASS")
    return [
      "refuses the user or the password",
      "Correct both in REDIS_URL: redis://user:password@host, percent-encoded",
    ];
  if (word === "NOAUTH")
    return ["asks for a password", "Put it into REDIS_URL: redis://:password@host, percent-encoded"];
  return null;
}

function judge({ speaks, distrust }: Spoken, tls: boolean): Said {
  if (speaks === "protected")
    return [
      "is in protected mode, and turns away every other machine",
      "Set requirepass in redis.conf, and put the password into REDIS_URL",
    ];
  if (speaks === "plain" && tls)
    return [
      "speaks no TLS on this port",
      "REDIS_URL: redis:// in place of rediss://, or the port where it speaks TLS",
    ];
  if (speaks === "tls" && !tls)
    return [
      "speaks TLS on this port",
      "REDIS_URL: rediss:// in place of redis://, or the port where it speaks none",
    ];
  if (speaks === "tls" && distrust !== undefined)
    return [
      `has a certificate that is not trusted (${distrust})`,
      // Node looks for it before it reads a file of variables.
      "NODE_EXTRA_CA_CERTS=FILE with its authority, before npm start and npm run doctor (of .env only a container takes it; with Helm caConfigMap); the certificate must name the host of REDIS_URL",
    ];
  return ["does not answer", "Start Redis, or mend REDIS_URL"];
}
