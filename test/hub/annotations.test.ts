import fc from "fast-check";
import { expect, it } from "vitest";
import { annotationsOf, readAnnotations, writeAnnotations } from "../../src/hub/grants/annotations.ts";
import { approved } from "./requests.ts";

it("reads back what it wrote, whatever people typed", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  const when = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(text, text, when, when, (reason, name, approvedAt, expiresAt) => {
      const notes = { ...annotationsOf(approved()), reason, approvedAt, expiresAt };
      notes.requester.name = name;
      expect(readAnnotations(writeAnnotations(notes))).toEqual(notes);
    }),
  );
});

it("says that nobody approved when policy did", () => {
  const { decision } = approved();
  expect(annotationsOf(approved({ decision: { ...decision, by: "policy" } })).approvedBy).toBe("policy");
});

it.each(Object.keys(writeAnnotations(annotationsOf(approved()))))("is null without %s", (field) => {
  const { [field]: _, ...rest } = writeAnnotations(annotationsOf(approved()));
  expect(readAnnotations(rest)).toBeNull();
});

it.each([
  ["requester", "alice"],
  ["requester-locale", "fr"],
  ["expires-at", "tomorrow"],
])("is null when %s is what nobody of us wrote", (field, value) => {
  const written = writeAnnotations(annotationsOf(approved()));
  expect(readAnnotations({ ...written, [`karpor-access.io/${field}`]: value })).toBeNull();
});
