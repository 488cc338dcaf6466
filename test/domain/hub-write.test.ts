import { describe, expect, test } from "vitest";
import { isLateUse, type ObservedWrite } from "../../src/domain/hub-signs.ts";
import {
  judgeWrite,
  RECORD_LATE_MS,
  type WriteFacts,
  type WriteVerdict,
} from "../../src/domain/hub-write.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import { DECIDED_AT, EXPIRES_AT, each } from "./records.ts";

describe("a use after the end", () => {
  const nothing = { used: null, made: null, deleted: null, absent: null };
  test.each<[string, Partial<Parameters<typeof isLateUse>[0]>, boolean]>([
    ["more than a second later", { used: 12_001, made: 1_000, deleted: 11_000 }, true],
    ["a second later: the hub may not know yet", { used: 12_000, made: 1_000, deleted: 11_000 }, false],
    ["before", { used: 5_000, made: 1_000, deleted: 11_000 }, false],
    ["of a binding that nobody deleted", { used: 99_000, made: 1_000, deleted: null }, false],
    ["of one that was made again", { used: 20_000, made: 15_000, deleted: 11_000 }, false],
    ["of one of which only the end was heard", { used: 20_000, made: null, deleted: 11_000 }, true],
    ["by nobody", { used: null, made: 1_000, deleted: 11_000 }, false],
    ["of one that a deletion found gone", { used: 13_001, made: 1_000, absent: 12_000 }, true],
    ["before that", { used: 13_000, made: 1_000, absent: 12_000 }, false],
    ["after the first of both", { used: 12_500, made: 1_000, deleted: 11_000, absent: 12_000 }, true],
    ["of one that was made since", { used: 20_000, made: 15_000, absent: 12_000 }, false],
  ])("%s: %o", (_, times, late) => {
    expect(isLateUse({ ...nothing, ...times })).toBe(late);
  });
});

const BOT = "system:serviceaccount:ka-system:ka";
const scope = {
  clusterRoles: ["karpor-guest", "karpor-admin"],
  botRole: "ka",
  known: ["default/ci"],
  instanceAccount: "karpor-access-instance-test",
  isBotAccount: (one: { namespace?: string | undefined; name: string }) =>
    one.namespace === "ka-system" && one.name === "ka",
};
const NOW = DECIDED_AT + 10_000;
const { active } = each;
const name = objectName(active);
const account = (of: string, namespace = "default") => ({ kind: "ServiceAccount", name: of, namespace });

const binding = (change: Partial<ObservedWrite> = {}): ObservedWrite => ({
  ...{ at: NOW, event: "e", who: "mallory", address: "10.1.2.3", agent: "curl/8" },
  ...{
    did: "made",
    what: "binding",
    name: "theirs",
    clusterRole: "karpor-admin",
    subjects: [account("eve")],
  },
  ...change,
});
const of = (what: "account" | "token", change: Partial<ObservedWrite> = {}): ObservedWrite => {
  const { clusterRole: _, subjects: __, ...rest } = binding({ what, name, ...change });
  return rest;
};
const gone = (change: Partial<ObservedWrite> = {}) => {
  const { clusterRole: _, subjects: __, ...rest } = binding({ did: "deleted", ...change });
  return rest;
};
const grantBinding = (change: Partial<ObservedWrite> = {}) =>
  binding({ name, who: BOT, clusterRole: active.clusterRole, subjects: [account(name, "ka")], ...change });

const facts = (change: Partial<WriteFacts> = {}): WriteFacts => ({
  ...{ grant: null, gave: null, own: { at: NOW, who: BOT }, isNamedBot: false },
  ...change,
});
const grant = (request: WriteFacts["grant"] & object) => facts({ grant: request });
const ofActive = grant({ generation: active.generation, request: active });
const unnamed = (at: number) => ({ ...ofActive, own: { at, who: BOT } });
const unknown = grant({ generation: 1, request: null });
const ofEnding = grant({ generation: each.ending.generation, request: each.ending });

