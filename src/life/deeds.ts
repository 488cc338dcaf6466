/** Deeds of an operator among the hub's notes: written before access is taken away there, done by the sweep. */
import { randomBytes } from "node:crypto";
import type { Bot } from "../bot.ts";
import type { Hub } from "../hub/create-hub.ts";
import { type Deed, openDeed, signDeed } from "../store/deeds.ts";
import type { Signer } from "../store/signed.ts";

const DEED_NOTE = "deed-";

/** The same on each replica, however their own clocks go. Milliseconds. */
export const hubTime = ({ clock, hub }: Pick<Bot, "clock" | "hub">): number =>
  clock.now() + hub.clockOffset();

/** The hub's notes, its time, and what signs them. */
export interface DeedContext {
  hub: Pick<Hub, "readNotes" | "changeNotes">;
  signer: Signer;
  /** Milliseconds, by the hub's clock. */
  hubTime(): number;
}

/**
 * Notes the deed on the hub, then takes the access away, then notes when it was gone. Where that fails half-way the note
 * stays, and the sweep ends what it names. Throws HubError.
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

/** What nobody of ours signed is left out. Throws HubError. */
export async function readDeeds({ hub, signer }: Pick<DeedContext, "hub" | "signer">): Promise<Deed[]> {
  return Object.entries(await hub.readNotes()).flatMap(([name, signed]) =>
    name.startsWith(DEED_NOTE) ? (openDeed(signer, name.slice(DEED_NOTE.length), signed) ?? []) : [],
  );
}

/** Throws HubError. */
export const forgetDeed = ({ hub }: Pick<DeedContext, "hub">, { id }: Deed): Promise<unknown> =>
  hub.changeNotes((notes) => (notes[DEED_NOTE + id] === undefined ? null : { [DEED_NOTE + id]: null }));
