/** Who is in the tests' workspace, and where they meet. */
export const ALICE = "U0ALICE";
export const BOB = "U0BOB";
export const CAROL = "U0CAROL";
export const MEI = "U0MEI";
export const APPROVALS = "C0APPROVALS";
export const ADMINS = "C0ADMINS";
export const GENERAL = "C0GENERAL";

export const members = [
  { id: ALICE, name: "alice", realName: "Alice" },
  { id: BOB, name: "bob", realName: "Bob" },
  { id: CAROL, name: "carol", realName: "Carol" },
  { id: MEI, name: "mei", realName: "Mei", locale: "zh-CN" },
];

/** Who goes on with a restored Redis, on the command line. */
export const BY_HAND = { who: "operator dana", qualified: "operator" };
