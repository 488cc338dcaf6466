/** docs/architecture.md tells the life and the rooms as they are. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withLifecycle } from "../../scripts/lifecycle.ts";

const root = new URL("../../", import.meta.url);

test.each(withLifecycle())(
  "$path draws the table of src/domain/lifecycle.ts: npm run diagram",
  ({ now, drawn }) => {
    expect(now).toBe(drawn);
  },
);

test.each(["docs/architecture.md", "docs/zh/architecture.md"])("%s names every room of src/", (path) => {
  const text = readFileSync(new URL(path, root), "utf8");
  const rooms = readdirSync(new URL("src/", root), { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? [`\`src/${one.name}/\``] : [],
  );
  expect(rooms.filter((room) => !text.includes(room))).toEqual([]);
});
