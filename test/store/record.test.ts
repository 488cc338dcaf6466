/** A record as it stands in Redis: of which version, and that what another version wrote is carried along. */
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { UserId } from "../../src/domain/ids.ts";
import type { AccessRequest, State } from "../../src/domain/request.ts";
import { read, write } from "../../src/store/record.ts";
import { testRedis } from "../helpers/redis.ts";
import { type Fixture, fixture } from "./requests.contract.ts";
import { activeSample, inState } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let f: Fixture;
let request: AccessRequest;
beforeEach(async () => {
  f = fixture(redis);
  request = {
    ...activeSample(),
    messages: { card: { channel: "C1", ts: "1.2", shows: "active", revision: 1 } },
  };
  await f.requests.adopt(request as Parameters<typeof f.requests.adopt>[0]);
});

const stored = async (): Promise<Record<string, never>> =>
  JSON.parse((await redis.commands.hget(f.keys.request(request.id), "record")) ?? "");
const store = (record: object) =>
  redis.commands.hset(f.keys.request(request.id), "record", JSON.stringify(record));
const touch = () => f.requests.update(request.id, (r) => ({ ...r, revision: r.revision + 1 }));

test("it says its schema, and a reader is told none", async () => {
  expect(await stored()).toEqual({ ...request, schema: 1 });
  expect(await f.requests.get(request.id)).toEqual(request);
});

test("read once more as it stood, it is the same; broken since, it is not", async () => {
  const many = () => f.requests.getMany([request.id]);
  expect([await many(), await many()]).toEqual([[request], [request]]);
  await store({ ...(await stored()), state: "nonsense" });
  expect([await many(), await many()]).toEqual([["unreadable"], ["unreadable"]]);
});

