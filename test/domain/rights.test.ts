/** One ClusterRole gives nothing that another does not: by table, and held against what single requests are allowed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allows } from "../../src/domain/path-rule.ts";
import { isLower, isWithin, type Rights, rightsFor } from "../../src/domain/rights.ts";

const paths = (verbs: string[], ...nonResourceURLs: string[]): Rights[number] => ({ verbs, nonResourceURLs });
const api = (
  verbs: string[],
  apiGroups: string[],
  resources: string[],
  resourceNames?: string[],
): Rights[number] => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames ? { resourceNames } : {}),
});
const get = paths(["get"], "/a", "/b/*");
const all = paths(["*"], "*");
const secrets = api(["get"], [""], ["secrets"]);

describe("within", () => {
  test.each<[string, Rights, Rights, boolean]>([
    ["nothing, of anything", [], [get], true],
    ["anything, of nothing", [get], [], false],
    ["itself", [get], [get], true],
    ["a path of several", [paths(["get"], "/a")], [get], true],
    ["another path", [paths(["get"], "/c")], [get], false],
    ["another verb", [paths(["post"], "/a")], [get], false],
    ["one verb of every", [get], [paths(["*"], "/a", "/b/*")], true],
    ["every verb of one", [paths(["*"], "/a")], [get], false],
    ["every verb of all that are known", [paths(["*"], "/a")], [paths(["get", "post", "put"], "/a")], false],
    ["a path below a wildcard", [paths(["get"], "/b/x/y")], [get], true],
    ["a wildcard below a wildcard", [paths(["get"], "/b/x/*")], [get], true],
    ["a wildcard of an exact path", [paths(["get"], "/a*")], [get], false],
    ["a wildcard above a wildcard", [paths(["get"], "/*")], [get], false],
    ["the path before the wildcard", [paths(["get"], "/b")], [get], false],
    ["every path", [paths(["get"], "*")], [paths(["get"], "/*")], false],
    ["anything, of everything", [get, paths(["*"], "*")], [all], true],
    ["spread over several rules", [get], [paths(["get"], "/a"), paths(["get"], "/b/*")], true],
    ["objects, of paths", [secrets], [all], false],
    ["objects, of the same", [secrets], [secrets], true],
    ["objects, of every", [secrets], [api(["*"], ["*"], ["*"])], true],
    ["objects of another group", [api(["get"], ["apps"], ["secrets"])], [secrets], false],
    ["another resource", [api(["get"], [""], ["pods"])], [secrets], false],
    [
      "a subresource of the resource",
      [api(["get"], [""], ["pods/log"])],
      [api(["get"], [""], ["pods"])],
      false,
    ],
    ["a subresource of every", [api(["get"], [""], ["pods/log"])], [api(["get"], [""], ["*/log"])], true],
    ["named objects, of all", [api(["get"], [""], ["secrets"], ["x"])], [secrets], true],
    ["all objects, of named ones", [secrets], [api(["get"], [""], ["secrets"], ["x"])], false],
    [
      "named objects, of others",
      [api(["get"], [""], ["secrets"], ["x", "y"])],
      [api(["get"], [""], ["secrets"], ["x"])],
      false,
    ],
    ["an empty list of names is every object", [api(["get"], [""], ["secrets"], [])], [secrets], true],
    ["a rule without a verb", [paths([], "/c")], [get], true],
  ])("%s: %j", (_, less, more, expected) => expect(isWithin(less, more)).toBe(expected));
});

test("lower is less, and not the same in other words", () => {
  expect(isLower([paths(["get"], "/a")], [get])).toBe(true);
  expect(isLower([get], [get])).toBe(false);
  expect(isLower([get, paths(["get"], "/a")], [get])).toBe(false);
  expect(isLower([get], [paths(["get"], "/c")])).toBe(false);
});

const verb = fc.constantFrom("get", "post", "*");
const pattern = fc
  .tuple(fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }), fc.constantFrom("", "*", "/*"))
  .map(([parts, end]) => (parts.length === 0 && end === "*" ? "*" : `/${parts.join("/")}${end}`));
const rules = fc.array(
  fc.record({
    verbs: fc.array(verb, { minLength: 1, maxLength: 2 }),
    nonResourceURLs: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 4 },
);
const request = fc.record({
  verb: fc.constantFrom("get", "post", "patch"),
  path: fc
    .array(fc.constantFrom("a", "b", "ab", "c"), { maxLength: 4 })
    .map((parts) => `/${parts.join("/")}`),
});

test("whoever has what is within another's rights is allowed no request that the other is not", () => {
  let within = 0;
  fc.assert(
    fc.property(rules, rules, fc.array(request, { maxLength: 30 }), (less, more, requests) => {
      // Half of the time surely within it.
      for (const one of [less, more.slice(1), [...more.slice(0, 1), ...less]]) {
        if (!isWithin(one, more)) continue;
        within += 1;
        for (const { verb, path } of requests)
          if (allows(one, verb, path)) expect(allows(more, verb, path), `${verb} ${path}`).toBe(true);
      }
      expect(isWithin(less, [...more, ...less])).toBe(true);
      expect(isLower(less, less)).toBe(false);
      if (isLower(less, more)) expect(isLower(more, less)).toBe(false);
    }),
    { numRuns: 1_000 },
  );
  expect(within).toBeGreaterThan(500);
});

test("what is within one that is within a third is within the third", () => {
  fc.assert(
    fc.property(rules, rules, rules, (a, b, c) => {
      if (isWithin(a, b) && isWithin(b, c)) expect(isWithin(a, c)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("what requests took is within a role's rights where each of them is allowed by it", () => {
  fc.assert(
    fc.property(rules, fc.array(request, { maxLength: 10 }), (role, requests) => {
      const asked = rightsFor(requests);
      expect(isWithin(asked, role)).toBe(requests.every(({ verb, path }) => allows(role, verb, path)));
    }),
    { numRuns: 1_000 },
  );
});

test.each<[string, Rights, boolean]>([
  ["any of the kind", [api(["list"], [""], ["secrets"])], true],
  [
    "those of one name alone: which was asked for is not kept",
    [api(["list"], [""], ["secrets"], ["a"])],
    false,
  ],
  ["another group's", [api(["list"], ["apps"], ["secrets"])], false],
  ["paths", [all], false],
])("objects, held against %s", (_, role, within) =>
  expect(isWithin(rightsFor([{ verb: "list", group: "", resource: "secrets" }]), role)).toBe(within),
);
