/** The rest of story 1: how people ask, and what the rules, the limits and the company say before anybody is asked. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { startCompany } from "../helpers/company.ts";
import { ALICE, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const DORA = "U0DORA";
const SECRET = Buffer.from("a secret of thirty-two characters").toString("base64");

let world: World;
let scene: Scene;
let company: Awaited<ReturnType<typeof startCompany>>;

beforeAll(async () => {
  company = await startCompany(SECRET);
  const check = { url: company.url, secretEnv: "KARPOR_CHECK_SECRET", within: "1s" };
  const hint = { en: "a ticket such as OPS-123", zh: "工单号，例如 OPS-123" };
  world = await startWorld({
    config: {
      roles: {
        ...roles,
        ticket: { ...roles.guest, reason: { required: true, pattern: "[A-Z]+-\\d+", hint } },
        frozen: roles.guest,
        night: roles.guest,
        today: roles.guest,
        checked: { ...roles.peek, duration: { default: "1h", max: "8h" }, check },
        both: { ...roles.guest, check },
      },
      rules: [
        {
          ...{ name: "release freeze", when: { role: ["frozen"] }, then: "deny" },
          say: { en: "Nothing is released this week.", zh: "本周不发布。" },
        },
        {
          name: "night duty",
          when: { role: ["night"], requester: { in: ["S0DEV"] }, max: "2h" },
          then: "approve",
        },
        {
          name: "today",
          when: { role: ["today"] },
          until: new Date().toISOString().slice(0, 10),
          then: "approve",
        },
      ],
    },
  });
  Object.assign(world.env, { KARPOR_CHECK_SECRET: SECRET });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(async () => {
  await world.close();
  await company.close();
});

const refusalOf = async (reason: string) => (await scene.because(reason, "closed")).outcome?.refusal?.code;

/** What the command's own answer says. */
async function answerTo(user: string, line: string): Promise<string> {
  const { ephemeral } = await scene.say(user, line);
  return ephemeral ? visibleText(ephemeral) : "";
}

describe("rules", () => {
  test("one approves, and names itself; for longer, or for others, people are asked", async () => {
    await scene.say(BOB, "night 2h on duty");
    const { approvals } = await scene.because("on duty", "active");
    expect(approvals).toMatchObject([{ by: null, rule: "night duty" }]);
    await scene.card("rule “night duty (max 2h)”");
    await scene.say(MEI, "night 3h longer than the rule");
    await scene.because("longer than the rule", "waiting");
    await scene.say(CAROL, "night 1h not of the group");
    await scene.because("not of the group", "waiting");
  });

  test("more time of it is never short access in pieces", async () => {
    await scene.say(BOB, "night 2h one piece");
    await scene.because("one piece", "active");
    await scene.say(BOB, "more 1h in pieces");
    await scene.because("in pieces", "waiting");
  });

  test("one denies, in words of its own, in the reader's language", async () => {
    await scene.say(BOB, "frozen 1h please");
    expect(await refusalOf("please")).toBe("rule-denies");
    expect(buttonsOf(await scene.whisper(BOB, "Nothing is released this week."))).toEqual([]);
    await scene.say(MEI, "frozen 1h 请");
    await scene.whisper(MEI, "本周不发布。");
    // Who typed it read it: it rings nobody, and is nowhere else.
    expect(world.slack.dm(BOB).map(visibleText).join()).not.toContain("Nothing is released");
    expect(await answerTo(BOB, "history")).not.toContain("frozen");
  });
});

