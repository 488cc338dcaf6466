/** Writes docs/configuration.md: every key of the YAML file, as its schema describes it, and every variable. */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { ConfigFile } from "../src/config-schema.ts";

export const CONFIG_PAGE = new URL("../docs/configuration.md", import.meta.url);
const INTRO = new URL("config-docs.md", import.meta.url);

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The page's text: what scripts/config-docs.md says, and at its mark a table of what is one line, then one a section. */
export function configPage(): string {
  const schema = z.toJSONSchema(ConfigFile, { io: "input", unrepresentable: "any" });
  const keys = Object.entries(schema.properties ?? {}).map(([key, child]) => ({
    key,
    rows: rowsFor(key, child as JsonSchema, schema.required?.includes(key) ?? false),
  }));
  const single = keys.flatMap(({ rows }) => (rows.length === 1 ? rows : []));
  const sections = keys.filter(({ rows }) => rows.length > 1);
  const tables = [table(single), ...sections.map(({ key, rows }) => `### \`${key}\`\n\n${table(rows)}`)];
  return readFileSync(INTRO, "utf8").replace("<!-- keys -->", tables.join("\n\n"));
}

const table = (rows: string[]): string => ["| key | value | meaning |", "|---|---|---|", ...rows].join("\n");

/** A row for the key itself where there is something to say of it, then its children. */
function rowsFor(key: string, schema: JsonSchema, isRequired: boolean): string[] {
  const { description = "", enum: words, default: usual } = schema;
  const isTold = description !== "" || words !== undefined || usual !== undefined;
  const own = isTold ? [row(key, writtenAs(schema, isRequired), description)] : [];
  return [
    ...own,
    ...childrenOf(schema).flatMap(([name, child, isNeeded]) => rowsFor(`${key}${name}`, child, isNeeded)),
  ];
}

const row = (...cells: string[]): string =>
  `| \`${cells[0]}\` | ${cells.slice(1).map(escapeCell).join(" | ")} |`;

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replace(/\{[^}]*\}/g, "`$&`");

type Child = [name: string, schema: JsonSchema, isRequired: boolean];

/** Of a mapping its keys, of a list its items' keys, of what may be one thing or another the keys of each. */
function childrenOf(schema: JsonSchema): Child[] {
  if (isBilingual(schema)) return [];
  const named = Object.entries(schema.properties ?? {}).map(
    ([name, child]): Child => [`.${name}`, child as JsonSchema, schema.required?.includes(name) ?? false],
  );
  const others = schema.anyOf?.flatMap((one) => childrenOf(one as JsonSchema)) ?? [];
  const { additionalProperties: byName, items } = schema;
  const inName = typeof byName === "object" ? childrenOf(byName as JsonSchema).map(under(".NAME")) : [];
  const inItem = typeof items === "object" ? childrenOf(items as JsonSchema).map(under("[]")) : [];
  return [...named, ...others, ...inName, ...inItem];
}

const under =
  (prefix: string) =>
  ([name, schema, isRequired]: Child): Child => [prefix + name, schema, isRequired];

/** Words in both languages. */
const isBilingual = ({ properties }: JsonSchema): boolean =>
  properties !== undefined && "en" in properties && "zh" in properties;

/** What may be written there, whether it must be, and what it is when left out. */
function writtenAs(schema: JsonSchema, isRequired: boolean): string {
  const { default: usual } = schema;
  const isTold = usual !== undefined && !isEmpty(usual);
  return [isRequired ? "required" : "", shapeOf(schema), isTold ? `default \`${asText(usual)}\`` : ""]
    .filter(Boolean)
    .join("; ");
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && Object.keys(value ?? {}).length === 0;

const asText = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

function shapeOf(schema: JsonSchema): string {
  const { const: only, enum: words, type, minimum, maximum, properties } = schema;
  if (only !== undefined) return `\`${only}\``;
  if (words) return words.map((word) => `\`${word}\``).join(" or ");
  if (type === "boolean") return "`true` or `false`";
  if (type === "integer") return `${minimum} to ${maximum}`;
  if (type === "array") return "list";
  if (isBilingual(schema)) return "{en: …, zh: …}";
  const isPlain = properties && Object.values(properties).every((one) => !(one as JsonSchema).description);
  return isPlain ? `{${Object.keys(properties).join(", ")}}` : "";
}

if (import.meta.main) writeFileSync(CONFIG_PAGE, configPage());
