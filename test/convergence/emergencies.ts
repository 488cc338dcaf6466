/** What the trail tells of emergencies: nobody takes a second before two others have reviewed the first. */
import { ALICE, BOB, CAROL, MEI } from "./people.ts";

/** As it stands on the trail. */
interface Entry {
  id: string;
  from: string | null;
  to: string;
  who: string;
  why: string | null;
  qualified: string | null;
  requester: string;
  accountUid: string | null;
}

const MAY = [BOB, MEI];
const REVIEWERS = [ALICE, CAROL];

/** Told each entry of the trail in its order; answers what is wrong with it. */
export function createEmergencyWatch() {
  /** By id: whose they are, and who reviewed them. */
  const open = new Map<string, { requester: string; reviewers: Set<string> }>();
  return ({ id, from, to, who, why, qualified, requester, accountUid }: Entry): string[] => {
    if (to === "approved" && qualified?.startsWith("break-glass: ")) {
      const before = [...open].filter(([, one]) => one.requester === requester).map(([other]) => other);
      open.set(id, { requester, reviewers: new Set() });
      const wrong = before.map((other) => `taken in an emergency, and ${other} of theirs is not reviewed`);
      return MAY.includes(requester) ? wrong : [...wrong, `${requester} may take nothing in an emergency`];
    }
    if (to === "ended" && from !== to && accountUid === null) open.delete(id);
    if (from !== to || !why?.startsWith("reviewed: ")) return [];
    const reviewers = open.get(id)?.reviewers ?? new Set();
    const wrong = reviewers.has(who) ? [`${who} reviewed it twice`] : [];
    reviewers.add(who);
    if (reviewers.size === 2) open.delete(id);
    return REVIEWERS.includes(who) && who !== requester ? wrong : [...wrong, `${who} may not review it`];
  };
}
