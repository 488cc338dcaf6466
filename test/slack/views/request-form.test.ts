/** The form that asks for access, as it is drawn: within Slack's limits whatever the catalog and the person hold. */
import type { ModalView } from "@slack/types";
import { describe, expect, test } from "vitest";
import { visibleText } from "../../../sandbox/slack/index.ts";
import { walk } from "../../../sandbox/slack/read.ts";
import { Role } from "../../../src/domain/catalog.ts";
import { DAY, HOUR } from "../../../src/domain/duration.ts";
import { Locale } from "../../../src/domain/person.ts";
import { type FormDraft, requestForm } from "../../../src/slack/views/index.ts";
import { expectModal } from "../../helpers/speech.ts";
import { view } from "../records.ts";

const role = (more: object = {}) =>
  Role.parse({
    clusterRole: "x",
    description: { en: "d".repeat(200), zh: "权".repeat(200) },
    duration: { default: "1h", max: "8760h" },
    approval: { by: Array.from({ length: 30 }, (_, i) => `S0GROUP${i}`) },
    ...more,
  });
const many = Object.fromEntries(
  Array.from({ length: 250 }, (_, i) => [`${"r".repeat(27)}${String(i).padStart(3, "0")}`, role()]),
);
const draft = (more: Partial<FormDraft> = {}): FormDraft => ({
  ...{ role: "one", roles: ["one"], duration: null, other: "", start: null, reason: "" },
  ...{ emergency: false, glass: [], complete: true, origin: {} },
  ...more,
});
const roles = { one: role(), short: role({ duration: { default: "1m", max: "1m" }, reason: "required" }) };
const seen = ({ blocks }: ModalView) => visibleText({ text: "", blocks: blocks as never });
const selects = (modal: ModalView) => walk(modal.blocks).filter(({ type }) => type === "static_select");

describe.each(Locale.options)("in %s", (locale) => {
  const drawn = (more: Partial<FormDraft>, catalog: Record<string, Role> = roles) =>
    requestForm(draft(more), { ...view(locale), roles: catalog });

  test.each<[string, Partial<FormDraft>]>([
    ["one role", {}],
    ["a long reason", { reason: "x😀".repeat(400), other: "y".repeat(90) }],
    ["a time that is none of the round ones", { duration: 5 * HOUR }],
    ["a time too long", { duration: 400 * DAY, role: "short", roles: ["short"] }],
    ["a role left out", { leftOut: "`<!here>`" }],
    ["looking", { complete: false }],
    ["no role", { role: null, roles: [] }],
    ["no role yet", { role: null, roles: [], complete: false }],
    ["a role that is gone", { role: "gone", roles: [] }],
    ["where it came from", { origin: { channel: "C1", responseUrl: `https://x.y/${"z".repeat(500)}` } }],
  ])("%s", (_, more) => {
    const modal = drawn(more);
    expectModal(modal);
    expect(seen(modal)).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test("more roles than a list holds come in groups", () => {
    const modal = drawn({ role: Object.keys(many)[249] ?? "", roles: Object.keys(many) }, many);
    expectModal(modal);
    expect(selects(modal)[0]?.option_groups).toHaveLength(3);
  });
});

test("times are within the role's limits, its own among them", () => {
  const times = (more: Partial<FormDraft>) => {
    const [, time] = selects(requestForm(draft(more), { ...view("en"), roles }));
    return walk(time?.options)
      .filter(({ type }) => type === "plain_text")
      .map(({ text }) => text);
  };
  expect(times({ duration: 5 * HOUR })).toContain("5 h");
  expect(times({}).at(-1)).toBe("365 d");
  expect(times({ role: "short", roles: ["short"], duration: 5 * HOUR })).toEqual(["1 min"]);
});

test("when it would end is said for the time that counts, and for none that cannot be read", () => {
  const ends = (more: Partial<FormDraft>) =>
    /Ends at about.*/.exec(seen(requestForm(draft(more), { ...view("en"), roles })))?.[0];
  expect(ends({})).toMatch(/^Ends at about <!date.*\(1 h\)\.$/);
  expect(ends({ duration: 4 * HOUR, other: "2h 30m" })).toMatch(/\(2 h 30 min\)/);
  expect(ends({ other: "until 5pm" })).toBeUndefined();
});
