/** deploy/hub-rbac.yaml is what setup makes for the example's configuration. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { objectsFor } from "../../src/cli/hub/objects.ts";
import { ConfigFile } from "../../src/config-schema.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the bot's account on the hub has the rights that setup gives it", () => {
  const written = parseAllDocuments(text("deploy/hub-rbac.yaml")).map((document) => document.toJS());
  expect(written).toEqual(objectsFor(ConfigFile.parse(parse(text("examples/karpor-access.yml")))));
});
