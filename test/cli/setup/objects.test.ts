/** deploy/hub-rbac.yaml and the code say the same, and nobody may bind more than the catalog. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { objectsFor } from "../../../src/cli/setup/objects.ts";
import { ConfigFile } from "../../../src/config.ts";
import { Catalog } from "../../../src/domain/catalog.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const example = ConfigFile.parse(parse(read("karpor-access.example.yml")));

test("deploy/hub-rbac.yaml is what setup makes for the example's catalog", () => {
  const file = parseAllDocuments(read("deploy/hub-rbac.yaml")).map((document) => document.toJS());
  expect(file).toEqual(objectsFor(example));
});

test("the bot may bind exactly the catalog's ClusterRoles, each once", () => {
  const bind = objectsFor(example)
    .flatMap(({ rules }) => (rules ?? []) as { verbs: string[]; resourceNames?: string[] }[])
    .filter(({ verbs }) => verbs.includes("bind"));
  expect(bind.map(({ resourceNames }) => resourceNames)).toEqual([
    ["karpor-guest", "karpor-admin", "karpor-access-search-rules", "karpor-access-register"],
  ]);
});

test("while two accounts of the bot stand, each renews its own token alone", () => {
  const all = objectsFor(example, [1, 2]).filter(({ metadata }) => metadata.name.endsWith("-own-token"));
  const named = all.map(({ kind, metadata, rules, subjects }) => [
    `${kind} ${metadata.name}`,
    ((rules ?? subjects) as { resourceNames?: string[]; name?: string }[]).flatMap(
      ({ resourceNames, name }) => resourceNames ?? [name],
    ),
  ]);
  const [one, two] = ["karpor-access-production", "karpor-access-production-2"];
  expect(named).toEqual([
    [`Role ${one}-own-token`, [one]],
    [`RoleBinding ${one}-own-token`, [one]],
    [`Role ${two}-own-token`, [two]],
    [`RoleBinding ${two}-own-token`, [two]],
  ]);
});

const role = (more: object) => ({
  clusterRole: "ours",
  description: { en: "a", zh: "b" },
  duration: { default: "1h", max: "2h" },
  approval: { by: ["S0SRE"] },
  ...more,
});
const rules = (...nonResourceURLs: string[]) => [{ nonResourceURLs, verbs: ["get"] }];
const mistakes = (roles: object) =>
  Catalog.safeParse(roles).error?.issues.map(({ message }) => message) ?? [];

test("rules of a role are paths and verbs, under a name that nobody else makes", () => {
  expect(mistakes({ a: role({ rules: rules("/x", "/y/*") }) })).toEqual([]);
  expect(mistakes({ a: role({ rules: rules("x") }) })[0]).toMatch(/must be a path/);
  expect(mistakes({ a: role({ clusterRole: "karpor-guest", rules: rules("/x") }) })[0]).toMatch(
    /name of its own/,
  );
  const two = { a: role({ rules: rules("/x") }), b: role({ rules: rules("/y") }) };
  expect(mistakes(two)[0]).toMatch(/differs from the rules that another role gives/);
});
