import { expect, test } from "vitest";
import { grantsOptions } from "../../../src/cli/grants/options.ts";

test.each([
  [["list"], { command: { do: "list" }, json: false }],
  [["list", "--json"], { command: { do: "list" }, json: true }],
  [["show", "r-7k2q9fxt"], { command: { do: "show", id: "R-7K2Q9FXT" }, json: false }],
  [["end", "R-7K2Q9FXT"], { command: { do: "end", id: "R-7K2Q9FXT", reason: "" }, json: false }],
  [
    ["end", "R-7K2Q9FXT", "leaving", "the team", "--as", " dana "],
    { command: { do: "end", id: "R-7K2Q9FXT", reason: "leaving the team" }, json: false, as: "dana" },
  ],
  [
    ["end", "--all", "laptop", "stolen"],
    { command: { do: "end-all", reason: "laptop stolen" }, json: false },
  ],
  [
    ["end", "--all", "as", "R-7K2Q9FXT"],
    { command: { do: "end-all", reason: "as R-7K2Q9FXT" }, json: false },
  ],
  [["end", "--all"], { command: { do: "end-all", reason: "" }, json: false }],
  [["abandon", "R-7K2Q9FXT"], { command: { do: "abandon", id: "R-7K2Q9FXT", reason: "" }, json: false }],
  [["lockdown", "stolen"], { command: { do: "lockdown", reason: "stolen" }, json: false }],
  [["unlock", "found"], { command: { do: "unlock", reason: "found" }, json: false }],
  [["confirm-restore"], { command: { do: "confirm-restore" }, json: false }],
])("%j", (args, read) => {
  expect(grantsOptions(args)).toEqual(read);
});

test.each([
  [[], "Say what to do: list, show, end, abandon, lockdown, unlock, confirm-restore."],
  [["toString"], "Say what to do"],
  [["list", "more"], "takes nothing more"],
  [["show"], "Say which: grants show R-7K2Q9FXT"],
  [["show", "R-7K2Q9FXT", "R-7K2Q9FXT"], "show takes one request"],
  [["end"], "Say which: grants end"],
  [["end", "bob"], "bob is no request id"],
  [["end", "R-7K2Q9FXT", "--all"], "Give an id or --all, not both."],
  [["end", "--all", "r-7k2q9fxt", "leaked"], "Give an id or --all, not both."],
  [["lockdown"], "Say why: grants lockdown REASON."],
  [["unlock", " "], "Say why"],
  [["lockdown", "x".repeat(501)], "Say why in 500 characters at most."],
  [["list", "--all"], "--all goes with end alone"],
  [["list", "--as", ""], "Say who you are"],
  [["list", "--as", "a\u001b[2J"], "Say who you are"],
  [["list", "--as", "x".repeat(61)], "Say who you are"],
  [["list", "--force"], "--force"],
])("%j is refused", (args, says) => {
  expect(() => grantsOptions(args)).toThrow(says);
});
