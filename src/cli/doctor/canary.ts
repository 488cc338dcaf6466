/** `--canary`: one access for nobody, from its making to its refusal, under an instance of its own that no sweep sees. */
import { randomUUID } from "node:crypto";
import { createGrants } from "../../hub/grants.ts";
import { listAccounts, listBindings } from "../../hub/lists.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import { requestIdFrom, UserId } from "../../request/ids.ts";
import { type Finding, fail, type HubSide, ok } from "./finding.ts";
import { tryGateway } from "./gateway.ts";

const NOBODY = UserId.parse("U0NOBODY");
const LIFE = 10 * MINUTE;
const IN_FORCE_WITHIN = 10 * SECOND;
/** The hub goes on taking a used token for up to 10 s. */
const REFUSED_WITHIN = 15 * SECOND;

export async function runCanary({ config, clock, hub }: HubSide): Promise<Finding[]> {
  const { client } = hub;
  const owner = { instance: `${config.instance}-doctor`, namespace: config.hub.namespace };
  const grants = createGrants(client, owner);
  const id = requestIdFrom(randomUUID());
  const clusterRole = Object.values(config.roles)[0]?.clusterRole ?? "";
  const endsAt = clock.now() + LIFE;
  try {
    const { uid } = await grants.createAccount(id, { until: endsAt, requester: NOBODY });
    await grants.createBinding({ id, account: uid, clusterRole, endsAt });
    const { token } = await grants.mintToken(id, LIFE);
    const used = await waitFor("good", IN_FORCE_WITHIN);
    if (used === null)
      return [fail("canary", `a new token with ${clusterRole} does not log in`, "See what else failed")];
    const throughGateway = await tryGateway(config, token);
    await grants.deleteBinding(id);
    await grants.deleteAccount(id, uid);
    const refused = await waitFor("refused", REFUSED_WITHIN);
    if (refused === null)
      return [
        fail(
          "canary",
          "the hub takes the token of a deleted account",
          "See that karpor-server looks accounts up: --service-account-lookup",
        ),
      ];
    return [
      ok("canary", `a token logged in after ${used} s, and was refused ${refused} s after its end`),
      ...throughGateway,
    ];

    async function waitFor(wanted: "good" | "refused", within: number): Promise<number | null> {
      for (const from = clock.now(); clock.now() - from <= within; await clock.sleep(SECOND / 4))
        if ((await grants.checkLogin(token)) === wanted) return Math.round((clock.now() - from) / SECOND);
      return null;
    }
  } finally {
    await removeAll();
  }

  /** Also what an interrupted doctor left. */
  async function removeAll(): Promise<void> {
    for (const one of (await listBindings(client, owner)).items)
      if (one.id) await grants.deleteBinding(one.id);
    for (const one of (await listAccounts(client, owner)).items)
      if (one.id) await grants.deleteAccount(one.id, one.uid);
  }
}
