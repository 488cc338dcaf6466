/** The hub goes away and comes back; meanwhile the bot says what it does not know, and keeps trying. */
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { sweepNow } from "./clock.ts";
import type { Scenario } from "./scenario.ts";

const REAL = "This hub is real: the playground cannot take it away.";
const HEALED_WITHIN = 30_000;
const BACK_AFTER = 500;

export const isAway = new WeakSet<PlaygroundContext>();

export const hubAway: Scenario = {
  id: "hub-away",
  title: "Take the hub away",
  about: "It refuses connections until you bring it back. Approve a request or let access end meanwhile.",
  not: (context) => (context.hub.local ? (isAway.has(context) ? "It is away already." : undefined) : REAL),
  async run(context, tell) {
    isAway.add(context);
    await context.hub.local?.down();
    tell("The hub refuses connections. What needs it now says so, and is tried again and again.", "bad");
  },
};

export const hubBack: Scenario = {
  id: "hub-back",
  title: "Bring the hub back",
  about: "What waited for it goes on: provisioning, endings and their proof.",
  not: (context) => (context.hub.local ? (isAway.has(context) ? undefined : "It is there.") : REAL),
  async run(context, tell) {
    const waited = (await waitingForHub(context)).map(({ id }) => id);
    await context.hub.local?.up();
    isAway.delete(context);
    if (waited.length === 0) return tell("It is back. Nothing had needed it meanwhile.", "good");
    tell(`It is back. ${waited.join(", ")} had to wait for it.`);
    await context.clock.sleep(BACK_AFTER);
    await sweepNow(context);
    const settled = await seenWithin(HEALED_WITHIN, async () => (await waitingForHub(context)).length === 0);
    if (settled) tell(`Healed: ${waited.join(", ")} went on where it stood.`, "good");
    else tell("Still at it; each try and each sweep goes on.", "bad");
  },
};

async function waitingForHub(context: PlaygroundContext) {
  return (await recordsOf(context)).filter((r) => "outage" in r && r.outage);
}
