/** Who is in the tests' workspace, and where they meet. */
export const ALICE = "U0ALICE";
export const BOB = "U0BOB";
export const CAROL = "U0CAROL";
export const MEI = "U0MEI";
export const GUS = "U0GUEST";
export const APPROVALS = "C0APPROVALS";
export const GENERAL = "C0GENERAL";

export const people = {
  people: [
    { id: ALICE, name: "alice", realName: "Alice" },
    { id: BOB, name: "bob", realName: "Bob" },
    { id: CAROL, name: "carol", realName: "Carol" },
    { id: MEI, name: "mei", realName: "Mei", locale: "zh-CN" },
    { id: GUS, name: "gus", realName: "Gus", isRestricted: true },
  ],
  groups: [
    { id: "S0SRE", handle: "sre", members: [ALICE, CAROL] },
    { id: "S0DEV", handle: "dev", members: [BOB, MEI] },
  ],
};

export const places = {
  channels: [
    { id: APPROVALS, name: "approvals", members: [ALICE, BOB, CAROL] },
    { id: GENERAL, name: "general", members: [ALICE, BOB, CAROL, MEI, GUS] },
  ],
};
