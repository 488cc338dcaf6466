/** `setup --manifest` on the command line: one source, for Socket Mode or HTTP, under any command. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "../../helpers/process.ts";

const FILE = readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8");
const print = async (...args: string[]) => {
  const process = run("src/main.ts", ["setup", "--manifest", ...args], {});
  return { code: await process.ended, said: process.output() };
};

test("as it stands, without any configuration", async () => {
  const { code, said } = await print();
  expect(code).toBe(0);
  expect(parse(said)).toEqual(parse(FILE));
});

test("for HTTP and another bot: command, name and every address are its own, all else and the comments stay", async () => {
  const { code, said } = await print("--command", "/karpor-staging", "--url", "https://bot.example.com/");
  expect(code).toBe(0);
  expect(said).toContain("# No *:history");
  const url = "https://bot.example.com/slack/events";
  const expected = parse(FILE);
  const { display_information: about } = expected;
  about.long_description = about.long_description.replace("/karpor-access", "/karpor-staging");
  about.name = expected.features.bot_user.display_name = "karpor-staging";
  Object.assign(expected.features.slash_commands[0], { command: "/karpor-staging", url });
  expected.settings.interactivity.request_url = url;
  expected.settings.event_subscriptions.request_url = url;
  expected.settings.socket_mode_enabled = false;
  expect(parse(said)).toEqual(expected);
});

test.each([
  [["--command", "karpor"], /--command must be a slash command such as/],
  [["--url", "http://bot.example.com"], /--url must be where Slack reaches the bot, such as https:/],
  [["--from-cluster"], /--from-cluster/],
])("%j is refused with the usage", async (args, words) => {
  const { code, said } = await print(...args);
  expect(code).toBe(2);
  expect(said).toMatch(words);
});
