/** Story 8: the same life in English and in Chinese, each by the reader's locale; shared cards in `slack.language`. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, MEI } from "../helpers/people.ts";
import { buttonsOf, inputOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const HAN = /\p{Script=Han}/u;

/** Names and what is typed are the same in every language. */
const NAMES =
  /<[^>]*>|eyJ\S+|R-[0-9A-Z]{10}|\/karpor-access|Karpor|Token|Slack|production|peek|gu?est|admin|shown|@\w+/g;
const LATIN = /[A-Za-z]{2,}/;

const hasHan = (text: string) => HAN.test(text);

/** What each of them reads, moment by moment. */
const READERS = [
  {
    ...{ name: "English", user: BOB, reason: "looking at search", second: "once more", isOther: hasHan },
    ...{ sent: "Sent to", waiting: "Waiting for approval:", approved: "Approved by", left: "10 min left:" },
    ...{ ending: "Ended; confirming…", ended: "Karpor refuses the token", denied: "Denied by" },
    ...{ unknown: "Did you mean", end: "end", none: "Nothing is open" },
    ...{ help: "help", helped: "for a limited time", status: "status", active: "Active until" },
  },
  {
    ...{
      name: "Chinese",
      user: MEI,
      reason: "查看搜索",
      second: "再看一次",
      isOther: (text: string) => LATIN.test(text.replace(NAMES, "")),
    },
    ...{ sent: "已提交", waiting: "等待审批：", approved: "批准", left: "还剩 10 分钟：" },
    ...{ ending: "已结束，正在确认", ended: "Karpor 已拒绝该令牌", denied: "已拒绝" },
    ...{ unknown: "你是想写", end: "结束", none: "暂无" },
    ...{ help: "帮助", helped: "限时", status: "状态", active: "生效中" },
  },
] as const;

describe.each(["en", "zh"] as const)("cards in %s", (language) => {
  let world: World;
  let scene: Scene;

  beforeAll(async () => {
    const slack = { channel: APPROVALS, language, command: "/karpor-access" };
    world = await startWorld({ config: { slack } });
    scene = sceneOf(world);
    await startReplica(world);
  });
  afterEach(() => scene.clear());
  afterAll(() => world.close());

  test.each(READERS)("a life, read in $name", async (reader) => {
    const { user, reason, isOther } = reader;
    expect(visibleText((await scene.say(user, reader.status)).ephemeral ?? { text: "" })).toContain(
      reader.none,
    );
    await scene.say(user, `guest 8h ${reason}`);
    await scene.whisper(user, reader.sent);
    const card = await scene.card(reason);
    await scene.say(user, reader.status);
    await scene.whisper(user, reader.waiting);
    await world.slack.click(ALICE, card, "approve");
    const token = await scene.tokenOf(user);
    expect(visibleText(token)).toContain(reader.approved);
    await scene.say(user, reader.status);
    await scene.whisper(user, reader.active);
    await world.jump(7 * HOUR + 50 * MINUTE);
    await scene.dm(user, reader.left);
    await scene.say(user, reader.end);
    await scene.dm(user, reader.ending);
    const { id } = await scene.record((one) => one.reason === reason && one.ending?.deletedAt != null);
    await scene.proveEnd(id);
    await scene.dm(user, reader.ended);
    const read = world.slack.history().filter(({ channel }) => channel === token.channel);
    const texts = read
      .flatMap(({ history }) => history.map(visibleText))
      .map((text) => text.replaceAll(reason, ""));
    expect(texts.filter(isOther)).toEqual([]);
    const rings = world.slack.notifications(user).filter(({ channel }) => channel === token.channel);
    const rung = rings.map(({ text }) => text.replaceAll(reason, ""));
    expect(rung.filter(isOther)).toEqual([]);
    expect(scene.visible()).not.toContain(tokenIn(token));
    await world.slack.waitFor(() => card.history.length > 3);
    expectShared(card, reason);
  });

  test.each(READERS)(
    "help, a mistake, and a denial, read in $name",
    async ({ user, help, helped, unknown, isOther, ...reader }) => {
      await scene.say(user, help);
      await scene.whisper(user, helped);
      await scene.say(user, "gest 1h");
      expect(isOther(visibleText(await scene.whisper(user, unknown)))).toBe(false);
      const card = await scene.ask("guest 1h", reader.second, user);
      await world.slack.click(ALICE, card, "deny");
      const form = await scene.form(ALICE);
      expect(String((form.title as { text: string }).text)).toContain("Deny");
      await world.slack.submit(ALICE, form.id, { [inputOf(form)]: "-" });
      expect(isOther(visibleText(await scene.dm(user, reader.denied)).replaceAll(reader.second, ""))).toBe(
        false,
      );
      expectShared(card, reader.second);
    },
  );

  /** Whoever asked. */
  function expectShared({ history }: SlackMessage, reason: string): void {
    const words = history.map((one) =>
      visibleText(one).replaceAll(reason, "").replaceAll("View every page", ""),
    );
    expect(words.filter(READERS[language === "en" ? 0 : 1].isOther)).toEqual([]);
    expect(buttonsOf(history[0] ?? {})[0]).toMatch(language === "en" ? /^Approve/ : /^批准/);
  }
});
