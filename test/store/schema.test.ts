/** The start on a Redis that another version used: refused in one sentence where its records cannot be read. */
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { StoreDown } from "../../src/flow/ports.ts";
import { schemaTrouble } from "../../src/store/schema.ts";
import { testRedis } from "../helpers/redis.ts";
import { type Fixture, fixture } from "./requests.contract.ts";
import { asked, drawnSample, inState } from "./samples.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

let f: Fixture;
beforeEach(() => {
  f = fixture(redis);
});

const trouble = () => schemaTrouble({ redis: redis.commands, keys: f.keys });
const mark = () => redis.commands.get(f.keys.schema);

/** What 0.1 left of a request: the same keys, and records that say no schema. */
async function of01(): Promise<void> {
  const request = asked();
  await f.requests.make(request, "t1");
  const { revision: _, enteredAt: __, ...old } = request;
  await redis.commands.hset(f.keys.request(request.id), "record", JSON.stringify(old));
}

describe("an empty Redis", () => {
  test("is marked by the first start, and stays so", async () => {
    expect(await trouble()).toBeNull();
    expect(await mark()).toBe("1");
    expect(await redis.commands.pttl(f.keys.schema)).toBe(-1);
    expect(await trouble()).toBeNull();
  });

  test("is marked by one of many that start at once, while others make requests already", async () => {
    const start = async (i: number) => {
      const said = await trouble();
      await f.requests.make(asked({ role: `r${i}` }), `t${i}`);
      return said;
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => start(i)));
    expect(all).toEqual(all.map(() => null));
    expect(await mark()).toBe("1");
  });

  test("that was emptied under a running bot is taken again at the next start", async () => {
    await f.requests.make(asked(), "t1");
    expect(await mark()).toBeNull();
    expect(await trouble()).toBeNull();
    expect(await mark()).toBe("1");
  });

  test("is another instance's to fill as it likes", async () => {
    await of01();
    f = fixture(redis);
    expect(await trouble()).toBeNull();
  });
});

describe("a Redis of 0.1", () => {
  const SENTENCE =
    "Redis holds records of karpor-access 0.1, which this version does not read: let its grants end under 0.1, then give this version an empty Redis.";

  test("is refused in one sentence, again and again, and left as it is", async () => {
    await of01();
    const keys = await redis.commands.keys(`${f.keys.prefix}*`);
    for (let i = 0; i < 2; i++) expect(await trouble()).toBe(SENTENCE);
    expect(await mark()).toBeNull();
    expect((await redis.commands.keys(`${f.keys.prefix}*`)).sort()).toEqual(keys.sort());
  });

  test("also where all of it is settled, and only the trail knows", async () => {
    const request = asked();
    await f.requests.make(request, "t1");
    await f.requests.update(request.id, (r) => drawnSample(inState(r, "withdrawn")));
    expect(await redis.commands.scard(f.keys.unsettled)).toBe(0);
    await redis.commands.hset(f.keys.request(request.id), "record", JSON.stringify(request));
    expect(await trouble()).toBe(SENTENCE);
  });

  test("also where the trail was cut away", async () => {
    await of01();
    await redis.commands.del(f.keys.trail);
    expect(await trouble()).toBe(SENTENCE);
  });

  test("is taken once none of its records is left, whatever its trail says", async () => {
    await of01();
    const [id] = await redis.commands.smembers(f.keys.unsettled);
    await redis.commands.del(f.keys.request(id ?? ""));
    expect(await trouble()).toBeNull();
  });
});

test.each([
  ["0", null],
  ["1", null],
  ["2", null],
  [
    "3",
    "Redis holds records of schema 3, and this version reads 1 and its neighbours only: start a version that reads them.",
  ],
  ["x", expect.stringContaining("schema x")],
])("a Redis marked %j", async (marked, said) => {
  await redis.commands.set(f.keys.schema, marked);
  expect(await trouble()).toEqual(said);
  expect(await mark()).toBe(marked);
});

test("one broken record is no older version", async () => {
  const request = asked();
  await f.requests.make(request, "t1");
  await redis.commands.hset(f.keys.request(request.id), "record", "no JSON");
  expect(await trouble()).toBeNull();
});

test("a Redis that is away is no trouble of versions", async () => {
  const away = await testRedis();
  await away[Symbol.asyncDispose]();
  await expect(schemaTrouble({ redis: away.commands, keys: f.keys })).rejects.toBeInstanceOf(StoreDown);
});
