/** The trail as it stands in Redis, verified against its seals, and those against what the hub remembers. */
import type { Logger } from "pino";
import type { Config } from "../../config.ts";
import type { Clock } from "../../domain/clock.ts";
import { SEALED_WITHIN_MS, type Witnessed } from "../../domain/seal.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient } from "../../hub/client/client.ts";
import { createAnchor } from "../../hub/grants/anchor.ts";
import { newestSeal } from "../../store/seals.ts";
import type { Store } from "../../store/store.ts";
import { cutFault } from "./cut.ts";
import { type Beginning, readTrail } from "./from-seal.ts";
import { time } from "./time.ts";
import { createUnheld, type Unheld } from "./unheld.ts";
import { createVerifier, type Verdict } from "./verifier.ts";

export type Head = Pick<Witnessed, "seal" | "hash">;

type Where = Pick<Store, "redis" | "keys" | "clock">;

export interface Witnesses {
  heads: readonly Head[];
  /** Null where it has witnessed none yet, undefined where it did not answer. */
  hub: Head | null | undefined;
}

export async function verifyLive(store: Where, witnesses: Witnesses): Promise<Verdict> {
  const { lines, verdict } = await proving(store, witnesses);
  for await (const _ of lines);
  return verdict();
}

/** The whole trail, for whoever reads it for more than its proof: what is read by then is proved. */
export async function proving(
  store: Where,
  { heads, hub }: Witnesses,
): Promise<Pick<Beginning, "lines" | "later"> & { verdict(): Verdict }> {
  const newest = await newestSeal(store);
  const { first, later, lines } = await readTrail(store);
  const known = [...heads, ...[hub, newest].filter((one) => one != null)];
  const verifier = createVerifier({ heads: known, isLater: later, ...(first === null ? {} : { first }) });
  // Where the hub does not say, Redis's own word counts.
  const witnessed = hub ? Math.max(hub.seal, ...heads.map(({ seal }) => seal)) : Number.POSITIVE_INFINITY;
  const unheld = createUnheld(witnessed);
  let at = 0;
  async function* told() {
    for await (const line of lines) {
      verifier.line(line, ++at);
      unheld.line(line);
      yield line;
    }
  }
  return {
    lines: told(),
    later,
    verdict: () =>
      judged(verifier.end(at + 1), { hub, later, unheld: unheld.found(), now: store.clock.now() }),
  };
}

interface Known extends Pick<Witnesses, "hub"> {
  later: boolean;
  unheld: Unheld | null;
  now: number;
}

function judged(verdict: Verdict, { hub, later, unheld, now }: Known): Verdict {
  if (hub === undefined)
    verdict.notes.push("The hub did not say which seal it witnessed: compared with Redis alone.");
  if (hub === null) verdict.notes.push("The hub has witnessed no seal yet: compared with Redis alone.");
  const cut = later && cutFault(verdict, { at: now });
  if (cut) verdict.faults.unshift({ at: 1, what: cut });
  // Of what is wrong already it may be a part.
  if (verdict.faults.length === 0 && unheld && now - unheld.since >= SEALED_WITHIN_MS)
    verdict.faults.push({ at: Number.POSITIVE_INFINITY, what: unheldFault(unheld, hub) });
  return verdict;
}

function unheldFault({ count, since, after }: Unheld, hub: Witnesses["hub"]): string {
  const what = after ? `what came since seal ${after.seal} of ${time(after.at)}` : "what came";
  return `${what} is in no seal${hub ? " that was witnessed" : ""}: ${count} entries, the first of ${time(since)}, and each is sealed within a minute where a bot runs and nothing keeps it from that`;
}

/** Undefined where the hub does not answer. */
export async function sealOnHub(
  config: Config,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<Head | null | undefined> {
  await using opened = new AsyncDisposableStack();
  try {
    const hub = opened.adopt(await openHub(config, { log }), (h) => h.close());
    const client = opened.adopt(createHubClient(hub.access, { reread: hub.reread, clock }), (c) => c.close());
    const anchor = createAnchor({ client, instance: config.instance, namespace: config.hub.namespace });
    return (await anchor.read(AbortSignal.timeout(HUB_WITHIN_MS)))?.seal ?? null;
  } catch {
    return undefined;
  }
}

const HUB_WITHIN_MS = 10_000;
