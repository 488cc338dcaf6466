/** The slash command through its outer door: what is stored, and what the person who typed it is told, in their language. */
import { describe, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR } from "../../src/domain/duration.ts";
import type { GroupId, UserId } from "../../src/domain/ids.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import {
  ALICE,
  BOB,
  CAROL,
  ELSEWHERE,
  GENERAL,
  GUS,
  MEI,
  openDoor,
  ROOT,
  role,
  usual,
} from "../helpers/listener.ts";
import { firstOf } from "../helpers/press.ts";
import { inputOf } from "../helpers/scene.ts";

describe("asking", () => {
  test("nothing is said before they are vetted; then to whom it was sent, in their language", async () => {
    const door = await openDoor();
    await door.meet(BOB, MEI);
    const bobs = await door.slack.command(BOB, GENERAL, "guest 4h a look");
    expect(bobs).toMatchObject({ status: 200, body: "" });
    const told = await door.whisper(BOB, "Sent to <!subteam^S0SRE>.");
    expect(told).toMatchObject({ channel: GENERAL, from: "response_url" });
    expect(buttonsOf(told)).toEqual([]);
    await door.slack.command(MEI, GENERAL, "guest 4h 看一下");
    await door.whisper(MEI, "已提交给");
    expect(door.ports.requests.all().map((r) => [r.requester.id, r.state])).toEqual([
      [BOB, "pending"],
      [MEI, "pending"],
    ]);
  });

  test("by policy: the token is promised once it is sure", async () => {
    const door = await openDoor();
    await door.slack.command(BOB, GENERAL, "peek");
    await door.whisper(BOB, "Approved by policy:");
  });

  test.each([
    ["admin 1h I must", MEI, "S0DEV"],
    ["guest 1h", GUS, "guests of this workspace"],
    ["peek", GUS, "guests of this workspace"],
  ])("%j of one who may not: refused, and nothing before that", async (line, user, why) => {
    const door = await openDoor();
    const { body } = await door.slack.command(user, GENERAL, line);
    expect(body).toBe("");
    await door.whisper(user, why);
    await door.listener.stop();
    expect(door.slack.ephemerals(user)).toHaveLength(1);
    expect(door.slack.ephemerals(user)[0]?.history).toHaveLength(1);
  });

  test("where too few could approve, it says how many there are", async () => {
    const many = role({ approval: { by: ["S0SRE"], count: 3, within: "4h" } });
    const door = await openDoor({ roles: { ...usual, many } });
    await door.slack.command(BOB, GENERAL, "many 1h a look");
    await door.whisper(BOB, "3 approvers from <!subteam^S0SRE>, and only 2 but you are there to approve");
  });

  test("asked in our DM, the DM alone answers", async () => {
    const door = await openDoor();
    await door.slack.command(BOB, "dm", "guest 4h a look");
    await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("pending");
    await door.work();
    await door.dm(BOB, "Waiting for approval:");
    await door.listener.stop();
    expect(door.slack.ephemerals(BOB)).toEqual([]);
  });

  test("a look-up that fails is said, in the configured language, and a job looks again", async () => {
    const door = await openDoor();
    door.slack.failNext("users.info", { status: 500 }, 9);
    await door.slack.command(MEI, GENERAL, "guest 4h");
    await door.whisper(MEI, "Checking:");
    door.slack.clearFailures();
    await door.work();
    expect(door.ports.requests.all()[0]).toMatchObject({
      state: "pending",
      requester: { id: MEI, locale: "zh" },
    });
  });

  test.each([
    ["guest 8h", BOB],
    ["peek", BOB],
    ["emergency admin 30m search is down", BOB],
    ["for @bob guest 8h a look", MEI],
  ])("%j, while nobody could look at it: what one has open says no more than that", async (line, user) => {
    const door = await openDoor();
    await door.meet(BOB, MEI);
    door.clock.jump(2 * HOUR);
    door.slack.failNext("users.info", { status: 500 }, 99);
    await door.slack.command(user, GENERAL, line);
    await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("requested");
    await door.slack.command(user, GENERAL, user === MEI ? "状态" : "status");
    const words = visibleText(
      await door.whisper(user, user === MEI ? "尚未请任何人审批" : "Nobody was asked yet"),
    );
    expect(words).toMatch(/\*(?:Checking:|正在核对：)\*/);
    expect(words).not.toMatch(/Waiting for approval|Sent to|等待审批|提交给/);
  });

  test.each(["peek", "emergency admin 30m search is down"])(
    "what nobody was to decide closes as not checked in time: %s",
    async (line) => {
      const door = await openDoor();
      await door.meet(BOB);
      door.clock.jump(2 * HOUR);
      door.slack.failNext("users.info", { status: 500 }, 99);
      await door.slack.command(BOB, GENERAL, line);
      await expect.poll(() => door.ports.requests.all()[0]?.state).toBe("requested");
      const { id, closesAt } = door.ports.requests.all()[0] as AccessRequest;
      door.clock.jump(closesAt - door.clock.now());
      await timeOutRequest(door.ports, id);
      door.slack.clearFailures();
      await door.work();
      await door.dm(BOB, "Closed, it could not be checked in time:");
    },
  );

  test("so it is where the DM would say it all: it says nothing yet", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    door.clock.jump(2 * HOUR);
    door.slack.failNext("users.info", { status: 500 }, 99);
    await door.slack.command(BOB, "dm", "guest 4h");
    await door.whisper(BOB, "Checking:");
    await door.slack.shortcut(BOB, "request_access");
    const form = await door.modal(BOB, "Ends at about");
    await door.slack.submit(BOB, form.id, { "form-role": "peek" });
    await door.modal(BOB, "Checking:");
  });

  test("what Slack escaped is read as it was typed", async () => {
    const door = await openDoor();
    await door.slack.command(
      BOB,
      GENERAL,
      "guest 1h a<b && c>d &amp; with @alice in #general, see https://x.io/?a=1&b=2",
    );
    expect(door.ports.requests.all()[0]?.reason).toBe(
      "a<b && c>d &amp; with @alice in #general, see https://x.io/?a=1&b=2",
    );
  });

  test("a wrong command gets the corrected line, and a button that sends it", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const result = await door.slack.command(BOB, GENERAL, "gest 4h a look");
    const refusal = result.ephemeral;
    if (!refusal) throw new Error("not answered");
    expect(visibleText(refusal)).toContain("/karpor-access guest 4h a look");
    expect(door.ports.requests.all()).toEqual([]);
    await door.slack.click(BOB, refusal, "send");
    await door.whisper(BOB, "Sent to");
    expect(refusal.history).toHaveLength(2);
    expect(door.ports.requests.all()[0]).toMatchObject({ role: "guest", reason: "a look" });
  });

  test.each([
    [BOB, "guest a look 2h", "`2h` stands after the reason", "guest 2h a look"],
    [MEI, "guest 看看 2小时", "`2小时` 写在了理由之后", "guest 2小时 看看"],
    [MEI, "guest 排查问题2小时", "`2小时` 写在了理由之后", "guest 2小时 排查问题"],
    [MEI, "guest 给财务导数 2小时", "`2小时` 写在了理由之后", "guest 2小时 给财务导数"],
  ])("%s: a time after the reason is not ignored: %j", async (user, line, told, meant) => {
    const door = await openDoor();
    await door.meet(user);
    const { ephemeral: refusal } = await door.slack.command(user, GENERAL, line);
    if (!refusal) throw new Error("not answered");
    expect(visibleText(refusal)).toContain(told);
    expect(visibleText(refusal)).toContain(`/karpor-access ${meant}`);
    expect(door.ports.requests.all()).toEqual([]);
    await door.slack.click(user, refusal, "send");
    await expect
      .poll(() => door.ports.requests.all())
      .toMatchObject([{ role: "guest", duration: 7_200_000 }]);
  });

  test.each(["日志保留7天", "到后台改配置"])(
    "what only looks like a time in Chinese is the reason: %j",
    async (reason) => {
      const door = await openDoor();
      expect(await door.ask(MEI, `guest ${reason}`)).toMatchObject({ reason, duration: 3_600_000 });
    },
  );

  test("an hour in Chinese words is asked about, never the reason of what begins at once", async () => {
    const door = await openDoor();
    await door.meet(MEI);
    const { ephemeral } = await door.slack.command(MEI, GENERAL, "guest 2小时 从晚上十点 发布");
    expect(ephemeral && visibleText(ephemeral)).toContain("`从晚上十点` 不是有效的开始时间");
    expect(door.ports.requests.all()).toEqual([]);
  });

  test.each([
    [BOB, "guest from yesterday", "`from yesterday` is no time to begin at"],
    [BOB, "guest 2h from yesterday OPS-1", "`from yesterday` is no time to begin at"],
    [BOB, "guest 2h until 18:00 fix", "`until 18:00` is no length of time. Write how long: 90m"],
    [BOB, "guest fix until tomorrow", "`until tomorrow` is no length of time"],
    [MEI, "guest 2小时 从昨天 发布", "`从昨天` 不是有效的开始时间"],
    [MEI, "guest 排查到18：00", "`到18：00` 不是有效的时长"],
    [MEI, "guest 半天 排查", "`半天` 不是有效的时长"],
    [MEI, "guest 排查问题半天", "`半天` 不是有效的时长"],
  ])("%s: what looks like a time is never the reason: %j", async (user, line, told) => {
    const door = await openDoor();
    await door.meet(user);
    const { ephemeral } = await door.slack.command(user, GENERAL, line);
    if (!ephemeral) throw new Error("not answered");
    expect(visibleText(ephemeral)).toContain(told);
    expect(buttonsOf(ephemeral)).toHaveLength(1);
    expect(door.ports.requests.all()).toEqual([]);
    await door.slack.click(user, ephemeral, "edit");
    await door.modal(user, user === BOB ? "Access to Karpor" : "");
  });

  test.each(["foo", "foo @mei nosuch 2h", "shwo me", "adimn 2h", "gest until tomorrow", "alow @mei guest"])(
    "no line is offered that would be refused: %j",
    async (line) => {
      const door = await openDoor();
      await door.meet(BOB);
      const { ephemeral } = await door.slack.command(BOB, GENERAL, line);
      if (!ephemeral) throw new Error("not answered");
      expect(visibleText(ephemeral)).toContain("there is no role");
      expect(visibleText(ephemeral)).not.toContain("Did you mean");
      expect(buttonsOf(ephemeral)).not.toContain("Send this line");
    },
  );

  describe("a start after the reason", () => {
    /** Noon in Berlin, or an hour later. */
    const atNoon = async (user = BOB) => {
      const door = await openDoor();
      const day = 24 * 3_600_000;
      door.clock.jump(day - ((door.clock.now() - 11 * 3_600_000) % day));
      await door.meet(user);
      return door;
    };

    test.each([
      [BOB, "guest 2h deploy from 22:00", "`from 22:00` stands after", "guest 2h from 22:00 deploy"],
      [BOB, "guest deploy 2h, from 10pm.", "`from 10pm` stands after", "guest 2h from 22:00 deploy"],
      [BOB, "gest deploy from 22:00 for 2h", "`from 22:00` stands after", "guest 2h from 22:00 deploy"],
      [
        BOB,
        "guest 2h deploy from 9am tomorrow",
        "`from 9am tomorrow` stands",
        "2h from tomorrow 09:00 deploy",
      ],
      [
        BOB,
        "guest 2h deploy from tomorrow 9am",
        "`from tomorrow 9am` stands",
        "2h from tomorrow 09:00 deploy",
      ],
      [
        MEI,
        "guest 2小时 发布，从今晚10点开始",
        "`从今晚10点开始` 写在了理由之后",
        "guest 2小时 从今天22:00 发布",
      ],
    ])("%s: is not ignored where it is ahead: %j", async (user, line, told, meant) => {
      const door = await atNoon(user);
      const { ephemeral: refusal } = await door.slack.command(user, GENERAL, line);
      if (!refusal) throw new Error("not answered");
      expect(visibleText(refusal)).toContain(told);
      expect(visibleText(refusal)).toContain(meant);
      expect(door.ports.requests.all()).toEqual([]);
      await door.slack.click(user, refusal, "send");
      await expect
        .poll(() => door.ports.requests.all())
        .toMatchObject([{ duration: 7_200_000, startsAt: expect.any(Number) }]);
    });

    test.each([
      "guest 2h restore backup from 22:00 snapshot",
      "guest 2h look at errors from 06:00",
      "guest 2h errors from 2026-01-02 22:00",
      "guest 2h the fix from tomorrow",
      "emergency admin 10m down from 22:00",
    ])("is part of it where it is not the last word, or is over: %j", async (line) => {
      const door = await atNoon();
      const { reason, startsAt } = await door.ask(BOB, line);
      expect(line).toContain(reason);
      expect(reason).toMatch(/from/);
      expect(startsAt).toBeUndefined();
    });

    test("is sent from the form as it stands", async () => {
      const door = await atNoon();
      const { ephemeral: refusal } = await door.slack.command(BOB, GENERAL, "guest 2h errors from 22:00");
      if (!refusal) throw new Error("not answered");
      await door.slack.click(BOB, refusal, "edit");
      await door.slack.submit(BOB, (await door.modal(BOB, "Access to Karpor")).id, {});
      await expect.poll(() => door.ports.requests.all()).toMatchObject([{ reason: "errors from 22:00" }]);
    });
  });

  test("edited, such a time stands in the form", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const { ephemeral: refusal } = await door.slack.command(BOB, GENERAL, "guest a look 2h");
    if (!refusal) throw new Error("not answered");
    await door.slack.click(BOB, refusal, "edit");
    const { id } = await door.modal(BOB, "Access to Karpor");
    await door.slack.submit(BOB, id, {});
    await expect
      .poll(() => door.ports.requests.all())
      .toMatchObject([{ duration: 7_200_000, reason: "a look" }]);
  });

  test.each(["admin 1h .", "admin 1h ……", "admin，1小时，。"])(
    "mere marks are no reason: %j",
    async (line) => {
      const door = await openDoor();
      await door.meet(BOB);
      const { ephemeral } = await door.slack.command(BOB, GENERAL, line);
      expect(visibleText(ephemeral ?? { text: "" })).toMatch(/needs a reason|is no length of time/);
      expect(door.ports.requests.all()).toEqual([]);
    },
  );

  test("words of a line that a Chinese comma alone parts", async () => {
    const door = await openDoor();
    await door.meet(MEI);
    await door.slack.command(MEI, GENERAL, "guest，看看搜索");
    await expect.poll(() => door.ports.requests.all()).toMatchObject([{ role: "guest", reason: "看看搜索" }]);
    const { ephemeral } = await door.slack.command(MEI, GENERAL, "peek，1小时，看看");
    expect(visibleText(ephemeral ?? { text: "" })).toContain("/karpor-access peek 1小时 看看");
  });

  test("a button that cannot send now stays for another try", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const { ephemeral: refusal } = await door.slack.command(BOB, GENERAL, "gest 4h");
    if (!refusal) throw new Error("not answered");
    door.ports.requests.fault = "down";
    await door.slack.click(BOB, refusal, "send");
    await door.whisper(BOB, "Nothing changed:");
    door.ports.requests.fault = undefined;
    await door.slack.click(BOB, refusal, "send");
    await door.whisper(BOB, "Sent to");
  });

  test("a command that Slack delivers twice is answered alike and makes one request", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const first = await door.slack.command(BOB, GENERAL, "guest 4h a look");
    const second = await door.slack.redeliver(first);
    expect(second.body).toBe(first.body);
    await door.listener.stop();
    expect(door.ports.requests.all()).toHaveLength(1);
  });

  test("a second request for the same role is refused with a pointer to the first", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    await door.slack.command(BOB, GENERAL, "guest 4h");
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "guest 1h");
    expect(visibleText(ephemeral ?? { text: "" })).toContain(door.ports.requests.all()[0]?.id);
    expect(door.ports.requests.all()).toHaveLength(1);
  });

  test("without the store nothing is promised; without its answer it is said that we are not sure", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    door.ports.requests.fault = "down";
    const down = await door.slack.command(BOB, GENERAL, "guest 4h");
    expect(visibleText(down.ephemeral ?? { text: "" })).toContain("Nothing changed:");
    door.ports.requests.fault = "unsure";
    const unsure = await door.slack.command(BOB, GENERAL, "guest 4h");
    expect(visibleText(unsure.ephemeral ?? { text: "" })).toContain("/karpor-access status");
  });

  test("a store that takes long is waited for after the acknowledgement", async () => {
    const door = await openDoor({ more: { ackWithin: 20 } });
    await door.meet(BOB);
    const { promise, resolve } = Promise.withResolvers<void>();
    door.ports.requests.gate = promise;
    const result = await door.slack.command(BOB, GENERAL, "guest 4h");
    expect(result).toMatchObject({ status: 200, body: "" });
    resolve();
    expect((await door.whisper(BOB, "Sent to")).from).toBe("response_url");
  });

  test("an error nobody foresaw is one calm sentence, and a line in the log", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    door.ports.random = () => {
      throw new Error("no entropy");
    };
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "guest 4h");
    expect(ephemeral?.blocks).toHaveLength(2);
    expect(visibleText(ephemeral ?? { text: "" })).not.toContain("entropy");
    expect(door.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("an answer that response_url does not take comes as an ephemeral message, or by DM", async () => {
    const door = await openDoor();
    const closed = "http://127.0.0.1:9/response";
    const first = await door.slack.command(BOB, GENERAL, "status");
    await door.whisper(BOB, "open");
    await door.slack.redeliver({
      ...first,
      payload: { ...first.payload, user_id: CAROL, response_url: closed },
    });
    expect((await door.whisper(CAROL, "open")).from).toBe("chat.postEphemeral");
    await door.slack.redeliver({
      ...first,
      payload: { ...first.payload, user_id: ALICE, channel_id: ELSEWHERE, response_url: closed },
    });
    await door.dm(ALICE, "open");
  });
});

