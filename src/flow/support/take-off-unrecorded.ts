/** A token whose grant ends, and of whose message its record does not know: that may be lost, unreadable, or older. Where it stands, its account alone said, and this process remembers until Slack has let go of it. */
import { SECOND } from "../../domain/duration.ts";
import { knowsMessage } from "../../domain/messages.ts";
import {
  type GrantObjects,
  type Notifier,
  type Place,
  type Ports,
  type Recorded,
  SlackBusy,
} from "../ports.ts";

const AGAIN_MS = SECOND;

type Needed = Pick<Ports, "notifier" | "clock" | "log" | "stopping">;

interface Line {
  /** Uids of accounts: one that something holds is found again and again. */
  known: Set<string>;
  last: Promise<void>;
}

interface Message {
  of: Parameters<Notifier["eraseToken"]>[0];
  at: Place;
  failed?: true;
}

/** Of each bot in this process. */
const lines = new WeakMap<Notifier, Line>();

/** The message of this account, unless its record knows it. Returns at once: no end waits for Slack. Each account's goes once, one after the other. */
export function takeOffUnrecorded(
  ports: Needed,
  record: Recorded,
  { key: { id }, account }: GrantObjects,
): void {
  const { tokenMessage: at, requester, delivery } = account?.annotations ?? {};
  // A message that shows one at each click bears none.
  if (!account || !at || !requester || delivery === "reveal") return;
  if (record !== null && record !== "unreadable" && knowsMessage(record, at)) return;
  const line = lineOf(ports.notifier);
  if (line.known.has(account.uid)) return;
  line.known.add(account.uid);
  putInLine(ports, line, { of: { id, locale: requester.locale }, at });
}

function putInLine(ports: Needed, line: Line, message: Message): void {
  // What is left when the process stops.
  line.last = line.last.then(() => takeOff(ports, line, message)).catch(() => {});
}

function lineOf(notifier: Notifier): Line {
  const line = lines.get(notifier) ?? { known: new Set(), last: Promise.resolve() };
  lines.set(notifier, line);
  return line;
}

/** Until Slack confirms, or refuses it for good: what fails waits behind the others. Throws when the process stops. */
async function takeOff(ports: Needed, line: Line, { of, at, failed }: Message): Promise<void> {
  const { notifier, clock, log, stopping } = ports;
  if (stopping.aborted) return;
  try {
    const outcome = await notifier.eraseToken(of, at);
    if (typeof outcome !== "string")
      log.error(
        { id: of.id, slack: outcome.refused },
        "Slack leaves the token of an ended grant where it is",
      );
  } catch (error) {
    if (!failed)
      log.warn({ id: of.id, err: error }, "the token of an ended grant is not off Slack yet; trying on");
    putInLine(ports, line, { of, at, failed: true });
    await clock.sleep(error instanceof SlackBusy ? error.retryAfterMs : AGAIN_MS, stopping);
  }
}
