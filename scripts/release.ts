/** What the release workflow asks of the project. `release notes TAG` · `release chart DIRECTORY REPOSITORY DIGEST` */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { notesOf } from "./changelog.ts";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const USAGE = `Usage: npm run release -- notes v1.2.3
       npm run release -- chart DIRECTORY REPOSITORY DIGEST`;

/** Prints what CHANGELOG.md says of the version; refuses a tag that is not package.json's. */
function notes(tag: string): void {
  const { version } = JSON.parse(readFileSync(root("package.json"), "utf8"));
  if (tag !== `v${version}`)
    throw new Error(
      `The tag ${tag} is not of package.json's version ${version}: tag v${version}, or npm version first.`,
    );
  console.log(notesOf(readFileSync(root("CHANGELOG.md"), "utf8"), version));
}

/** Copies the chart, whose image is from now on this one. */
function chart(directory: string, repository: string, digest: string): void {
  cpSync(root("deploy/chart"), directory, { recursive: true });
  const path = join(directory, "values.yaml");
  const values = parseDocument(readFileSync(path, "utf8"));
  values.setIn(["image", "repository"], repository);
  values.setIn(["image", "digest"], digest);
  writeFileSync(path, values.toString());
}

const [what, ...args] = process.argv.slice(2);
const [first = "", second = "", third = ""] = args;
try {
  if (what === "notes" && args.length === 1) notes(first);
  else if (what === "chart" && args.length === 3) chart(first, second, third);
  else throw new Error(USAGE);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