describe("words of the command", () => {
  const said = async (line: string, user = BOB) => {
    const door = await openDoor();
    await door.meet(user);
    const { ephemeral } = await door.slack.command(user, GENERAL, line);
    return { door, ephemeral, words: visibleText(ephemeral ?? (await door.whisper(user, ""))) };
  };

  test.each([
    "status",
    "list",
    "状态",
    "STATUS",
    "ｓｔａｔｕｓ",
    "status.",
    "“status”",
    "`status`",
    "\u200bstatus",
    "状态？",
    "列表。",
  ])("%j is status", async (line) => expect((await said(line)).words).toContain("Nothing open:"));

  test.each(["revoke?", "结束？"])("%j ends nothing: it is help", async (line) =>
    expect((await said(line)).words).toContain("Type role, time, reason:"),
  );

  test.each(["release", "revoke", "撤销"])("%j is revoke", async (line) =>
    expect((await said(line)).words).toContain("Nothing to revoke:"),
  );

  test("a Chinese word needs no space after it", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    await door.slack.command(BOB, GENERAL, "替 @mei，guest 2小时 看看");
    await door.slack.command(BOB, GENERAL, "紧急admin 10分钟 生产故障");
    await expect
      .poll(() =>
        door.ports.requests.all().map(({ role, requester, emergency }) => [role, requester.id, !!emergency]),
      )
      .toEqual([
        ["guest", MEI, false],
        ["admin", BOB, true],
      ]);
    await door.slack.command(ALICE, GENERAL, "历史30天");
    await door.whisper(ALICE, "what you asked for");
  });

  test.each(["please guest 2h a look", "request guest 2h a look", "申请 guest 2小时 a look"])(
    "%j asks for the role that follows",
    async (line) => {
      const { words, door } = await said(line);
      expect(words).toContain("/karpor-access guest 2h a look");
      expect(door.ports.requests.all()).toEqual([]);
    },
  );

  test("a channel named like a word is not that word", async () => {
    const { words, door } = await said("#emergency admin 10m it is down");
    expect(words).toContain("/karpor-access emergency admin 10m it is down");
    expect(door.ports.requests.all()).toEqual([]);
  });

  test.each(["history 7d @bob", "history @bob 7d", "历史 7天 @bob"])("%j is Bob's past", async (line) => {
    const { words } = await said(line, ROOT);
    expect(words).toContain("Nothing asked for:* what <@U0BOB> asked for");
  });

  test("history goes back no further than time itself", async () =>
    expect((await said("history 9999w @bob", ROOT)).words).toContain("since <!date^0^"));

  test.each([
    ["history 7 @bob", "`7` is no length of time"],
    ["history all @bob", "`all` is no role"],
    ["history @bob 三十天", "`三十天` is no length of time"],
    ["revoke all", "Nothing changed:* write whose"],
    ["revoke all @guest", "`@guest` is neither a role nor a person"],
    ["for @mei", "Not sent:* type"],
  ])("%j: %s", async (line, told) => expect((await said(line, ALICE)).words).toContain(told));

  test.each([
    ["staus", "status"],
    ["statsu now", "status now"],
    ["revok R-7K2Q9FXT", "revoke R-7K2Q9FXT"],
    ["halp", "help"],
    ["extend 2h", "status"],
    ["lokdown", "lockdown"],
    ["emergancy admin 10m x", "emergency admin 10m x"],
  ])("%j is corrected to %j", async (line, meant) => {
    const { ephemeral, words, door } = await said(line);
    expect(words).toContain(`/karpor-access ${meant}`);
    if (!ephemeral) throw new Error("not answered");
    expect(buttonsOf(ephemeral)).toEqual(["Send this line"]);
    expect(door.ports.requests.all()).toEqual([]);
  });

  test("what is sent from there is run as if typed, with whom Slack knows", async () => {
    const { door, ephemeral, words } = await said("revok @mei");
    expect(words).toContain("/karpor-access revoke @mei");
    if (!ephemeral) throw new Error("not answered");
    await door.slack.click(BOB, ephemeral, "run");
    await door.whisper(BOB, "Nothing to revoke:");
  });

  test.each([
    [BOB, "this bot's command is `/karpor-access`, and its Slack app has `/karpor`"],
    [MEI, "Slack 应用中的 `/karpor` 与本机器人的命令 `/karpor-access` 不一致"],
  ])("what another command of the app said is sent as ours by one click", async (user, told) => {
    const door = await openDoor();
    await door.meet(user);
    const ours = await door.slack.command(user, GENERAL, "help");
    const typed = { ...ours.payload, command: "/karpor", text: "peek 1h a look" };
    await door.slack.redeliver({ ...ours, payload: typed });
    const answer = await door.whisper(user, told);
    expect(visibleText(answer)).toContain("/karpor-access peek 1h a look");
    expect(door.ports.requests.all()).toEqual([]);
    await door.slack.click(user, answer, "run");
    await expect.poll(() => door.ports.requests.all().map(({ role }) => role)).toEqual(["peek"]);
  });

  test("a role keeps the words nearest to it", async () => {
    expect((await said("gues 1h")).words).toContain("Did you mean `guest`?");
  });

  test("a person who is no mention is asked for as one; status is one's own", async () => {
    expect((await said("revoke dana")).words).toContain("/karpor-access revoke @");
    expect((await said("status @alice")).words).toContain("only what is yours");
    expect((await said("status @dana", MEI)).words).toContain("自己的状态");
  });
});

