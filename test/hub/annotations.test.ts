import fc from "fast-check";
import { expect, it } from "vitest";
import { notesOf, readNotes, writeNotes } from "../../src/hub/grants/annotations.ts";
import { approved } from "./requests.ts";

it("reads back what it wrote, whatever people typed", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  const when = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(text, text, when, when, (reason, name, approvedAt, expiresAt) => {
      const notes = { ...notesOf(approved()), reason, approvedAt, expiresAt };
      notes.requester.name = name;
      expect(readNotes(writeNotes(notes))).toEqual(notes);
    }),
  );
});

it("says that nobody approved when policy did", () => {
  const { decision } = approved();
  expect(notesOf(approved({ decision: { ...decision, by: "policy" } })).approvedBy).toBe("policy");
});

it.each(Object.keys(writeNotes(notesOf(approved()))))("is null without %s", (field) => {
  const { [field]: _, ...rest } = writeNotes(notesOf(approved()));
  expect(readNotes(rest)).toBeNull();
});

it.each([
  ["requester", "alice"],
  ["requester-locale", "fr"],
  ["expires-at", "tomorrow"],
])("is null when %s is what nobody of us wrote", (field, value) => {
  const written = writeNotes(notesOf(approved()));
  expect(readNotes({ ...written, [`karpor-access.io/${field}`]: value })).toBeNull();
});
