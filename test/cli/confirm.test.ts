/** A question at the terminal, and every way to answer it. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirm } from "../../src/cli/confirm.ts";

const typed = (keys: string) => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const answer = confirm("Go on?", input, new PassThrough());
  input.write(keys);
  return answer;
};

test.each([
  ["y", "y\n", true],
  ["Yes", "Yes\n", true],
  ["nothing", "\n", false],
  ["n", "n\n", false],
  ["yours", "yours\n", false],
  ["Ctrl-C", "\u0003", false],
  ["Ctrl-D", "\u0004", false],
])("%s", async (_, keys, agreed) => expect(await typed(keys)).toBe(agreed));

test("where no terminal is, it says so", async () =>
  expect(confirm("Go on?", new PassThrough())).rejects.toThrow(
    "Go on? Nobody can be asked here: run it at a terminal, or with --yes where it takes that.",
  ));
