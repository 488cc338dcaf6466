/** What the hub's audit log gives cause for alarm, in the channel: whom it concerns most is mentioned. */
import type { HubAlarm } from "../../domain/hub-signs.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { Formatter } from "../messages/formatter.ts";
import type { Message, ViewContext } from "./context.ts";
import { withPings } from "./pings.ts";
import { factsOf, message, rendererOf } from "./renderer.ts";

/** `request`: whose it is of, where a record knows it. */
export function hubAlarmMessage(alarm: HubAlarm, request: AccessRequest | null, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const words = p.words.hubAlarms;
  const f = request && factsOf(p, request);
  const { admins } = ctx;
  if (alarm.kind === "too-large")
    return message(
      p,
      (fmt) => withPings(words.tooLarge(alarm, p.hub, fmt), admins, fmt),
      [],
      [words.tooLargeHow],
    );
  if (alarm.kind === "writes") {
    const how = words.writesHow(alarm.asBot, p.rich);
    const said = (fmt: Formatter) => {
      const lines = words.writes(alarm, p.hub, fmt);
      // The list is too much to ring.
      return fmt.rich ? lines : (lines.split("\n")[0] ?? "");
    };
    return message(p, (fmt) => withPings(said(fmt), admins, fmt), [], [how]);
  }
  if (alarm.kind === "refused")
    return message(p, (fmt) => words.refused(f, alarm, p.hub, fmt), [], [alarm.id]);
  return message(p, (fmt) => withPings(words.lateUse(f, alarm, p.hub, fmt), admins, fmt), [], [alarm.id]);
}