describe("help", () => {
  test.each(["help", "HELP", "帮助"])(
    "%j shows the roles one may ask for, and asks Slack nothing",
    async (line) => {
      const door = await openDoor();
      await door.meet(MEI);
      await door.people.qualifies(MEI as UserId, ["S0DEV" as GroupId]);
      const before = door.slack.calls.length;
      await door.slack.command(MEI, GENERAL, line);
      const told = visibleText(await door.whisper(MEI, "guest"));
      expect(told).toContain("peek");
      expect(told).not.toContain("admin");
      expect(door.slack.calls.slice(before).map(({ method }) => method)).not.toContain("usergroups.list");
    },
  );

  test("who is known to be no member is told that, as by the form, and Slack is asked nothing", async () => {
    const door = await openDoor();
    await door.meet(GUS);
    const before = door.slack.calls.length;
    await door.slack.command(GUS, GENERAL, "help");
    const told = visibleText(await door.whisper(GUS, "guests of this workspace"));
    expect(told).not.toContain("peek");
    expect(door.slack.calls.slice(before).map(({ method }) => method)).not.toContain("users.info");
  });

  test("of those of which it is not known, it says for whom they are", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const before = door.slack.calls.length;
    await door.slack.command(BOB, GENERAL, "help");
    expect(visibleText(await door.whisper(BOB, "admin"))).toMatch(/for .*S0DEV/);
    expect(door.slack.calls.slice(before).map(({ method }) => method)).not.toContain("usergroups.list");
  });
});

