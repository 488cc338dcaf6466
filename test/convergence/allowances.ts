/** What must hold of all that was allowed beforehand: on the trail while it happens, and in Slack when all is healed. */
import { actionables, visibleText } from "../../sandbox/slack/read.ts";
import { contextOf } from "../../src/app/assemble.ts";
import { Allowance, statusOf } from "../../src/domain/allowance.ts";
import { allowanceDm, allowanceLine, type Message } from "../../src/slack/views/index.ts";
import type { World } from "./world.ts";

interface Entry {
  id: string;
  to: string;
  who: string;
  qualified: string | null;
  requester: string;
  role: string;
  duration: number;
}

/** Told each entry of the trail in its order; answers what is wrong with it. */
export function createAllowanceWatch() {
  const allowed = new Map<string, Entry>();
  /** What was withdrawn before a request was made. */
  const tooLate = new Map<string, Set<string>>();
  return (entry: Entry): string[] => {
    const { id, to, qualified } = entry;
    if (id.startsWith("A-")) {
      const self = to !== "withdrawn" && entry.who === entry.requester;
      allowed.set(id, { ...allowed.get(id), ...entry });
      return self ? [`${id}: ${entry.who} allowed it to themself`] : [];
    }
    if (to === "requested")
      tooLate.set(id, new Set([...allowed.values()].filter((a) => a.to === "withdrawn").map((a) => a.id)));
    const by = to === "approved" ? /^allowed (A-\w+)/.exec(qualified ?? "")?.[1] : undefined;
    if (!by) return [];
    const a = allowed.get(by);
    const within =
      a && a.requester === entry.requester && a.role === entry.role && entry.duration <= a.duration;
    return [
      ...(within ? [] : [`${id}: it passed by ${by}, and is not within that`]),
      ...(tooLate.get(id)?.has(by)
        ? [`${id}: it passed by ${by}, which was withdrawn before it was asked for`]
        : []),
    ];
  };
}

/** Each message that its record knows is as the record says, and no other has a button that would do something. */
export async function ofAllowances(world: World): Promise<string[]> {
  const all = await recorded(world);
  return all.flatMap((a) => {
    const ctx = contextOf(world.config(0), world.config(0), world.clock);
    const wanted = {
      line: allowanceLine(a, ctx("en"), false),
      dm: allowanceDm(a, ctx(a.person.locale)),
    };
    return (["line", "dm"] as const).flatMap((key) => {
      const sent = a[key];
      if (key === "line" && !sent) return [`${a.id} stands in no channel`];
      if (!sent?.ts) return [];
      const shown = world.slack.messages(sent.channel).find(({ ts }) => ts === sent.ts);
      if (!shown) return [`${a.id}: its ${key} is gone from Slack`];
      const [is, should] = [gist(shown as Message), gist(wanted[key])];
      return is === should
        ? []
        : [
            `${a.id} is ${statusOf(a, world.clock.now())}, and its ${key} shows\n      ${is}\n    instead of\n      ${should}`,
          ];
    });
  });
}

async function recorded({ commands, keys }: World): Promise<Allowance[]> {
  const found = await commands.keys(keys.allowance("*"));
  const jsons = await Promise.all(found.map((key) => commands.hget(key, "record")));
  return jsons.flatMap((json) => (json ? [Allowance.parse(JSON.parse(json))] : []));
}

const gist = (message: Pick<Message, "text" | "blocks">): string =>
  [
    visibleText({ text: "", blocks: message.blocks.slice(0, 1) as never })
      .replaceAll(/(?: <!subteam\^\w+>| <@U0BOB>)+$/g, "")
      .replaceAll(/<!date\^(\d+)[^>]*>/g, "$1")
      .split(/[:：]/)[0],
    ...actionables(message.blocks as never).map(({ element }) => `[${element.action_id} ${element.value}]`),
  ].join(" ");
