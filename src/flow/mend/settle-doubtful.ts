/** An approval of before Redis was restored is never provisioned: what stands on the hub goes on, anything else may have ended since. approved | delivering → active | ending */
import { isGranted } from "../../domain/request.ts";
import { failed } from "../../domain/transitions.ts";
import type { GrantObjects, In, Ports } from "../ports.ts";
import { aheadOnHub } from "../support/as-on-hub.ts";
import { commit } from "../support/commit.ts";
import { reportOutage } from "../support/outage.ts";
import { takeOffReplaced } from "../support/take-off-replaced.ts";
import { adoptGrant } from "./repair.ts";

type Open = In<"approved" | "delivering">;

/** Whether it is live: its record says so then. While the request's lease is held. Throws what hub and Slack throw. */
export async function followLive(ports: Ports, request: Open): Promise<boolean> {
  const on = await reportOutage(ports, request.id, "hub", () => aheadOnHub(ports, request));
  if (!on) return false;
  await withoutSecondMessage(ports, request, on);
  await adoptGrant(ports, on);
  return true;
}

/** What is not live. */
export async function failDoubtful(ports: Ports, { id }: Open): Promise<void> {
  ports.log.warn({ id }, "not provisioned: Redis was restored, and it may have ended since");
  await commit(ports, id, (r) => failed(r, "restored", ports.clock.now()));
}

/** The one that waited beside the message with the token. */
async function withoutSecondMessage(ports: Ports, request: Open, { account }: GrantObjects): Promise<void> {
  const mine = request.messages.token;
  const first = account?.annotations?.tokenMessage;
  if (!mine || mine.ts === "" || mine.ts === first?.ts) return;
  const { id, generation, expiresAt: tokenExpiresAt } = request;
  const keep = await reportOutage(ports, id, "slack", () =>
    takeOffReplaced(ports, request, { ...mine, generation, tokenExpiresAt }),
  );
  await commit(ports, id, (r) => (isGranted(r) && mine.token ? keep(r) : null));
}