describe("status", () => {
  test("lists what is open, each with its buttons; released there, the rest stays at hand", async () => {
    const door = await openDoor();
    const live = await door.grant();
    await door.ask(BOB, "admin 1h roll back");
    const { ephemeral: list } = await door.slack.command(BOB, GENERAL, "status");
    if (!list) throw new Error("not answered");
    expect(buttonsOf(list)).toEqual(["I've copied it, hide", "Ask for more time", "End now", "Withdraw"]);
    await door.slack.click(BOB, list, "release", { confirm: true });
    await door.slack.waitFor(() => list.history.length === 2);
    expect(buttonsOf(list)).toEqual(["Withdraw"]);
    expect(await door.state(live.id)).toBe("ending");
  });
});

test("what one has already is said with its end, and can be ended there", async () => {
  const door = await openDoor();
  const live = await door.grant();
  await door.meet(BOB);
  const { ephemeral: held } = await door.slack.command(BOB, GENERAL, "guest 1h once more");
  if (!held) throw new Error("not answered");
  expect(visibleText(held)).toMatch(/^\*You already have this\* until <!date.*\(R-/);
  expect(visibleText(held)).toContain(live.id);
  expect(buttonsOf(held)).toEqual(["Ask for more time", "New token", "End now"]);
  await door.slack.click(BOB, held, "release", { confirm: true });
  await door.until(live.id, "ending");
});

describe("revoke", () => {
  test("of nothing is refused", async () => {
    const door = await openDoor();
    await door.meet(BOB);
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "revoke");
    expect(visibleText(ephemeral ?? { text: "" })).toContain("you have no access");
    await door.slack.command(ALICE, GENERAL, "revoke @bob");
    await door.whisper(ALICE, "Nothing to revoke:");
  });

  test("of one's only grant releases it before the acknowledgement", async () => {
    const door = await openDoor();
    const live = await door.grant();
    const { ephemeral } = await door.slack.command(BOB, GENERAL, "revoke");
    expect(visibleText(ephemeral ?? { text: "" })).toContain(live.id);
    expect(visibleText(ephemeral ?? { text: "" })).toContain("*Ending:* your guest access to production.");
    expect(await door.ports.requests.get(live.id)).toMatchObject({
      state: "ending",
      end: { cause: "released" },
    });
  });

  test("a request that is withdrawn in a list leaves the others at hand", async () => {
    const door = await openDoor();
    const { id } = await door.ask(BOB, "guest 2h a look");
    await door.ask(BOB, "admin 1h roll back");
    await door.slack.command(BOB, GENERAL, "status");
    const list = await door.whisper(BOB, "2 open:");
    await door.slack.click(BOB, list, { actionId: "withdraw", value: `${id}:1` });
    await door.slack.waitFor(() => visibleText(list).includes("Withdrawn:"));
    expect(visibleText(list)).toContain("1 open:");
    expect(buttonsOf(list)).toEqual(["Withdraw"]);
  });

  test("of several offers each", async () => {
    const door = await openDoor();
    const guest = await door.grant();
    const peek = await door.grant(BOB, "peek");
    const { ephemeral: list } = await door.slack.command(BOB, GENERAL, "revoke");
    if (!list) throw new Error("not answered");
    expect(buttonsOf(list)).toEqual(["End now", "End now"]);
    await door.slack.click(BOB, list, { actionId: "release", value: peek.value }, { confirm: true });
    await door.slack.waitFor(() => list.history.length === 2);
    expect(await door.state(peek.id)).toBe("ending");
    expect(await door.state(guest.id)).toBe("active");
  });

  test("by id, with a reason, by an approver; by nobody else", async () => {
    const door = await openDoor();
    const live = await door.grant();
    await door.slack.command(MEI, GENERAL, `revoke ${live.id}`);
    await door.whisper(MEI, "S0SRE");
    expect(await door.state(live.id)).toBe("active");
    await door.slack.command(CAROL, GENERAL, `revoke ${live.id.toLowerCase()} seen & done`);
    await door.whisper(CAROL, live.id);
    expect(await door.ports.requests.get(live.id)).toMatchObject({
      state: "ending",
      end: { cause: "revoked", by: { id: CAROL }, qualified: "S0SRE", reason: "seen & done" },
    });
  });

  test.each([
    (id: string) => `revoke ${id}, leaked`,
    (id: string) => `revoke \`${id}\` leaked`,
    (id: string) => `revoke “${id}”: leaked`,
    (id: string) => `撤销${id}，leaked`,
    () => "revoke @bob, leaked",
    () => "revoke @bob： leaked",
  ])("marks around what is named are no part of it, nor of the reason: %s", async (line) => {
    const door = await openDoor();
    const { id } = await door.grant();
    await door.slack.command(CAROL, GENERAL, line(id));
    await door.until(id, "ending");
    expect(await door.ports.requests.get(id)).toMatchObject({ end: { reason: "leaked" } });
  });

  test.each(["revoke all ｇｕｅｓｔ", "revoke all `guest`, left"])("%j means the role", async (line) => {
    const door = await openDoor();
    await door.grant();
    await door.slack.command(ROOT, GENERAL, line);
    await door.modal(ROOT, "all `guest` access");
  });

  test("of a person: an admin ends the one grant they have, of several each by its button", async () => {
    const door = await openDoor();
    const guest = await door.grant();
    await door.slack.command(ROOT, GENERAL, "revoke @bob leaked");
    await door.whisper(ROOT, guest.id);
    expect(await door.ports.requests.get(guest.id)).toMatchObject({
      end: { cause: "revoked", reason: "leaked" },
    });

    const [one, two] = [await door.grant(MEI, "guest"), await door.grant(MEI, "peek")];
    await door.slack.command(ROOT, GENERAL, "revoke @mei");
    const list = await door.whisper(ROOT, two.id);
    expect(buttonsOf(list)).toEqual(["Revoke…", "Revoke…"]);
    await door.slack.click(ROOT, list, { actionId: "revoke", value: one.value });
    const modal = await door.slack.waitFor(() => door.slack.views(ROOT).at(-1));
    await door.slack.submit(ROOT, modal.id, { why: "left the team" });
    await door.slack.waitFor(() => list.history.length === 2);
    expect(buttonsOf(list)).toEqual(["Revoke…"]);
    expect(await door.ports.requests.get(one.id)).toMatchObject({
      state: "ending",
      end: { cause: "revoked", by: { id: ROOT }, reason: "left the team" },
    });
  });

  test("of several, the reason that was typed stands in the form of each, until another takes its place", async () => {
    const door = await openDoor();
    const grants = [await door.grant(BOB, "guest 2h a look"), await door.grant(BOB, "peek")];
    await door.slack.command(ROOT, GENERAL, 'revoke @bob left "the team" & <gone>');
    const list = await door.whisper(ROOT, "2 live:");
    await door.slack.click(ROOT, list, firstOf(list, "revoke"));
    await door.slack.submit(ROOT, (await door.modal(ROOT, "Revoking:")).id, {});
    await door.slack.waitFor(() => visibleText(list).includes("1 live:"));
    await door.slack.click(ROOT, list, firstOf(list, "revoke"));
    await door.slack.submit(ROOT, (await door.modal(ROOT, "Revoking:")).id, { why: "a leak" });
    await door.slack.waitFor(() => buttonsOf(list).length === 0);
    const ends = await Promise.all(grants.map(({ id }) => door.ports.requests.get(id)));
    expect(ends).toMatchObject(
      ['left "the team" & <gone>', "a leak"].map((reason) => ({ end: { cause: "revoked", reason } })),
    );
  });

  test("a person and a number: that one of theirs, and nobody else's", async () => {
    const door = await openDoor();
    const guest = await door.grant(BOB, "guest 2h a look");
    const { id } = await door.grant(MEI, "peek");
    await door.slack.command(ROOT, GENERAL, `revoke @bob ${id} left`);
    await door.whisper(ROOT, `${id} belongs to someone else`);
    expect(await door.state(guest.id)).toBe("active");
    expect(await door.state(id)).toBe("active");
    await door.slack.command(ROOT, GENERAL, `revoke @mei ${id} left`);
    await door.whisper(ROOT, "Ending:");
    expect(await door.ports.requests.get(id)).toMatchObject({ end: { cause: "revoked", reason: "left" } });
  });

  test("a person and a slip of a number: nothing ends", async () => {
    const door = await openDoor();
    const { id } = await door.grant(BOB, "guest 2h a look");
    await door.slack.command(ROOT, GENERAL, `revoke @bob ${id.slice(0, -1)} left`);
    await door.whisper(ROOT, `there is no request \`${id.slice(0, -1)}\``);
    expect(await door.state(id)).toBe("active");
  });

  describe("of others without a reason", () => {
    const typed = async (line: (id: string) => string, user = CAROL) => {
      const door = await openDoor();
      const { id } = await door.grant(BOB, "guest 2h the search page");
      await door.slack.command(user, GENERAL, line(id));
      return { door, id };
    };

    test.each([
      ["an id", (id: string) => `revoke ${id}`],
      ["a person", () => "revoke @bob"],
    ])("by %s: the modal repeats who, what and why, and asks for one", async (_by, line) => {
      const { door, id } = await typed(line);
      const modal = await door.modal(CAROL, "the search page");
      expect(visibleText({ text: "", blocks: modal.blocks })).toContain("*Revoking:* guest on production");
      expect(await door.state(id)).toBe("active");
      await door.slack.submit(CAROL, modal.id, { why: "left the team" });
      await door.until(id, "ending");
      expect(await door.ports.requests.get(id as never)).toMatchObject({
        end: { cause: "revoked", by: { id: CAROL }, reason: "left the team" },
      });
      expect(visibleText(await door.whisper(CAROL, "*Ending:*"))).toContain(id);
    });

    test("a stranger to it sees no modal; nor does whoever comes late", async () => {
      const { door, id } = await typed((known) => `revoke ${known}`, MEI);
      await door.whisper(MEI, "S0SRE");
      await door.slack.command(BOB, GENERAL, `revoke ${id}`);
      await door.until(id, "ending");
      await door.slack.command(CAROL, GENERAL, `revoke ${id}`);
      await door.whisper(CAROL, "your click changed nothing");
      expect([...door.slack.views(MEI), ...door.slack.views(BOB), ...door.slack.views(CAROL)]).toEqual([]);
    });

    test("where Slack opens it and its answer is lost, the modal asks, and nothing ends before that", async () => {
      const door = await openDoor();
      const { id } = await door.grant();
      door.slack.failNext("views.open", { lost: true });
      await door.slack.command(CAROL, GENERAL, `revoke ${id}`);
      const view = await door.slack.waitFor(() => door.slack.views(CAROL).at(-1));
      await door.slack.waitFor(() => door.slack.calls.some(({ method }) => method === "views.update"));
      expect(door.slack.views(CAROL)).toHaveLength(1);
      expect(await door.state(id)).toBe("active");
      await door.slack.submit(CAROL, view.id, { [inputOf(view)]: "left" });
      await door.until(id, "ending");
    });

    test("where Slack does not open it, access ends all the same", async () => {
      const door = await openDoor();
      const { id } = await door.grant();
      door.slack.failNext("views.open", "expired_trigger_id");
      await door.slack.command(CAROL, GENERAL, `revoke ${id}`);
      await door.until(id, "ending");
      await door.whisper(CAROL, "*Ending:*");
    });
  });

  test("of what is no id is refused", async () => {
    const door = await openDoor();
    await door.slack.command(BOB, GENERAL, "revoke everything <now>");
    expect(visibleText(await door.whisper(BOB, "everything"))).toContain("/karpor-access revoke @");
    await door.slack.command(BOB, GENERAL, "revoke R-123");
    await door.whisper(BOB, "there is no request `R-123`");
  });
});
