/** The longest token the hub gives, against the catalog's maxima: asked for an account without rights, made for it. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { formatDuration, MINUTE } from "../../domain/duration.ts";
import { totalOf } from "../../domain/extension.ts";
import type { Clock } from "../../flow/ports.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { answered } from "../../hub/client/errors.ts";
import { skew } from "../../hub/client/skew.ts";
import { accountsPath } from "../../hub/grants/find.ts";
import { instanceLabels } from "../../hub/grants/names.ts";
import { doctorInstance } from "../../hub/grants/whose.ts";
import { type Finding, ok, warn } from "./finding.ts";

const Minted = z.object({ status: z.object({ expirationTimestamp: z.iso.datetime() }) });
const LEAST_SECONDS = 600;

/** Throws HubError. */
export async function checkLongest(client: HubClient, config: Config, clock: Clock): Promise<Finding> {
  const most = Math.max(...Object.values(config.roles).map(totalOf));
  const given = await longest(client, config, most, clock);
  const over = Object.entries(config.roles).filter(([, role]) => totalOf(role) > given + MINUTE);
  if (over.length === 0)
    return ok("hub longest token", `${formatDuration(most)}, as long as the catalog's longest`);
  return warn(
    "hub longest token",
    `the hub gives at most ${formatDuration(given)}, and ${over.map(([name]) => name).join(", ")} may last longer`,
    `karpor-server --service-account-max-token-expiration=${Math.ceil(most / 3_600_000)}h, or lower duration.max or duration.total`,
  );
}

async function longest(
  client: HubClient,
  { instance, hub }: Pick<Config, "instance" | "hub">,
  ms: number,
  clock: Clock,
): Promise<number> {
  const accounts = accountsPath(hub);
  const name = `karpor-access-doctor-${randomBytes(4).toString("hex")}`;
  // By its labels the next doctor finds what this one, interrupted, leaves.
  const metadata = { name, labels: instanceLabels(doctorInstance(instance)) };
  const seconds = Math.max(LEAST_SECONDS, Math.ceil(ms / 1000));
  try {
    await call(client, accounts, { metadata });
    const { body, headers } = await call(client, `${accounts}/${name}/token`, {
      spec: { expirationSeconds: seconds },
    });
    const ends = Date.parse(Minted.parse(body).status.expirationTimestamp);
    return ends - skew(headers.date, clock.now()) - clock.now();
  } finally {
    // With the account its token is dead.
    await client.request(`${accounts}/${name}`, { method: "DELETE" });
  }
}

async function call(client: HubClient, path: string, body: unknown) {
  const answer = await client.request(path, { method: "POST", body });
  if (answer.status === 201) return answer;
  throw answered(`POST ${path}`, answer);
}
