/** Every modal through its outer doors with the most that a catalog and people can hold: Slack refuses nothing of it, nothing is lost. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { View } from "../../sandbox/slack/index.ts";
import { Role } from "../../src/domain/catalog.ts";
import { REASON_MAX } from "../../src/domain/command.ts";
import { DAY, MINUTE } from "../../src/domain/duration.ts";
import { ALICE, BOB, CAROL, type Door, GENERAL, openDoor } from "../helpers/listener.ts";

const role = Role.parse({
  clusterRole: "c".repeat(63),
  description: { en: "<!here> & *all* ".repeat(12), zh: "权限".repeat(100) },
  duration: { default: "1m", max: "8760h" },
  reason: {
    required: true,
    pattern: "\\.$",
    hint: { en: "<!here> & *all* ".repeat(12), zh: "工单号".repeat(66) },
  },
  approval: { by: ["S0SRE", ...Array.from({ length: 30 }, (_, i) => `S0MORE${i}`)], within: "8760h" },
});
const names = Array.from({ length: 250 }, (_, i) => `${"r".repeat(26)}-${String(i).padStart(3, "0")}`);
const roles = Object.fromEntries(names.map((name) => [name, role]));

/** As long as the input takes, in Slack's count. */
const most = fc
  .array(fc.constantFrom("<!channel> ", "*b*", "`c`", "&amp;", "😀", "审批", "\n", '"', "\\", "x"), {
    minLength: REASON_MAX,
    maxLength: REASON_MAX,
  })
  .map((parts) => {
    const kept: string[] = [];
    for (const character of parts.join("").trim())
      if (kept.join("").length + character.length <= REASON_MAX - 1) kept.push(character);
    return `${kept.join("").trim()}.`;
  });

const top = (door: Door, user: string): Promise<View> =>
  door.slack.waitFor(() => door.slack.views(user).at(-1));

test("asked, denied, asked again, approved with a note, more time asked for, revoked: each with the longest words", async () => {
  await fc.assert(
    fc.asyncProperty(most, most, fc.constantFrom(...names), fc.constantFrom("en-US", "zh-CN"), story),
    { numRuns: 4, endOnFailure: true },
  );
});

async function story(asked: string, answered: string, name: string, locale: string): Promise<void> {
  const door = await openDoor({ roles });
  for (const who of [ALICE, BOB, CAROL]) door.slack.people.setLocale(who, locale);
  await door.meet(ALICE, BOB, CAROL);
  const latest = () => door.ports.requests.all().at(-1);
  const fill = async (more: Record<string, string>) => {
    const form = await top(door, BOB);
    expect((await door.slack.submit(BOB, form.id, { reason: asked, ...more })).errors).toEqual({});
    await expect.poll(() => latest()?.state).toBe("pending");
    await door.work();
    const id = latest()?.id ?? "";
    expect(latest()).toMatchObject({ role: name, reason: asked });
    return { id, card: await door.card(id) };
  };
  const decide = async (user: string, id: string, state: Parameters<Door["until"]>[1]) => {
    const modal = await top(door, user);
    expect((await door.slack.submit(user, modal.id, { why: answered })).errors).toEqual({});
    await door.until(id, state);
    await door.work();
  };

  await door.slack.command(BOB, GENERAL, "");
  await door.slack.select(BOB, { view: (await top(door, BOB)).id }, "form-role", name);
  await door.slack.waitFor(() =>
    JSON.stringify(door.slack.views(BOB).at(-1)?.blocks).includes(`time-${name}`),
  );
  const first = await fill({ "form-other": "364d 23h 59m" });

  await door.slack.click(ALICE, first.card, "deny");
  await decide(ALICE, first.id, "denied");
  const denial = await door.slack.waitFor(() =>
    door.slack.dm(BOB).find((m) => JSON.stringify(m.blocks).includes('"change"')),
  );
  await door.slack.click(BOB, denial, "change");
  const second = await fill({ "form-other": "1d 1m" });

  const menu = JSON.stringify(second.card.blocks).includes("附言") ? "批准并附言…" : "Approve with a note…";
  await door.slack.select(ALICE, second.card, "menu", menu);
  await decide(ALICE, second.id, "active");
  expect(latest()).toMatchObject({ decision: { note: answered } });

  const token = await door.slack.waitFor(() =>
    door.slack.dm(BOB).find((m) => JSON.stringify(m.blocks).includes('"more"')),
  );
  await door.slack.click(BOB, token, "more");
  const duration = 364 * DAY - MINUTE;
  const sent = { "more-time": String(duration), "more-reason": asked };
  const { id } = await top(door, BOB);
  const wrong = await door.slack.submit(BOB, id, { ...sent, "more-reason": "no full stop" });
  expect(wrong.errors).toEqual({ "more-reason": expect.any(String) });
  expect((await door.slack.submit(BOB, id, sent)).errors).toEqual({});
  await expect.poll(() => latest()?.extends?.id).toBe(second.id);
  expect(latest()).toMatchObject({ reason: asked, duration });

  await door.slack.command(CAROL, GENERAL, `revoke ${second.id}`);
  await decide(CAROL, second.id, "ending");
  const [, revoked] = door.ports.requests.all();
  expect(revoked).toMatchObject({ end: { cause: "revoked", reason: answered } });
  expect(door.slack.troubles()).toEqual([]);
  expect(door.slack.calls.filter(({ error }) => error !== undefined)).toEqual([]);
  await door.listener.stop();
}
