/** People leave while they have access, and a directory sync only looks as if they did. */
import { seenWithin } from "../../sandbox/wait.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import type { Scenario } from "./scenario.ts";

const SEEN_WITHIN = 15_000;
const left = new WeakMap<PlaygroundContext, string>();
const emptied = new WeakMap<PlaygroundContext, string[]>();

export const departure: Scenario = {
  id: "departure",
  title: { en: "The holder leaves", zh: "持有人离职" },
  about: {
    en: "Whoever got access last is deactivated in Slack, as on their last day. Switch it off and they are back.",
    zh: "最近获得权限的人在 Slack 中被停用，如同离职。再按一次即恢复。",
  },
  not: () => undefined,
  on: (context) => left.has(context),
  async run(context, tell) {
    const { slack, named } = context;
    const gone = left.get(context);
    if (gone !== undefined) {
      left.delete(context);
      await slack.people.change(gone, { deleted: false });
      return tell(
        `${named(gone)} is back, and may ask again. What ended stays ended.`,
        `${named(gone)} 回来了，可以再次申请。已结束的不会恢复。`,
        "good",
      );
    }
    const live = (await recordsOf(context)).findLast((r) => r.state === "active");
    if (!live)
      return tell(
        "Nobody has access: ask for some, and have it approved.",
        "没有人持有权限：请先申请并获批。",
      );
    const who = live.requester.id;
    left.set(context, who);
    await slack.people.deactivate(who);
    tell(
      `Slack says that ${named(who)} was deactivated, with ${live.id} live.`,
      `Slack 告知 ${named(who)} 已停用，而 ${live.id} 仍有效。`,
      "bad",
    );
    const ended = await seenWithin(SEEN_WITHIN, async () => isOver(await recordsOf(context), live));
    if (ended)
      tell(
        `${live.id} ends at once: its binding is gone, and the card says why.`,
        `${live.id} 立即结束：绑定已删除，卡片写明原因。`,
        "good",
      );
    else tell("Not ended yet; it is tried on.", "尚未结束；会继续尝试。", "bad");
  },
};

const isOver = (records: AccessRequest[], { id }: AccessRequest): boolean =>
  records.some((r) => r.id === id && (r.state === "ending" || r.state === "ended"));

const GROUP = "S0DEV";

export const emptyGroup: Scenario = {
  id: "empty-group",
  title: { en: "A directory sync empties @dev", zh: "目录同步清空 @dev" },
  about: {
    en: "As if everybody had left the group that admin is for. Switch it off and the sync fills it again.",
    zh: "好像所有人都离开了 admin 面向的用户组。再按一次，同步会把它填回。",
  },
  not: () => undefined,
  on: (context) => emptied.has(context),
  async run(context, tell) {
    const { slack } = context;
    const members = emptied.get(context);
    if (members) {
      emptied.delete(context);
      await slack.people.setGroup(GROUP, members);
      return tell("@dev is as it was.", "@dev 恢复原样。", "good");
    }
    emptied.set(context, [...(slack.directory.groups.get(GROUP)?.members ?? [])]);
    await slack.people.setGroup(GROUP, []);
    tell(
      "@dev is empty. That ends nobody's access: the admins get one message, and decide themselves.",
      "@dev 已空。没有人因此失去权限：管理员会收到一条消息，自行判断。",
      "bad",
    );
  },
};