describe("limits", () => {
  test("twenty open requests, until one is withdrawn", async () => {
    for (let count = 1; count <= 20; count++) await scene.say(ALICE, `for @mei guest 1h waits ${count}.`);
    expect(await answerTo(ALICE, "for @mei guest 1h waits 21.")).toContain("20 requests are open");
    await world.slack.click(ALICE, await scene.whisper(ALICE, "waits 20."), "Withdraw");
    await scene.because("waits 20.", "closed");
    expect(await answerTo(ALICE, "for @mei guest 1h waits 22.")).toContain("Sent to");
  });

  test("sixty in an hour, and then again", async () => {
    world.slack.people.add({ id: DORA, name: "dora" });
    world.slack.people.join(DORA, GENERAL);
    for (let count = 1; count <= 60; count++) {
      await scene.say(DORA, `frozen 1h asked ${count}.`);
      if (count % 15 === 0) await scene.because(`asked ${count}.`, "closed");
    }
    expect(await answerTo(DORA, "peek 15m one too many")).toContain("requests in an hour");
    await world.jump(HOUR);
    await scene.say(DORA, "peek 15m afterwards");
    await scene.because("afterwards", "active");
  });
});

describe("the form", () => {
  const chosen = (form: Awaited<ReturnType<Scene["form"]>>) =>
    Object.fromEntries(
      form.blocks.flatMap(({ block_id, element }) => {
        const { initial_option, initial_value, initial_user } = (element ?? {}) as Record<string, unknown>;
        const value =
          (initial_option as { value: string } | undefined)?.value ?? initial_value ?? initial_user;
        return value ? [[block_id, value]] : [];
      }),
    );

  test("opens filled in as far as the line goes, when a reason is missing", async () => {
    expect(await answerTo(BOB, "for @mei ticket 2h")).toBe("");
    const form = await scene.form(BOB);
    expect(chosen(form)).toEqual({ role: "ticket", time: "2h", who: MEI });
    const { errors } = await world.slack.submit(BOB, form.id, { reason: "no ticket" });
    expect(errors).toEqual({ reason: expect.stringContaining("a ticket such as OPS-123") });
    const sent = await world.slack.submit(BOB, form.id, { reason: "OPS-7 by the form" });
    await world.slack.redeliver(sent);
    const answer = await scene.form(BOB);
    expect(visibleText({ text: "", blocks: answer.blocks })).toContain("Sent to");
    await world.slack.closeView(BOB, answer.id);
    expect(await scene.because("OPS-7 by the form", "waiting")).toMatchObject({
      requester: MEI,
      duration: 2 * HOUR,
    });
    expect((await world.records()).filter(({ reason }) => reason === "OPS-7 by the form")).toHaveLength(1);
  });

  test("opens by the shortcut, the empty command and the Home tab, and asks like the command", async () => {
    await world.slack.shortcut(BOB, "request_access");
    const form = await scene.unfold(BOB);
    await world.slack.submit(BOB, form.id, { role: "peek", other: "20m", reason: "by the shortcut" });
    expect((await scene.because("by the shortcut", "active")).duration).toBe(20 * MINUTE);
    await scene.say(BOB, "end peek");
    await scene.say(MEI, "");
    await world.slack.submit(MEI, (await scene.form(MEI)).id, { role: "peek", reason: "by the empty line" });
    await scene.because("by the empty line", "active");
    await world.slack.openHome(CAROL);
    await world.slack.waitFor(() => world.slack.home(CAROL));
    await world.slack.click(CAROL, { home: true }, "request-access");
    await world.slack.closeView(CAROL, (await scene.form(CAROL)).id);
  });

  test("what cannot be is said at its input, and nothing is lost", async () => {
    await scene.say(BOB, "", GENERAL);
    const form = await scene.unfold(BOB);
    const wrong = async (filled: Record<string, string>) =>
      (await world.slack.submit(BOB, form.id, filled)).errors;
    expect(await wrong({ role: "peek", other: "half a day" })).toEqual({
      other: expect.stringContaining("I can't read"),
    });
    expect(await wrong({ other: "2h" })).toEqual({ other: expect.stringContaining("at most 1 h") });
    expect(await wrong({ other: "20m", start: "yesterday" })).toEqual({
      start: expect.stringContaining("is no start"),
    });
    expect(await wrong({ start: "tomorrow 09:00", who: BOB, reason: "put right at last" })).toEqual({});
    await scene.because("put right at last", "scheduled");
  });
});

