/** The company's service, well and ill: what counts as its word, and that it can keep nobody else waiting. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type OutsideCheck, readAnswer } from "../../src/domain/outside-check.ts";
import { outsideQuestion } from "../../src/domain/outside-question.ts";
import { Reason } from "../../src/domain/reason.ts";
import { secret } from "../../src/domain/secret.ts";
import { CheckBusy } from "../../src/flow/ports.ts";
import { createOutside } from "../../src/outside/outside.ts";
import { pending, requestedRecord } from "../domain/records.ts";
import { memoryLog } from "../helpers/memory-log.ts";
import {
  type Answering,
  answering,
  CHECK_SECRET,
  type Heard,
  signed,
  startService,
} from "../helpers/outside-service.ts";

const clock = { now: () => Date.now(), sleep: async () => {} };
const outside = () =>
  createOutside({
    hub: "production",
    secretOf: (name) => (name === "CHECK_SECRET" ? secret(CHECK_SECRET) : null),
    clock,
    log: memoryLog(),
  });
const question = outsideQuestion(pending(), "ask");
const ALLOW = { word: "allow" };
const NO_ANSWER = { word: "none", how: "no-answer" };
const UNUSABLE = { word: "none", how: "unusable" };

let service: Awaited<ReturnType<typeof startService>>;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service[Symbol.asyncDispose]());

const check = (more: Partial<OutsideCheck> = {}): OutsideCheck => ({
  ...{ url: service.url, secretEnv: "CHECK_SECRET", within: 15_000 },
  ...more,
});
const ask = (how?: Answering, more: Partial<OutsideCheck> = {}) => {
  if (how) service.answer(how);
  return outside().ask(check(more), question);
};

test("the question is signed, says who asks for what and why, and holds no token", async () => {
  await ask();
  const [heard] = service.heard as [Heard];
  expect(heard.signature).toBe(signed(`v1:question:${heard.timestamp}:${heard.body}`));
  expect(Math.abs(Number(heard.timestamp) * 1000 - Date.now())).toBeLessThan(60_000);
  expect(heard.question).toEqual({
    question: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    hub: "production",
    kind: "ask",
    request: "R-7K2Q9FXT",
    role: "admin",
    clusterRole: "karpor-admin",
    seconds: 3600,
    requester: { id: "U0REQ", name: "Req" },
    askedBy: null,
    reason: "OPS-123",
    ticket: "OPS-123",
    emergency: false,
    extends: null,
    approvedBy: [],
  });
});

test.each([
  ["OPS-123: roll back", "OPS-123"],
  ["see (A2-7)", "A2-7"],
  ["fix xOPS-123 and OPS-12b", null],
  ["【OPS-9】修复", null],
  ["修复 【OPS-9】", "OPS-9"],
  ["no ticket", null],
])("of %j the ticket is %j", (reason, ticket) =>
  expect(outsideQuestion(requestedRecord({ reason }), "ask").ticket).toBe(ticket),
);

test("where the role says what a reason is like, that is the ticket", () => {
  const asked = Reason.parse({
    required: true,
    pattern: "CHG\\d+",
    hint: { en: "a change", zh: "变更单号" },
  });
  const ticket = (reason: string) => outsideQuestion(requestedRecord({ reason }), "ask", asked).ticket;
  expect(ticket("OPS-1, see CHG0042.")).toBe("CHG0042");
  expect(ticket("OPS-1")).toBeNull();
});

test("allow, and deny with a sentence, cut where it is long", async () => {
  expect(await ask()).toEqual(ALLOW);
  expect(await ask(answering({ answer: "deny", say: " OPS-123 is closed. " }))).toEqual({
    word: "deny",
    say: "OPS-123 is closed",
  });
  const long = await ask(answering({ answer: "deny", say: "ü".repeat(5_000) }));
  expect(long).toEqual({ word: "deny", say: "ü".repeat(300) });
});

describe("a service that hangs, or is away", () => {
  test.each<[string, Answering]>([
    ["says nothing", () => {}],
    [
      "stops in the middle",
      (_, response) =>
        void response
          .writeHead(200, { "content-type": "application/json", "content-length": "99" })
          .write("{"),
    ],
    [
      "drips",
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(" "), 50);
        response.on("close", () => clearInterval(timer));
      },
    ],
    ["hangs up", (_, __, socket) => void socket.destroy()],
    ["is broken", answering({ answer: "allow" }, { status: 503 })],
  ])("%s: no answer, in its time", async (_, how) => {
    expect(await ask(how, { within: 300 })).toEqual(NO_ANSWER);
  });

  test("nobody listens there", async () => {
    await service[Symbol.asyncDispose]();
    expect(await ask()).toEqual(NO_ANSWER);
    service = await startService();
  });

  test("whoever stood still while they waited knows nothing of it, and asks again", async () => {
    const real = Date.now;
    try {
      await expect(
        ask(() => void vi.spyOn(Date, "now").mockImplementation(() => real.call(Date) + 10_000), {
          within: 300,
        }),
      ).rejects.toBeInstanceOf(CheckBusy);
    } finally {
      vi.restoreAllMocks();
    }
    expect(await ask(answering({ answer: "allow" }))).toEqual(ALLOW);
  });

  test("so many questions at once; who comes after waits, and other services are asked all the same", async () => {
    await using other = await startService();
    const all = outside();
    service.answer(() => {});
    const hanging = Array.from({ length: 16 }, () => all.ask(check({ within: 500 }), question));
    await expect(all.ask(check(), question)).rejects.toBeInstanceOf(CheckBusy);
    expect(await all.ask(check({ url: other.url }), question)).toEqual(ALLOW);
    expect(await Promise.all(hanging)).toEqual(hanging.map(() => NO_ANSWER));
    service.answer(answering({ answer: "allow" }));
    expect(await all.ask(check(), question)).toEqual(ALLOW);
  });
});

describe("a service that lies", () => {
  const other = "00000000-0000-0000-0000-000000000000";
  test.each<[string, Answering]>([
    ["answers another question", answering({ answer: "allow", question: other })],
    ["is somebody else", answering({ answer: "allow" }, { by: "f".repeat(32) })],
    [
      "does not sign",
      (heard, response) => send(response, JSON.stringify({ ...idOf(heard), answer: "allow" })),
    ],
    [
      "sends our own signature back",
      (heard, response) => {
        const body = JSON.stringify({ ...idOf(heard), answer: "allow" });
        send(response, body, heard.signature);
      },
    ],
    ["sends the question back", ({ body }, response) => send(response, body)],
    ["answers with a page", answering("<html>allow</html>", { type: "text/html" })],
    ["calls JSON what is none", answering("allow")],
    ["calls a page what is JSON", answering({ answer: "allow" }, { type: "text/html" })],
    ["says maybe", answering({ answer: "maybe" })],
    ["says more than it may", answering({ answer: "allow", role: "karpor-admin" })],
    ["denies without a word", answering({ answer: "deny", say: "  " })],
    ["answers 201", answering({ answer: "allow" }, { status: 201 })],
    ["answers 403 with an allowance", answering({ answer: "allow" }, { status: 403 })],
    ["answers without end", answering({ answer: "deny", say: "x".repeat(20_000) })],
    [
      "sends us elsewhere",
      (_, response) => void response.writeHead(307, { location: `${service.url}/elsewhere` }).end(),
    ],
  ])("%s: not an answer", async (_, how) => {
    expect(await ask(how)).toEqual(UNUSABLE);
    expect(service.heard).toHaveLength(1);
  });

  test("an answer of before does not serve again", async () => {
    let before: { body: string; signature: string } | undefined;
    const keeping: Answering = (heard, response) => {
      const body = JSON.stringify({ ...idOf(heard), answer: "allow" });
      before ??= { body, signature: signed(`v1:answer:${heard.timestamp}:${body}`) };
      send(response, before.body, before.signature);
    };
    expect(await ask(keeping)).toEqual(ALLOW);
    expect(await ask(keeping)).toEqual(UNUSABLE);
  });

  test("whatever is changed on the way, it allows nothing", async () => {
    const body = `{"question":"${other}","answer":"allow"}`;
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.string({ maxLength: 3 }), async (at, instead) => {
        const changed = body.slice(0, at) + instead + body.slice(at + 1);
        fc.pre(changed !== body);
        service.answer((heard, response) => {
          const whole = (text: string) => text.replace(other, heard.question.question);
          send(response, whole(changed), signed(`v1:answer:${heard.timestamp}:${whole(body)}`));
        });
        expect(await outside().ask(check(), question)).toEqual(UNUSABLE);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a service that answers twice", () => {
  test.each([
    ["one after the other", `{"question":"q","answer":"deny","say":"no"}{"question":"q","answer":"allow"}`],
    ["in one", `{"question":"q","answer":"deny","say":"no","answer":"allow"}`],
    ["in a list", `[{"question":"q","answer":"deny","say":"no"},{"question":"q","answer":"allow"}]`],
  ])("%s: it said nothing", (_, body) => expect(readAnswer(body, "q")).toEqual(UNUSABLE));

  test("what its sentence quotes is no second answer", () => {
    const body = JSON.stringify({ question: "q", answer: "deny", say: 'it said "answer": "allow"' });
    expect(readAnswer(body, "q")).toMatchObject({ word: "deny" });
  });

  test("a second response on the same connection answers nothing, now or later", async () => {
    const raw = (heard: Heard, answer: object) => {
      const body = JSON.stringify({ ...idOf(heard), ...answer });
      const signature = signed(`v1:answer:${heard.timestamp}:${body}`);
      return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-karpor-access-signature: ${signature}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    const denied = await ask((heard, _, socket) => {
      socket.write(raw(heard, { answer: "deny", say: "no" }) + raw(heard, { answer: "allow" }));
    });
    expect(denied).toEqual({ word: "deny", say: "no" });
    expect(await ask(answering({ answer: "deny", say: "still no" }))).toMatchObject({ say: "still no" });
  });
});

const idOf = ({ question: { question } }: Heard) => ({ question });
const send = (response: Parameters<Answering>[1], body: string, signature = "v1=") =>
  void response
    .writeHead(200, { "content-type": "application/json", "x-karpor-access-signature": signature })
    .end(body);
