/** The parts of a release that the workflow runs: `release notes TAG` · `release chart DIRECTORY REPOSITORY DIGEST` */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { readNotes } from "./changelog.ts";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const USAGE = `Usage: npm run release -- notes v1.2.3
       npm run release -- chart DIRECTORY REPOSITORY DIGEST`;

/** Prints what CHANGELOG.md says about the version; refuses a tag of another version than package.json's. */
function notes(tag: string): void {
  const { version } = JSON.parse(readFileSync(root("package.json"), "utf8"));
  if (tag !== `v${version}`)
    throw new Error(
      `The tag ${tag} does not match version ${version} of package.json: tag v${version}, or run npm version first.`,
    );
  console.log(readNotes(readFileSync(root("CHANGELOG.md"), "utf8"), version));
}

/** Copies the chart, and names the image in the copy. */
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
