/** Signed requests over HTTP that no Slack sends: each is answered at once, and ends nothing. */
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { signedHeaders } from "../../sandbox/slack/signing.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { BOB, GENERAL, openDoor } from "../helpers/listener.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const MB = 1024 * 1024;

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

interface Begun {
  socket: Socket;
  said(): string;
}

/** Sends as much of a request as this, and waits. */
function begin(url: string, headers: Record<string, string>, body: string): Begun {
  const { host, hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let said = "";
  socket.on("data", (piece) => {
    said += piece.toString();
  });
  // Reset, where more was sent than was read.
  socket.on("error", () => {});
  const sent = { host, "content-type": FORM, ...headers };
  const lines = Object.entries(sent).map(([name, is]) => `${name}: ${is}`);
  socket.write(`${[`POST ${pathname} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n${body}`);
  return { socket, said: () => said };
}
const says = (bytes: number) => ({ "content-length": String(bytes) });
const forged = () => signedHeaders("guessed", "");
const closed = (begun: Begun[]) => begun.filter(({ socket }) => socket.destroyed).length;

test("a body beyond any that Slack sends is not read", async () => {
  const { door } = await open();
  const large = begin(door.url, { ...forged(), ...says(4 * MB + 1) }, "a");
  await expect.poll(() => closed([large]), { timeout: 2_000 }).toBe(1);
  expect(large.said()).toMatch(/^HTTP\/1\.1 413 /);
});

describe("what nobody has verified, and stands still", () => {
  test("without a signature it is turned away before it comes, and where nobody says how much does, soon", async () => {
    const { door } = await open();
    const many = Array.from({ length: 100 }, () => begin(door.url, says(4 * MB), "a"));
    const piece = `2000\r\n${"a".repeat(0x2000)}`;
    const unsaid = begin(door.url, { "transfer-encoding": "chunked" }, piece);
    await expect.poll(() => closed([...many, unsaid]), { timeout: 2_000 }).toBe(101);
    expect(many.filter(({ said }) => !said().startsWith("HTTP/1.1 401 "))).toEqual([]);
    expect((await door.slack.command(BOB, GENERAL, "help")).status).toBe(200);
  });

  test("with a signature that looks like one it is given up after three seconds", async () => {
    const { door } = await open();
    const slow = begin(door.url, { ...forged(), ...says(4 * MB) }, "a");
    await expect.poll(() => closed([slow]), { timeout: 10_000 }).toBe(1);
  });

  test("of very much, what came first is given up at once, and Slack is served", async () => {
    const { door } = await open();
    const body = "a".repeat(3.5 * MB);
    const begun = Array.from({ length: 12 }, () => begin(door.url, { ...forged(), ...says(4 * MB) }, body));
    // Nine of them are just less than what is held.
    await expect.poll(() => closed(begun), { timeout: 2_500 }).toBeGreaterThanOrEqual(3);
    expect(closed(begun)).toBeLessThan(12);
    expect((await door.slack.command(BOB, GENERAL, "help")).status).toBe(200);
  });
});