describe("what a neighbouring version wrote", () => {
  const written = (schema: number) => {
    const { card } = request.messages;
    const grant = { ...("grant" in request ? request.grant : {}), region: "eu" };
    return {
      ...request,
      schema,
      quorum: { count: 2, by: ["U0X"] },
      grant,
      messages: { card: { ...card, thread: { ts: "9.9" } } },
    };
  };

  test.each([
    ["the next", 2, 2],
    ["ours", 1, 1],
    ["the one before", 0, 1],
  ])(
    "%s: unknown keys are kept at every depth, through changes of state too",
    async (_who, schema, after) => {
      await store(written(schema));
      expect(await f.requests.get(request.id)).toEqual(request);
      const many = () => f.requests.getMany([request.id]);
      expect([await many(), await many()]).toEqual([[request], [request]]);
      await touch();
      expect(await stored()).toEqual({ ...written(after), version: 2, revision: 2 });
      await f.requests.update(request.id, (r) => inState(r, "ending"));
      expect(await stored()).toMatchObject({
        state: "ending",
        schema: after,
        quorum: { count: 2, by: ["U0X"] },
        messages: { card: { thread: { ts: "9.9" } } },
      });
    },
  );

  test("what stands in a list keeps what it has when ours adds to the list, or takes another off", async () => {
    const approval = (name: string, at: number) => ({
      by: { ...request.requester, id: `U0${name}` as UserId, name },
      qualified: "S0SRE",
      at,
      terms: 1,
    });
    const [first, second, third] = [approval("FIRST", 1), approval("SECOND", 2), approval("THIRD", 3)];
    const [phone, desk] = [
      { ...first, by: { ...first.by, pronoun: "they" }, device: "phone" },
      { ...second, device: "desk" },
    ];
    await store({ ...written(2), approvals: [phone, desk] });
    await f.requests.update(request.id, (r) => ({ ...r, approvals: [...(r.approvals ?? []), third] }));
    expect((await stored()).approvals).toEqual([phone, desk, third]);
    await f.requests.update(request.id, (r) => ({ ...r, approvals: r.approvals?.slice(1) }));
    expect((await stored()).approvals).toEqual([desk, third]);
  });

  test("what stood inside something that goes, goes with it", async () => {
    await store(written(2));
    await f.requests.update(request.id, (r) => ({ ...r, messages: {} }));
    expect(await stored()).toMatchObject({ messages: {} });
    expect((await stored()).messages).toEqual({});
    expect(await f.requests.get(request.id)).toMatchObject({ messages: {} });
  });

  test("what ours says counts, where it comes to know the key", async () => {
    await store({ ...written(2), outage: undefined, end: { cause: "later" } });
    await f.requests.update(request.id, (r) => inState(r, "ending"));
    expect((await stored()).end).toMatchObject({ cause: "expired" });
  });

  describe("a word that ours does not have", () => {
    const since = 7;
    const ending = () => ({
      ...inState(request, "ending"),
      schema: 2,
      outage: { what: "quota", since },
      end: { cause: "locked-down", failure: "too-many", at: 3 },
    });

    test("is read as other, and stays what it is", async () => {
      await store(ending());
      expect(await f.requests.get(request.id)).toMatchObject({
        outage: { what: "other", since },
        end: { cause: "other", failure: undefined, at: 3 },
      });
      await touch();
      expect(await stored()).toEqual({ ...ending(), version: 2, revision: 2 });
    });

    test.each([
      { kind: "too-cold", role: "guest", degrees: -3 },
      { kind: "terms-changed", role: "guest", what: "weather" },
    ])("for why it was refused: $kind", async (refusal) => {
      const refused = { ...inState(request, "refused"), schema: 2, refusal };
      await store(refused);
      expect(await f.requests.get(request.id)).toMatchObject({
        state: "refused",
        refusal: { kind: "other" },
      });
      await touch();
      expect(await stored()).toEqual({ ...refused, version: 2, revision: 2 });
    });

    test("gives way to what ours says instead", async () => {
      await store(ending());
      await f.requests.update(request.id, (r) => ({ ...r, outage: { what: "hub", since } }));
      expect(await stored()).toMatchObject({
        outage: { what: "hub", since },
        end: { cause: "locked-down", failure: "too-many" },
      });
    });
  });

  test("whatever it is, it comes back as it was", () => {
    const unknown = fc.dictionary(fc.stringMatching(/^x[a-z]{1,6}$/), fc.jsonValue());
    const states = fc.constantFrom<State>("pending", "approved", "active", "ending", "ended");
    fc.assert(
      fc.property(unknown, unknown, states, (top, inside, state) => {
        const known = inState(request, state);
        const card = { ...known.messages.card, ...inside };
        const json = JSON.stringify({ ...known, schema: 2, ...top, messages: { card } });
        const { request: found, unknowns } = read(known.id, json);
        expect(found).toEqual(known);
        expect(JSON.parse(write(found, unknowns))).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe("what cannot be read is left as it is", () => {
  const unreadable: [string, () => object][] = [
    ["two versions ahead", () => ({ ...request, schema: 3 })],
    ["two versions behind", () => ({ ...request, schema: -1 })],
    ["without a schema, as 0.1 wrote it", () => request],
    ["a schema that is no number", () => ({ ...request, schema: "1" })],
    ["an unknown state", () => ({ ...request, schema: 1, state: "escalated" })],
    ["an unknown state of the next version", () => ({ ...request, schema: 2, state: "escalated" })],
    ["half a record", () => ({ schema: 1, id: request.id, state: "pending" })],
  ];

  test.each(unreadable)("%s", async (_what, record) => {
    await store(record());
    const before = await redis.commands.hgetall(f.keys.request(request.id));
    await expect(f.requests.get(request.id)).rejects.toThrow(request.id);
    await expect(touch()).rejects.toThrow(request.id);
    expect(await f.requests.getMany([request.id])).toEqual(["unreadable"]);
    expect(await redis.commands.hgetall(f.keys.request(request.id))).toEqual(before);
    // Whatever it is, the role stays reserved: nobody gets a second grant beside one that nobody can read.
    expect(await redis.commands.get(f.keys.open(request.requester.id, request.role))).toBe(request.id);
  });

  test("the version is named", async () => {
    await store({ ...request, schema: 3 });
    await expect(f.requests.get(request.id)).rejects.toThrow("has schema 3; this version reads 1");
  });
});

describe("a token cannot be at rest", () => {
  const token = "eyJhbGciOi";
  const smuggled: [string, (r: AccessRequest) => AccessRequest][] = [
    ["beside the fields", (r) => Object.assign({ token }, r)],
    ["inside a message", (r) => ({ ...r, messages: { card: { ...r.messages.card, text: token } as never } })],
    [
      "inside the grant",
      (r) => ({ ...r, grant: { ...activeSample().grant, token } as never }) as AccessRequest,
    ],
    ["inside a person", (r) => ({ ...r, requester: { ...r.requester, token } as never })],
  ];

  test.each(smuggled)("%s", async (_where, smuggle) => {
    const before = await stored();
    await expect(f.requests.update(request.id, smuggle)).rejects.toThrow("more than its schema");
    expect(await stored()).toEqual(before);
    expect(() => write(smuggle(request))).toThrow("more than its schema");
  });
});
