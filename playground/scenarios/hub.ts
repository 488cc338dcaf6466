/** The hub goes away and comes back; meanwhile the bot says what it does not know, and keeps trying. */
import { recordsOf, type Stage } from "../context.ts";
import { sweepNow } from "./clock.ts";
import { type Act, seen } from "./scenario.ts";

const REAL = "This hub is real: the playground cannot take it away.";
const HEALED_WITHIN = 30_000;
const BACK_AFTER = 500;

export const isAway = new WeakSet<Stage>();

export const hubAway: Act = {
  id: "hub-away",
  title: "Take the hub away",
  about: "It refuses connections until you bring it back. Approve a request or let access end meanwhile.",
  not: (stage) => (stage.hub.local ? (isAway.has(stage) ? "It is away already." : undefined) : REAL),
  async run(stage, tell) {
    isAway.add(stage);
    await stage.hub.local?.down();
    tell("The hub refuses connections. What needs it now says so, and is tried again and again.", "bad");
  },
};

export const hubBack: Act = {
  id: "hub-back",
  title: "Bring the hub back",
  about: "What waited for it goes on: provisioning, endings and their proof.",
  not: (stage) => (stage.hub.local ? (isAway.has(stage) ? undefined : "It is there.") : REAL),
  async run(stage, tell) {
    const waited = (await held(stage)).map(({ id }) => id);
    await stage.hub.local?.up();
    isAway.delete(stage);
    if (waited.length === 0) return tell("It is back. Nothing had needed it meanwhile.", "good");
    tell(`It is back. ${waited.join(", ")} had to wait for it.`);
    await stage.clock.sleep(BACK_AFTER);
    await sweepNow(stage);
    const settled = await seen(async () => (await held(stage)).length === 0, HEALED_WITHIN);
    if (settled) tell(`Healed: ${waited.join(", ")} went on where it stood.`, "good");
    else tell("Still at it; each try and each sweep goes on.", "bad");
  },
};

async function held(stage: Stage) {
  return (await recordsOf(stage)).filter((r) => "outage" in r && r.outage);
}
