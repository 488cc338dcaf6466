/** English: what the hub's audit log gives cause for alarm. */
import { areUnsure, type HubAlarm, type ObservedWrite } from "../../domain/hub-signs.ts";
import type { Facts } from "./facts.ts";
import { alarmCode, bullets, subjectCodes } from "./foreign-objects.ts";
import type { Formatter } from "./formatter.ts";

type Of<K extends HubAlarm["kind"]> = Extract<HubAlarm, { kind: K }>;

const DID = { made: "made", changed: "changed", deleted: "deleted" };
const ONE = { binding: "the binding", account: "the account", token: "a token of the account" };
const ALL = { binding: "bindings", account: "the grants' accounts", token: "tokens" };

function line(write: ObservedWrite, fmt: Formatter): string {
  const { did, unsure, what, name, clusterRole, subjects, address, agent } = write;
  const done = unsure ? `may have ${DID[did]}` : DID[did];
  const object = name === "" ? ALL[what] : `${ONE[what]} ${alarmCode(name)}`;
  const whom = subjects?.length ? ` to ${subjectCodes(subjects)}` : "";
  const gives = clusterRole === undefined ? "" : `, which gives ${alarmCode(clusterRole)}${whom}`;
  const from = `from ${alarmCode(address || "?")}${agent ? `, by ${alarmCode(agent)}` : ""}`;
  return `${fmt.exact(write.at)} ${done} ${object}${gives}, ${from}${write.as ? `, as ${alarmCode(write.as)}` : ""}`;
}

const whose = (f: Facts | null, id: string, fmt: Formatter): string =>
  f ? `${fmt.name(f.requester)}'s ${fmt.code(f.role)}` : id;

export const enHubAlarms = {
  lateUse: (f: Facts | null, { id, deleted, used }: Of<"late-use">, hub: string, fmt: Formatter): string =>
    `${fmt.b("Used after its end:")} Karpor on ${hub} allowed a request of ${whose(f, id, fmt)}, received ${fmt.exact(used)}, by a binding that was deleted ${fmt.exact(deleted)}. That end did not hold: see whether RBAC is on and every replica of karpor-server follows its etcd.`,
  refused: (f: Facts | null, { id, most, at }: Of<"refused">, hub: string, fmt: Formatter): string =>
    `${fmt.b("Refused again and again:")} more than ${most} requests of ${whose(f, id, fmt)} on ${hub} within an hour, the last ${fmt.exact(at)}. Somebody tries what the role does not allow, or a program does that was not told.`,
  tooLarge: ({ at }: Of<"too-large">, hub: string, fmt: Formatter): string =>
    `${fmt.b("Too large to look at:")} what Karpor on ${hub} told at once, ${fmt.exact(at)}. Nobody knows here what was done around then: Karpor's own audit log does.`,
  /** Below it. */
  tooLargeHow: "Whoever sends Karpor requests that are very long can hide another one in this way.",
  writes: ({ who, asBot, writes, count, unread }: Of<"writes">, hub: string, fmt: Formatter): string =>
    [
      who === ""
        ? `${fmt.b("Too many to look at:")} ${unread} more writes on ${hub}, which may have changed who has access. Nobody knows here whose they were: Karpor's own audit log does.`
        : asBot
          ? `${fmt.b("The bot's own account did what the bot did not:")} ${fmt.code(who)} on ${hub}.`
          : `${fmt.b("Not done by the bot:")} ${fmt.code(who)} ${areUnsure(writes) ? "may have changed" : "changed"} who has access on ${hub}.`,
      ...bullets(
        writes,
        (one) => line(one, fmt),
        () => "",
      ),
      ...(count > writes.length ? [`• and ${count - writes.length} more`] : []),
      ...(unread > 0 && who !== "" ? [`• and ${unread} more of anybody's, which were too many to keep`] : []),
    ].join("\n"),
  /** Below it. */
  writesHow: (asBot: boolean, fmt: Formatter): string =>
    asBot
      ? `Its credential is in other hands: ${fmt.code("npm run setup -- --rotate")} puts them out.`
      : `If nobody you know did it, somebody has rights in Karpor that they should not have: ${fmt.code("npm run doctor")} shows what stands.`,
};
