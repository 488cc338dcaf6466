/** `--canary`: one access for nobody, from its making to its refusal, under an instance of its own that no sweep sees. */
import { randomUUID } from "node:crypto";
import { createGrants } from "../../hub/grants.ts";
import { listAccounts, listBindings } from "../../hub/lists.ts";
import type { Clock } from "../../request/clock.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import { requestIdFrom, UserId } from "../../request/ids.ts";
import { IN_FORCE_WITHIN } from "../hub/calls.ts";
import { type Finding, fail, type HubSide, ok } from "./finding.ts";
import { tryGateway } from "./gateway.ts";

const CANARY_USER = UserId.parse("U0NOBODY");
const CANARY_LIFE = 10 * MINUTE;
/** The hub goes on taking a used token for up to 10 s. */
const REFUSED_WITHIN = 15 * SECOND;

export async function runCanary({ config, clock, hub }: HubSide): Promise<Finding | Finding[]> {
  const owner = { instance: `${config.instance}-doctor`, namespace: config.hub.namespace };
  const grants = createGrants(hub, owner);
  const id = requestIdFrom(randomUUID());
  const clusterRole = Object.values(config.roles)[0]?.clusterRole ?? "";
  const until = clock.now() + CANARY_LIFE;
  try {
    const { uid } = await grants.createAccount(id, { until, requester: CANARY_USER });
    await grants.createBinding({ id, account: uid, clusterRole, endsAt: until });
    const { token } = await grants.mintToken(id, CANARY_LIFE);
    const login = () => grants.checkLogin(token);
    const used = await secondsUntil("good", login, IN_FORCE_WITHIN, clock);
    if (used === null)
      return fail("canary", `a new token with ${clusterRole} does not log in`, "See what else failed");
    const throughGateway = await tryGateway(config, token);
    await grants.deleteBinding(id);
    await grants.deleteAccount(id, uid);
    const refused = await secondsUntil("refused", login, REFUSED_WITHIN, clock);
    if (refused === null)
      return fail(
        "canary",
        "the hub takes the token of a deleted account",
        "See that karpor-server looks accounts up: --service-account-lookup",
      );
    return [
      ok("canary", `a token logged in after ${used} s, and was refused ${refused} s after its end`),
      ...throughGateway,
    ];
  } finally {
    // Also what an interrupted doctor left.
    for (const { id } of (await listBindings(hub, owner)).items) if (id) await grants.deleteBinding(id);
    for (const { id, uid } of (await listAccounts(hub, owner)).items)
      if (id) await grants.deleteAccount(id, uid);
  }
}

/** Null: not within that time. */
async function secondsUntil(
  wanted: string,
  look: () => Promise<string>,
  within: number,
  clock: Clock,
): Promise<number | null> {
  for (const from = clock.now(); clock.now() - from <= within; await clock.sleep(SECOND / 4))
    if ((await look()) === wanted) return Math.round((clock.now() - from) / SECOND);
  return null;
}
