/** What an event of the hub's audit log says of who has access: whether it was done, or only tried. */
import { describe, expect, test } from "vitest";
import { eventsIn } from "../../src/http/hub-audit/event.ts";
import { signsIn } from "../../src/http/hub-audit/signs.ts";

const NAMESPACE = "karpor-access";
const grounds = { namespace: NAMESPACE, account: "karpor-access-instance-test", isOwn: () => false };
const BINDING = { apiGroup: "rbac.authorization.k8s.io", resource: "clusterrolebindings", name: "theirs" };
const ACCOUNT = { resource: "serviceaccounts", namespace: NAMESPACE, name: "theirs" };
const TOKEN = { ...ACCOUNT, subresource: "token" };
const GIVES = { roleRef: { kind: "ClusterRole", name: "karpor-admin" }, subjects: [] };
const OPTIONS = { kind: "DeleteOptions", apiVersion: "v1" };

const signs = (verb: string, objectRef: object, query: string, requestObject?: object, code = 200) => {
  const at = "2026-11-25T15:00:00.000000Z";
  const event = {
    ...{ auditID: "one", stage: "ResponseComplete", verb, objectRef, user: { username: "mallory" } },
    ...{ requestURI: `/x${query}`, requestReceivedTimestamp: at, responseStatus: { code } },
    requestObject,
  };
  return signsIn(eventsIn({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items: [event] }), grounds);
};

describe("a write that was done", () => {
  test.each<[string, string, object, string, object?]>([
    ["with dryRun in the value of another parameter", "create", BINDING, "?x=?dryRun=All", GIVES],
    ["with it in the name of another", "create", BINDING, "??dryRun=All", GIVES],
    ["with a value that the hub cannot read", "create", BINDING, "?dryRun=%zz", GIVES],
    ["a change with it in the body", "patch", BINDING, "", { ...GIVES, dryRun: ["All"] }],
    ["a deletion by a body without it", "delete", BINDING, "?dryRun=All", OPTIONS],
    ["by a body with none", "deletecollection", BINDING, "?dryRun=All", { ...OPTIONS, dryRun: [] }],
    ["of an account, whose body is not told", "delete", ACCOUNT, "?dryRun=All"],
    ["a token, for which it is ignored", "create", TOKEN, "?dryRun=All"],
  ])("%s", (_, ...asked) => {
    expect(signs(...asked).writes).toMatchObject([{ name: "theirs", who: "mallory" }]);
  });
});

describe("one that was only tried", () => {
  test.each<[string, string, object, string, object?]>([
    ["a binding", "create", BINDING, "?dryRun=All", GIVES],
    ["beside other parameters", "patch", BINDING, "?x=?&dry%52un=All&y", GIVES],
    ["an account", "create", ACCOUNT, "?dryRun=All"],
    ["a deletion by the query", "delete", BINDING, "?dryRun=All"],
    ["by its body", "delete", BINDING, "", { ...OPTIONS, dryRun: ["All"] }],
  ])("%s", (_, ...asked) => {
    expect(signs(...asked)).toMatchObject({ writes: [], grants: [] });
  });
});

describe("one that the hub answered with", () => {
  test.each([500, 503, 504])("%i, which may have been done", (code) => {
    const { writes } = signs("create", BINDING, "?timeout=6ms", GIVES, code);
    expect(writes).toMatchObject([{ name: "theirs", did: "made", unsure: true }]);
    expect(signs("create", BINDING, "?dryRun=All", GIVES, code).writes).toEqual([]);
  });

  test.each([400, 403, 404, 409, 422, 429])("%i, which was only tried", (code) =>
    expect(signs("create", BINDING, "", GIVES, code).writes).toEqual([]),
  );
});
