/** The hub's own form, as `generated.proto` numbers its fields: read as JSON would have been, and refused where it is broken. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { annotationOf } from "../../src/hub/client/objects.ts";
import { readList, readStatus } from "../../src/hub/client/protobuf.ts";

const number = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...number(Math.floor(n / 128))]);
const field = (of: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([...number(of * 8 + 2), ...number(bytes.length)]), bytes]);
};
const message = (of: number, ...parts: Buffer[]): Buffer => field(of, Buffer.concat(parts));
const entry = (of: number, key: string, value: string) => message(of, field(1, key), field(2, value));
const time = (of: number, seconds: number) =>
  message(of, Buffer.from([8, ...number(seconds), 16, ...number(500)]));
const answer = (kind: string, ...raw: Buffer[]) =>
  Buffer.concat([Buffer.from("k8s\0"), message(1, field(1, "v1"), field(2, kind)), message(2, ...raw)]);

const FROM = Date.UTC(2026, 10, 25, 9);
const metadata = message(
  1,
  ...[field(1, "one"), field(3, "grants"), field(5, "uid-1"), field(6, "77"), time(8, FROM / 1000)],
  ...[entry(11, "a", "b"), entry(12, "reason", "调试 🙂"), field(14, "held")],
  ...[message(17, field(1, "kubectl"), field(7, "{}")), Buffer.from([...number(99 * 8), 1])],
);
const subject = message(2, field(1, "User"), field(2, "rbac"), field(3, "mallory"), field(4, ""));
const role = message(3, field(1, "rbac"), field(2, "ClusterRole"), field(3, "guest"));
const page = message(1, field(2, "1234"), field(3, "next"));

it("a list of bindings: what is looked at, and nothing else", () => {
  const bytes = answer("ClusterRoleBindingList", page, message(2, metadata, subject, role));
  const list = readList(bytes);
  expect(list?.items()).toMatchObject([
    {
      metadata: {
        ...{ name: "one", namespace: "grants", uid: "uid-1", creationTimestamp: new Date(FROM) },
        ...{ labels: { a: "b" }, annotations: { reason: "调试 🙂" }, finalizers: ["held"] },
        deletionTimestamp: undefined,
      },
      roleRef: { kind: "ClusterRole", name: "guest" },
      subjects: [{ kind: "User", name: "mallory" }],
    },
  ]);
  const [object] = list?.items() ?? [];
  expect(object && ["reason", "a"].map((name) => annotationOf(object.metadata, name))).toEqual([
    "调试 🙂",
    undefined,
  ]);
  expect(list?.metadata).toEqual({ continue: "next" });
});

it("a list of accounts: its further fields are others", () => {
  const account = message(2, metadata, message(2, field(1, "Secret")), message(3, field(1, "pull")));
  const list = readList(answer("ServiceAccountList", message(1, field(3, "")), account));
  expect(list?.items()).toMatchObject([{ metadata: { name: "one" } }]);
  expect(list?.items()[0]).not.toHaveProperty("subjects");
  expect(list?.metadata).toEqual({});
});

it("what has no name or no uid, or is broken, is not read, and hides no other", () => {
  const nameless = message(2, message(1, field(5, "uid-2")));
  const broken = message(2, message(1, Buffer.from([8 * 5 + 2, 9])));
  expect(
    readList(answer("ServiceAccountList", nameless, broken, message(2, metadata)))?.items(),
  ).toMatchObject([undefined, undefined, { metadata: { uid: "uid-1" } }]);
});

it("a Status says why", () => {
  const status = answer("Status", field(2, "Failure"), field(4, "NotFound"), message(5, field(1, "one")));
  expect(readStatus(status)).toEqual({ kind: "Status", reason: "NotFound", details: { name: "one" } });
  expect(readList(status)).toBeUndefined();
});

it("another kind, another form, or less than all of it is no list", () => {
  expect(readList(answer("SecretList", message(2, metadata)))).toBeUndefined();
  expect(readList(Buffer.from('{"kind":"ServiceAccountList","items":[]}'))).toBeUndefined();
  const bytes = answer("ClusterRoleBindingList", page, message(2, metadata, subject, role));
  const whole = answer("ClusterRoleBindingList").length;
  for (let length = whole; length < bytes.length; length++)
    expect(readList(bytes.subarray(0, length))).toBeUndefined();
});

it("never throws, whatever comes", () => {
  const bytes = answer("ClusterRoleBindingList", page, message(2, metadata, subject, role));
  const broken = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
    const copy = Buffer.from(bytes);
    copy[at] = byte;
    return copy;
  });
  fc.assert(
    fc.property(broken, (copy) => {
      for (const object of readList(copy)?.items() ?? []) {
        if (!object) continue;
        void [object.metadata.labels, object.metadata.annotations, annotationOf(object.metadata, "reason")];
      }
      readStatus(copy);
    }),
  );
});
