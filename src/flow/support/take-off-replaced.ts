/** The message of a token that gives way goes first; where Slack refuses that for good, the record keeps it, to be tried on. */
import { nextTry, refusedAgain, withReplaced } from "../../domain/left-tokens.ts";
import { type Grant, type Granted, isGranted, type Replaced } from "../../domain/request.ts";
import type { Place, Ports } from "../ports.ts";
import { commit } from "./commit.ts";

type Keep = <R extends Granted>(r: R) => R;

/** Deleted: over what is gone no slower try can show a token. Resolves to what is kept of it in the record. Throws what Slack throws. */
export async function takeOffReplaced(
  { notifier, clock, log }: Pick<Ports, "notifier" | "clock" | "log">,
  request: Granted,
  old: Replaced,
): Promise<Keep> {
  // Tried today: it is tried again when its time comes.
  if (clock.now() < nextTry(old)) return (r) => withReplaced(r, old);
  const outcome = await notifier.takeTokenOff(request, "gone", old, "delete");
  if (typeof outcome === "string") return (r) => r;
  const { refused } = outcome;
  log.error(
    { id: request.id, slack: refused },
    "Slack leaves an old token's message where it is; trying daily",
  );
  const now = clock.now();
  return (r) => withReplaced(r, { ...old, stuck: refusedAgain(r, old, refused, now) });
}

/** One that the record does not know: of another try. Throws what Slack throws; then the record knows it, and it is tried on. */
export async function takeOffUnknown(
  ports: Ports,
  request: Granted,
  { channel, ts, tokenExpiresAt }: Place & Pick<Grant, "tokenExpiresAt">,
): Promise<void> {
  const { id, generation } = request;
  const unknown = { channel, ts, generation, tokenExpiresAt };
  let keep: Keep = (r) => withReplaced(r, unknown);
  try {
    keep = await takeOffReplaced(ports, request, unknown);
  } finally {
    await commit(ports, id, (r) => (isGranted(r) ? keep(r) : null));
  }
}