describe("the line", () => {
  test.each([
    ["gest 1h", "Did you mean `guest 1h`"],
    ["nonsense 1h", "there is no role `nonsense`. Roles:"],
    ["guest 8hours", "I can't read `8hours`. Try `8h`, `90m`, `2d`."],
    ["guest half a day", "I can't read"],
    ["guest until 18:00", "`until 18:00`"],
    ["guest 30d", "lasts at most 7 d"],
    ["guest 0m", "the shortest time is 1 min"],
    ["ticket 1h no ticket", "needs this: a ticket such as OPS-123"],
    ["more 1w of what", "no such access"],
    ["more 2 hours", "I can't read"],
    ["end R-0000000000", "*No such request.* Check the id `R-0000000000`"],
    ["show something", "*No such request.* Check the id `something`"],
    ["show", "*No such request.* Check the id."],
    ["history somebody", "is no person"],
    ["revoke R-0000000000", "*No such request.*"],
    ["revoke R-0000000000 why not", "*No such request.* Check the id `R-0000000000`"],
    ["lockdown @nobody stolen", "`@nobody` is no person"],
    ["lockdown why not", "Only admins can lock down."],
    ["unlock", "Only admins can unlock."],
  ])("%s is refused in a sentence", async (line, words) => {
    const answer = await answerTo(BOB, line);
    expect(answer).toContain(words);
    expect(answer).toMatch(/^(Not sent|Nothing changed|\*)/);
    expect(answer).not.toMatch(/ {2}|undefined|null/);
  });

  test("a reason that is too long is refused", async () => {
    expect(await answerTo(BOB, `guest 1h ${"long ".repeat(120)}`)).toContain("at most 500 characters");
  });

  test("what was typed wrong is put right in the form, and sent from there", async () => {
    await scene.say(BOB, "gest 1h mistyped");
    await world.slack.click(BOB, await scene.whisper(BOB, "`guest 1h mistyped`"), "Edit…");
    const form = await scene.form(BOB);
    await world.slack.submit(BOB, form.id);
    expect(await scene.because("mistyped", "waiting")).toMatchObject({ role: "guest", duration: HOUR });
  });

  test("what was put right is sent by its button: for who typed it, and checked like any other", async () => {
    await scene.say(BOB, "gest 2h put right");
    const refused = await scene.whisper(BOB, "`guest 2h put right`");
    expect(buttonsOf(refused)).toEqual(["Send that", "Edit…"]);
    await world.slack.click(BOB, refused, "Send that");
    expect(await scene.because("put right", "waiting")).toMatchObject({ role: "guest", duration: 2 * HOUR });

    await scene.say(MEI, "guest 30d far too long");
    const long = await scene.whisper(MEI, "最长 7 天");
    const signedForMei = world.signer.sign(`line:${MEI}`, "guest 1h of hers");
    await world.slack.click(MEI, long, "改为申请 7 天");
    expect(await scene.because("far too long", "waiting")).toMatchObject({ duration: 7 * DAY });

    // Nobody presses the line of somebody else, whatever a button says.
    await scene.say(BOB, "gest 2h once more");
    const again = await scene.whisper(BOB, "`guest 2h once more`");
    const ours = again.blocks?.flatMap(({ elements }) => (elements ?? []) as { value?: string }[]);
    const send = ours?.find(({ value }) => value?.includes("guest 2h"));
    if (!send) throw new Error("there is no button");
    send.value = signedForMei;
    await world.slack.click(BOB, again, "send");
    await scene.whisper(BOB, "belongs to somebody else");
  });

  test("one role once: who asks again is offered more time", async () => {
    await scene.get("guest 1h", "has it already", CAROL);
    await scene.say(CAROL, "guest 1h once more");
    expect(await refusalOf("once more")).toBe("already-held");
    const { id } = await scene.because("once more", "closed");
    expect(await answerTo(CAROL, "history")).not.toContain(id);
    expect(scene.visible()).not.toContain(id);
    const told = await scene.whisper(CAROL, "You already have this* until");
    expect(buttonsOf(told)).toEqual(["Ask for more time", "End now"]);
    await world.slack.click(CAROL, told, "Ask for more time");
    await world.slack.submit(CAROL, (await scene.form(CAROL)).id, { reason: "from the refusal" });
    await scene.because("from the refusal", "waiting");
  });
});

