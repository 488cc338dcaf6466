/** The watch over our objects when the hub is not well: that it could not see for a while is told when it sees again. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GrantChange } from "../../src/flow/ports.ts";
import { binding } from "../../src/hub/grants/objects.ts";
import { createGrantWatch } from "../../src/hub/grants/watch.ts";
import { approved } from "./requests.ts";
import { json, type Stub, startStub } from "./stub.ts";

const place = { instance: "production", namespace: "karpor-access" };
const { signal } = new AbortController();

let stub: Stub;
/** How each watch is answered, in turn. */
let watches: ((to: ServerResponse, since: string) => void)[];
let asked: string[];
let told: string[];
let watch: ReturnType<typeof createGrantWatch>;

beforeEach(async () => {
  [watches, asked, told] = [[], [], []];
  stub = await startStub((ask: IncomingMessage, to: ServerResponse) => {
    const query = new URL(ask.url ?? "", "https://hub").searchParams;
    const since = query.get("resourceVersion") ?? "none";
    asked.push(query.has("watch") ? `watch ${since}` : `list ${query.get("limit")}`);
    if (query.has("watch")) return watches.shift()?.(to, since);
    json(to, 200, {
      kind: "ClusterRoleBindingList",
      metadata: { resourceVersion: String(asked.length * 100) },
      items: [a],
    });
  });
  watch = createGrantWatch({ client: stub.client("t"), ...place }, "bindings");
});
afterEach(() => stub.stop());

const to = {
  change: ({ id, generation, uid }: GrantChange) => void told.push(`${id} ${generation} ${uid}`),
  missed: () => void told.push("missed"),
};
const run = () => watch.run(to, signal);
const object = (id: string, uid: string) => {
  const made = binding(place, approved({ id: id as never }), "karpor-guest");
  return { ...made, metadata: { ...made.metadata, uid, creationTimestamp: "2026-11-25T10:00:00Z" } };
};
const [a, b] = [object("R-AAAAAAAA", "a"), object("R-BBBBBBBB", "b")];
const lines = (to: ServerResponse, ...events: object[]) => {
  to.writeHead(200, { "content-type": "application/json", "audit-id": "9c1-b" });
  to.flushHeaders();
  for (const event of events) to.write(`${JSON.stringify(event)}\n`);
};
const bookmark = (resourceVersion: string) => ({
  type: "BOOKMARK",
  object: { kind: "ClusterRoleBinding", metadata: { resourceVersion } },
});
const ended = (to: ServerResponse, ...events: object[]) => {
  lines(to, ...events);
  to.end();
};

test("goes on from where it was, bookmarks included, and asks for no second list", async () => {
  watches = [
    (to) => ended(to, bookmark("150")),
    (to) =>
      ended(to, { type: "DELETED", object: { ...b, metadata: { ...b.metadata, resourceVersion: "160" } } }),
    (to) => ended(to),
  ];
  for (let runs = 0; runs < 3; runs++) await run();
  expect(asked).toEqual(["list 1", "watch 100", "watch 150", "watch 160"]);
  expect(told).toEqual(["R-BBBBBBBB 1 b"]);
});

const cut = (to: ServerResponse) => {
  lines(to);
  setTimeout(() => to.destroy(), 20);
};

const tooOld = { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } };
test.each<[string, (to: ServerResponse) => void]>([
  ["an ERROR 410", (to) => ended(to, tooOld)],
  ["status 410", (to) => json(to, 410, { kind: "Status", reason: "Expired" })],
])("%s: it goes on from now, and says that it missed something", async (_what, answer) => {
  watches = [answer, (to) => ended(to)];
  await run();
  expect(told).toEqual([]);
  await run();
  expect(asked).toEqual(["list 1", "watch 100", "list 1", "watch 300"]);
  expect(told).toEqual(["missed"]);
  watches = [(to) => ended(to)];
  await run();
  expect(told).toEqual(["missed"]);
});

test.each<[string, (to: ServerResponse) => void]>([
  ["is cut", cut],
  ["is refused", (to) => json(to, 403, { kind: "Status", reason: "Forbidden" })],
  ["is a proxy's page", (to) => void to.writeHead(200).end("<html>\n")],
  ["says what nobody understands", (to) => ended(to, { what: "?" })],
])("a watch that %s fails, and the next says that it missed something", async (_what, answer) => {
  watches = [answer, (to) => ended(to)];
  await expect(run()).rejects.toMatchObject({ name: "HubError" });
  await run();
  expect(told).toEqual(["missed"]);
});

test("a proxy's page that does not end is hung up on at once", async () => {
  let page: ServerResponse | undefined;
  watches = [
    (to) => {
      page = to;
      to.writeHead(200).write("<html>\n");
    },
  ];
  await expect(run()).rejects.toMatchObject({ name: "HubError" });
  if (page && !page.destroyed) await once(page, "close");
});

test("a character or an event that comes in two pieces is one", async () => {
  const name = "größer";
  const event = Buffer.from(
    `${JSON.stringify({ type: "DELETED", object: { ...b, metadata: { ...b.metadata, annotations: { name } } } })}\n`,
  );
  const inside = event.indexOf("ö") + 1;
  watches = [
    (to) => {
      lines(to);
      to.write(event.subarray(0, inside));
      setTimeout(() => to.end(event.subarray(inside)), 20);
    },
  ];
  await run();
  expect(told).toEqual(["R-BBBBBBBB 1 b"]);
});

test("what went, and what is not as it was made, is told by its name and uid, whatever its labels say", async () => {
  const again = object("R-AAAAAAAA", "a2");
  const bare = {
    ...again,
    metadata: { ...again.metadata, labels: { "app.kubernetes.io/managed-by": "x" } },
  };
  const subjects = [...b.subjects, { kind: "User", name: "mallory" }];
  watches = [
    (to) => ended(to, { type: "DELETED", object: a }, { type: "ADDED", object: again }),
    (to) => ended(to, { type: "MODIFIED", object: { ...b, subjects } }),
    (to) => ended(to, { type: "MODIFIED", object: bare }),
  ];
  await run();
  expect(told).toEqual(["R-AAAAAAAA 1 a"]);
  await run();
  await run();
  expect(told).toEqual(["R-AAAAAAAA 1 a", "R-BBBBBBBB 1 b", "R-AAAAAAAA 1 a2"]);
});

test("stops at once when it is told to", async () => {
  const closing = new AbortController();
  let open: ServerResponse | undefined;
  watches = [
    (to) => {
      open = to;
      lines(to);
    },
  ];
  const running = watch.run(to, closing.signal);
  await expect.poll(() => asked.length).toBe(2);
  closing.abort();
  await expect(running).rejects.toBe(closing.signal.reason);
  if (open && !open.destroyed) await once(open, "close");
});
