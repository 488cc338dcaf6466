/**
 * A deed is an operator's signed note on the hub that they end access past the bot (`npm run grants`, `setup --rotate`).
 * The command line writes it here before it deletes anything; the sweep then ends the records (life/sweep/deeds.ts).
 */
import { randomBytes } from "node:crypto";
import type { Bot } from "../bot.ts";
import type { Hub } from "../hub/create-hub.ts";
import { type Deed, openDeed, signDeed } from "../store/deeds.ts";
import type { Signer } from "../store/signed.ts";

const DEED_NOTE = "deed-";

/** Returns the hub's time, ms since the epoch: it is the same on each replica, whatever their own clocks say. */
export const hubTime = ({ clock, hub }: Pick<Bot, "clock" | "hub">): number =>
  clock.now() + hub.clockOffset();

/** The hub's notes, its time, and the signer of the deeds. */
export interface DeedContext {
  hub: Pick<Hub, "readNotes" | "changeNotes">;
  signer: Signer;
  /** Milliseconds, by the hub's clock. */
  hubTime(): number;
}

/**
 * Notes the deed on the hub, runs `takeAway`, then notes when the access was gone. If that fails half-way the note stays,
 * and the sweep ends the requests that it names. Throws HubError, and what `takeAway` throws.
 */
export async function withDeed(
  { hub, signer, hubTime }: DeedContext,
  what: Pick<Deed, "cause" | "requests" | "operator" | "words">,
  takeAway: () => Promise<void>,
): Promise<void> {
  const id = randomBytes(8).toString("hex");
  // The first call learns the hub's time.
  await hub.readNotes();
  const deed = { ...what, id, at: hubTime(), goneAt: null };
  await hub.changeNotes(() => ({ [DEED_NOTE + id]: signDeed(signer, deed) }));
  await takeAway();
  const gone = { ...deed, goneAt: hubTime() };
  await hub.changeNotes((notes) =>
    notes[DEED_NOTE + id] === undefined ? null : { [DEED_NOTE + id]: signDeed(signer, gone) },
  );
}

/** Returns the deeds on the hub that this instance signed; any other is left out. Throws HubError. */
export async function readDeeds({ hub, signer }: Pick<DeedContext, "hub" | "signer">): Promise<Deed[]> {
  return Object.entries(await hub.readNotes()).flatMap(([name, signed]) =>
    name.startsWith(DEED_NOTE) ? (openDeed(signer, name.slice(DEED_NOTE.length), signed) ?? []) : [],
  );
}

/** Deletes the deed's note on the hub, once the sweep has done it. Throws HubError. */
export const forgetDeed = ({ hub }: Pick<DeedContext, "hub">, { id }: Deed): Promise<unknown> =>
  hub.changeNotes((notes) => (notes[DEED_NOTE + id] === undefined ? null : { [DEED_NOTE + id]: null }));