/** As people of this workspace type it, by their own clocks. */
const typed = (at: Date): string =>
  at.toLocaleString("sv", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" });

describe("the company's check", () => {
  test("is asked with a signature, and its yes may be for less; fields that it adds are ignored", async () => {
    const until = new Date(world.clock.now() + HOUR).toISOString();
    company.answer = () => ({ answer: "allow", until, note: "none of the bot's business" });
    await scene.say(BOB, "checked 4h OPS-12, for less");
    const { endsAt, granted } = await scene.because("OPS-12, for less", "active");
    expect(endsAt).toBeLessThanOrEqual(Date.parse(until) + MINUTE);
    expect(granted).toBeLessThanOrEqual(HOUR);
    expect(company.questions.at(-1)).toMatchObject({
      kind: "ask",
      role: "checked",
      ticket: "OPS-12",
      requester: { id: BOB },
    });
    expect(company.unsigned).toBe(0);
  });

  test("says until when: counted from its answer, or from a start that is later", async () => {
    const soon = world.clock.now() + HOUR;
    company.answer = ({ kind }) => {
      if (kind === "ask") world.clock.jump(9 * SECOND);
      return { answer: "allow", until: new Date(soon).toISOString() };
    };
    await scene.say(BOB, "checked 4h it takes its time");
    const { endsAt } = await scene.because("it takes its time", "active");
    expect(endsAt).toBeLessThan(soon + SECOND);
    const start = new Date(Math.ceil(world.clock.now() / MINUTE) * MINUTE + 2 * HOUR);
    const until = start.getTime() + 30 * MINUTE;
    company.answer = () => ({ answer: "allow", until: new Date(until).toISOString() });
    await scene.say(MEI, `checked 4h from ${typed(start)} it begins later`);
    expect((await scene.because("it begins later", "scheduled")).granted).toBe(30 * MINUTE);
    await world.jump(start.getTime() - world.clock.now() + SECOND);
    expect((await scene.because("it begins later", "active")).endsAt).toBe(until);
  });

  test("says no, in its words", async () => {
    company.answer = () => ({ answer: "deny", say: "not on the rota" });
    await scene.say(BOB, "checked 1h off the rota");
    expect(await refusalOf("off the rota")).toBe("check-denies");
    await scene.whisper(BOB, "not on the rota");
  });

  test.each([
    ["is not signed", () => null],
    ["cannot be read", () => ({ answer: "perhaps" })],
    [
      "fails",
      () => {
        return { answer: "allow", until: "soon" };
      },
    ],
  ])("an answer that %s gives nothing", async (what, answer) => {
    company.answer = answer;
    await scene.say(BOB, `checked 1h it ${what}`);
    expect(await refusalOf(`it ${what}`)).toBe("check-failed");
  });

  test("is asked again at the approval, which changes nothing while it is silent", async () => {
    const until = new Date(world.clock.now() + HOUR).toISOString();
    company.answer = () => ({ answer: "allow", until });
    const card = await scene.ask("both 4h", "both must say yes");
    expect(buttonsOf(card)[0]).toBe("Approve 1 h");
    company.answer = () => null;
    await world.slack.click(ALICE, card, "approve");
    await scene.whisper(ALICE, "did not answer");
    company.answer = () => ({ answer: "allow" });
    await world.slack.click(ALICE, card, "approve");
    const { id, endsAt } = await scene.because("both must say yes", "active");
    expect(endsAt).toBeLessThanOrEqual(world.clock.now() + HOUR);
    expect(company.questions.at(-1)).toMatchObject({ kind: "mint", approvedBy: [ALICE] });
    expect(await scene.login(tokenIn(await scene.tokenOf(BOB, id)))).toBe("good");
  });
});

test("a rule's last day is its last: from then on people are asked", async () => {
  await scene.say(MEI, "today 1h on the last day");
  await scene.because("on the last day", "active");
  await scene.clear();
  await world.jump(DAY);
  await scene.say(MEI, "today 1h the day after the last");
  await scene.because("the day after the last", "waiting");
});
