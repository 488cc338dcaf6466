/** The Home tab as it is drawn: within Slack's limits, and without a token, whatever there is. */
import type { HomeView, KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkView } from "../../../sandbox/slack/blocks/check.ts";
import { visibleText } from "../../../sandbox/slack/read.ts";
import { isReviewOpen } from "../../../src/domain/break-glass.ts";
import { Role } from "../../../src/domain/catalog.ts";
import type { Home } from "../../../src/domain/home.ts";
import type { RequestId } from "../../../src/domain/ids.ts";
import { Locale } from "../../../src/domain/person.ts";
import { type AccessRequest, isGranted } from "../../../src/domain/request.ts";
import { homeView } from "../../../src/slack/views/index.ts";
import { one } from "../../domain/allowances.ts";
import { buttonsIn, expectHome, expectTypography } from "../../helpers/speech.ts";
import { alice, bob, common, ID, NOW, records, SRE, view } from "../records.ts";

const many = Object.fromEntries(
  Array.from({ length: 250 }, (_, i) => [
    `${"r".repeat(27)}${String(i).padStart(3, "0")}`,
    Role.parse({
      clusterRole: "x",
      description: { en: "d & <e> ".repeat(25), zh: "权".repeat(200) },
      duration: { default: "1h", max: "8760h" },
      approval: { by: [SRE], within: "4h" },
    }),
  ]),
);
const allowance = { ...one, reason: "x <y> ".repeat(80), count: 2, until: NOW + 1 };

const all = (of: (r: AccessRequest) => boolean, most: number) =>
  fc.array(
    fc
      .tuple(fc.constantFrom(...records.filter(of)), fc.string({ unit: "grapheme", maxLength: 500 }))
      .map(([r, reason]) => ({ ...r, reason, requester: { ...r.requester, name: `Bob ${reason}` } })),
    { maxLength: most },
  );
const USED = {
  ...{ first: NOW, last: NOW, reads: 1, changed: 1, refused: 1, addresses: 1, agents: 1 },
  changes: [{ at: NOW, method: "POST", path: "/<x>".repeat(50), code: 200 }],
  gaps: [{ from: NOW, to: null }],
};
const home: fc.Arbitrary<Home> = fc.record({
  own: all(() => true, 20),
  requests: all(({ state }) => state === "pending", 40),
  reviews: all(isReviewOpen, 5),
  allowances: fc.array(fc.constant(allowance), { maxLength: 5 }),
  roles: fc.subarray(Object.keys(many)),
  uses: fc.constantFrom(new Map(), new Map(records.map(({ id }) => [id, USED]))),
  lockdown: fc.option(fc.constant({ by: bob, qualified: "S0SRE", at: NOW, reason: "<x>" })),
  active: fc.option(
    fc.record({
      shown: all(isGranted, 10),
      total: fc.constantFrom(10, 300),
      endable: fc.constantFrom(new Set<RequestId>(), new Set([ID])),
    }),
  ),
});

const blocksOf = ({ blocks }: HomeView) => blocks as KnownBlock[];
const words = (drawn: HomeView) => visibleText({ text: "", blocks: drawn.blocks as never });
const nothing: Home = {
  own: [],
  requests: [],
  reviews: [],
  allowances: [],
  roles: [],
  active: null,
  lockdown: null,
  uses: new Map(),
};

describe.each(Locale.options)("in %s", (locale) => {
  const draw = (some: Partial<Home>, reader = bob.id) =>
    homeView({ ...nothing, ...some }, { ...view(locale), roles: many, reader });

  test("whatever there is", () => {
    fc.assert(
      fc.property(home, (some) => {
        const drawn = draw(some);
        checkView(drawn, "home");
        expectHome(blocksOf(drawn));
        expect(JSON.stringify(drawn)).not.toMatch(/eyJ/);
      }),
      { numRuns: 60 },
    );
  });

  test("what nobody could look at yet waits for no approver", () => {
    const own: AccessRequest[] = [{ ...common, state: "requested" }];
    for (const reader of [bob.id, alice.id]) {
      const drawn = words(draw({ own: own.map((r) => ({ ...r, askedBy: alice })) }, reader));
      expect(drawn).toMatch(/Nobody was asked yet|尚未请任何人审批/);
      expect(drawn).not.toMatch(/Waiting for approval|Sent to|等待审批|提交给/);
    }
  });

  test("as much as there can be of everything", () => {
    const [active] = records.filter(({ state }) => state === "active");
    const [pending] = records.filter(({ state }) => state === "pending");
    if (!pending || !active) throw new Error("no such record");
    const live = Array.from({ length: 10 }, () => active);
    const background = { holds: [], grants: 3, title: "Developer", timeZone: "Asia/Tokyo" };
    const drawn = draw({
      own: [...live, ...Array.from({ length: 9 }, () => pending)],
      requests: Array.from({ length: 30 }, () => ({ ...pending, background })),
      roles: Object.keys(many),
      active: { shown: live, total: 300, endable: new Set([ID]) },
    });
    checkView(drawn, "home");
    expect(drawn.blocks.length).toBe(98);
    const named = words(drawn).match(/(?<=\/karpor-access )\S+(?=`)/g);
    expect(named).not.toEqual([]);
    expect(named?.filter((word) => /^[a-z]+$/.test(word) !== (locale === "en"))).toEqual([]);
    expectTypography({ text: "", blocks: blocksOf(drawn) });
  });

  test("nothing: still a word, and a way on", () => {
    const drawn = draw({});
    checkView(drawn, "home");
    expectHome(blocksOf(drawn));
    expectTypography({ text: "", blocks: blocksOf(drawn) });
    expect(buttonsIn(blocksOf(drawn))).toEqual([]);
    expect(words(drawn)).toContain(`/karpor-access ${locale === "en" ? "status" : "状态"}`);
  });
});
