/** Signed requests over HTTP that no Slack sends: each is answered at once, and ends nothing. */
import { describe, expect, test } from "vitest";
import { signedHeaders } from "../../sandbox/slack/signing.ts";
import { BOB, GENERAL, openDoor } from "../helpers/listener.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const MINUTE = 60_000;

async function open() {
  const door = await openDoor();
  const post = async (body: string, type = FORM, headers?: Record<string, string>) => {
    const signed = headers ?? signedHeaders(door.slack.settings.signingSecret, body);
    const sent = { method: "POST", body, headers: { "content-type": type, ...signed } };
    // Bolt itself answers what nobody acknowledged after 3 s.
    return (await fetch(door.url, { ...sent, signal: AbortSignal.timeout(2_000) })).status;
  };
  return { door, post };
}

describe("what is no JSON object", () => {
  test.each([
    ["null", JSON_TYPE],
    ["[]", JSON_TYPE],
    ['"text"', JSON_TYPE],
    ["7", JSON_TYPE],
    ["no JSON", JSON_TYPE],
    ["", JSON_TYPE],
    ["payload=null", FORM],
    ["payload=%5B%5D", FORM],
    ["payload=1", FORM],
    ["payload=%7B", FORM],
    ["payload=", FORM],
  ])("%s as %s is turned away, and the next command is served", async (body, type) => {
    const { door, post } = await open();
    expect(await post(body, type)).toBe(400);
    expect((await door.slack.command(BOB, GENERAL, "help")).status).toBe(200);
    expect(door.slack.troubles()).toEqual([]);
  });
});

test("unsigned, it is turned away as unsigned", async () => {
  const { post } = await open();
  expect(await post("null", JSON_TYPE, {})).toBe(401);
  expect(await post("null", JSON_TYPE, signedHeaders("guessed", "null"))).toBe(401);
});

test("a stamp of more than five minutes ahead is refused, as one of more than five minutes ago", async () => {
  const { door, post } = await open();
  const { signingSecret } = door.slack.settings;
  const body = new URLSearchParams({ command: "/other", user_id: BOB, trigger_id: "1.2" }).toString();
  const at = (ms: number) => post(body, FORM, signedHeaders(signingSecret, body, Date.now() + ms));
  expect(await at(60 * MINUTE)).toBe(401);
  expect(await at(6 * MINUTE)).toBe(401);
  expect(await at(-6 * MINUTE)).toBe(401);
  expect(await at(4 * MINUTE)).toBe(200);
  expect(await at(-4 * MINUTE)).toBe(200);
});

test("Slack's own look at the certificate is answered, and nothing else is there", async () => {
  const { door, post } = await open();
  expect(await post("ssl_check=1", FORM, {})).toBe(200);
  expect((await fetch(door.url)).status).toBe(404);
  expect((await fetch(new URL("/else", door.url), { method: "POST", body: "{}" })).status).toBe(404);
});

test("a body beyond any that Slack sends is not read to its end", async () => {
  const { post } = await open();
  expect(await post(`text=${"a".repeat(5 * 2 ** 20)}`)).toBe(413);
});