describe("whose a write is that bears no name of the bot's", () => {
  test.each<[string, ObservedWrite, WriteFacts, WriteVerdict]>([
    ["a person binds a role of the catalog", binding(), facts(), "others"],
    [
      "to somebody besides one who is known",
      binding({ subjects: [account("ci"), account("eve")] }),
      facts(),
      "others",
    ],
    [
      "to everybody",
      binding({ subjects: [{ kind: "Group", name: "system:authenticated" }] }),
      facts(),
      "others",
    ],
    ["to an account that hub.known names", binding({ subjects: [account("ci")] }), facts(), "nothing"],
    [
      "and to one more, of which no more is kept",
      binding({ subjects: [account("ci")], moreSubjects: 1 }),
      facts(),
      "others",
    ],
    [
      "the bot's own role, to the bot and one more",
      binding({ clusterRole: "ka", who: BOT, subjects: [account("ka", "ka-system")], moreSubjects: 1 }),
      facts(),
      "as-bot",
    ],
    ["another role", binding({ clusterRole: "view" }), facts(), "nothing"],
    ["the bot's own role, to theirs", binding({ clusterRole: "ka" }), facts(), "others"],
    [
      "setup, the bot's role to the bot",
      binding({ clusterRole: "ka", subjects: [account("ka", "ka-system")] }),
      facts(),
      "nothing",
    ],
    ["a bot of hub.instances", binding(), facts({ isNamedBot: true }), "nothing"],
    ["the hub itself", binding({ who: "system:apiserver" }), facts(), "nothing"],
    ["a change of whom it is for", binding({ did: "changed" }), facts(), "others"],
    ["the same of one of which the role is not said", gone({ did: "changed" }), facts(), "nothing"],
    ["where that was heard before", gone({ did: "changed" }), facts({ gave: "karpor-admin" }), "others"],
    ["one made by an apply, which says no role", gone({ did: "made" }), facts(), "others"],
    [
      "under the name of one that gave another role",
      gone({ did: "made" }),
      facts({ gave: "view" }),
      "others",
    ],
    ["by a bot of hub.instances", gone({ did: "made" }), facts({ isNamedBot: true }), "nothing"],
    ["as the bot", gone({ did: "made", who: BOT }), facts(), "as-bot"],
    ["as the bot, under a grant's name", gone({ did: "made", name, who: BOT }), ofActive, "as-bot"],
    ["one that a patch may have made", gone({ did: "changed", unsure: true }), facts(), "others"],
    ["and under such a name", gone({ did: "changed", unsure: true }), facts({ gave: "view" }), "others"],
    ["one that may be deleted, and is unknown", gone({ unsure: true }), facts(), "nothing"],
    ["another role, which may be given", binding({ clusterRole: "view", unsure: true }), facts(), "nothing"],
    ["its deletion", gone(), facts({ gave: "karpor-admin" }), "others"],
    ["the deletion of something unknown", gone(), facts(), "nothing"],
    ["the deletion of all that a selector finds", gone({ name: "" }), facts(), "others"],
    ["the deletion of a grant's", gone({ name }), ofActive, "others"],
    ["an account", of("account", { name: "eve" }), facts(), "others"],
    ["a grant's account, deleted", of("account", { did: "deleted" }), ofActive, "others"],
    ["a grant's token", of("token"), ofActive, "others"],
    [
      "a controller's account",
      of("account", { name: "default", who: "system:serviceaccount:kube-system:sa" }),
      facts(),
      "nothing",
    ],
    // Whoever has the bot's credential, and not the secret.
    ["as the bot: a binding of theirs", binding({ who: BOT }), facts(), "as-bot"],
    [
      "by what the bot's own writes showed it to be",
      binding({ who: "admin" }),
      facts({ own: { at: NOW - 60_000, who: "admin" } }),
      "as-bot",
    ],
    ["as the bot: a grant's token", of("token", { who: BOT }), ofActive, "as-bot"],
    ["where the bot's names are not heard yet", of("token", { who: BOT }), unnamed(0), "wait"],
    [
      "told ten minutes later, beside another of theirs",
      of("token", { who: BOT }),
      unnamed(NOW + 11 * 60_000),
      "as-bot",
    ],
    [
      "where they do not come",
      of("token", { who: BOT, at: NOW - 5 * 60_000 }),
      { ...ofActive, own: null },
      "nothing",
    ],
    ["where they come later", of("token", { who: BOT, at: NOW - 5 * 60_000 }), ofActive, "as-bot"],
    ["as the bot: the grant's own account", of("account", { who: BOT }), ofActive, "nothing"],
    ["changed, such as when it ends", of("account", { did: "changed", who: BOT }), ofActive, "as-bot"],
    ["a token of no record", of("token", { who: BOT }), unknown, "as-bot"],
    ["as the bot: the grant's own binding", grantBinding(), ofActive, "nothing"],
    ["with another role", grantBinding({ clusterRole: "cluster-admin" }), ofActive, "as-bot"],
    ["to another besides", grantBinding({ subjects: [account(name), account("eve")] }), ofActive, "as-bot"],
    ["changed", grantBinding({ did: "changed" }), ofActive, "as-bot"],
    [
      "of a later generation than there is",
      grantBinding(),
      grant({ generation: 9, request: active }),
      "as-bot",
    ],
    [
      "of a request that nobody approved",
      grantBinding(),
      grant({ generation: 1, request: each.pending }),
      "as-bot",
    ],
    ["of no record", grantBinding(), unknown, "as-bot"],
    [
      "after its end",
      grantBinding({ at: each.ended.verification.at + 1 }),
      {
        ...grant({ generation: each.ended.generation, request: each.ended }),
        own: { at: each.ended.verification.at, who: BOT },
      },
      "as-bot",
    ],
    ["as the bot: the end of what ends", gone({ name, who: BOT }), ofEnding, "nothing"],
    [
      "the end of what is over, by the hub alone",
      gone({ name, who: BOT, at: EXPIRES_AT }),
      { ...ofActive, own: { at: EXPIRES_AT, who: BOT } },
      "nothing",
    ],
    ["the end of what is live: its record may come", gone({ name, who: BOT }), ofActive, "wait"],
    ["and did not come", gone({ name, who: BOT, at: NOW - RECORD_LATE_MS }), ofActive, "as-bot"],
    ["of what no record knows yet", gone({ name, who: BOT }), unknown, "wait"],
    [
      "what the instance remembers",
      of("account", { did: "changed", name: scope.instanceAccount, who: BOT }),
      facts(),
      "nothing",
    ],
    [
      "the end of that",
      of("account", { did: "deleted", name: scope.instanceAccount, who: BOT }),
      facts(),
      "as-bot",
    ],
  ])("%s", (_, write, known, verdict) => {
    expect(judgeWrite(write, known, scope, NOW)).toBe(verdict);
  });
});
