/** Whether one person is among many principals, for what is only shown: each of those is looked up once. */
import type { Principal, UserId } from "../../domain/ids.ts";
import type { Ports, Purpose } from "../ports.ts";
import { resolveReviewer } from "./reviewer.ts";

/** False for whoever is no member. Throws Refused(look-up-failed), SlackBusy. */
export type Qualifies = (principals: readonly Principal[]) => Promise<boolean>;

/** For somebody who waits, or drawn anew for nobody who does. */
export type Shown = Extract<Purpose, "show" | "redraw">;

export function qualifier(
  ports: Pick<Ports, "directory" | "log">,
  who: UserId,
  purpose: Shown = "show",
): Qualifies {
  const known = new Map<string, Promise<boolean>>();
  return (principals) => {
    const key = principals.join();
    const found = known.get(key) ?? look(principals);
    known.set(key, found);
    return found;
  };

  async function look(principals: readonly Principal[]): Promise<boolean> {
    if (principals.length === 0) return false;
    const { profile, qualified } = await resolveReviewer(ports, who, principals, purpose);
    return qualified !== null && profile.standing === "member";
  }
}

/** The same by what is remembered alone: Slack is not asked. Never rejects. */
export const recaller =
  ({ directory }: Pick<Ports, "directory">, who: UserId): Qualifies =>
  async (principals) =>
    (await directory.recall(who, principals)) === true;
