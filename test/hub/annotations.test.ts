import fc from "fast-check";
import { expect, it } from "vitest";
import { MINUTE } from "../../src/domain/duration.ts";
import {
  annotationsOf,
  readAnnotations,
  readExpiry,
  writeAnnotations,
} from "../../src/hub/grants/annotations.ts";
import { approved } from "./requests.ts";

it("reads back what it wrote, whatever people typed", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  const when = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(
      text,
      text,
      when,
      fc.option(when, { nil: undefined }),
      when,
      fc.option(when, { nil: undefined }),
      fc.constantFrom("dm" as const, "reveal" as const, undefined),
      fc.option(fc.integer({ min: 1, max: 8760 * 60 }), { nil: undefined }),
      fc.constantFrom("key", undefined),
      (reason, name, approvedAt, startsAt, expiresAt, tokenExpiresAt, delivery, minutes, signedBy) => {
        const tokenMessage = { channel: "D0BOB", ts: "1795341600.000123" };
        const duration = minutes && minutes * MINUTE;
        const times = { approvedAt, startsAt, expiresAt, tokenExpiresAt, duration };
        const notes = { ...annotationsOf(approved()), reason, ...times, delivery, tokenMessage, signedBy };
        notes.requester.name = name;
        expect(readAnnotations(writeAnnotations(notes))).toEqual(notes);
      },
    ),
  );
});

it("ends on time also where nobody can read when it was to begin", () => {
  const written = writeAnnotations(annotationsOf(approved({ startsAt: 1_795_341_600_000 })));
  const read = readAnnotations({ ...written, "karpor-access.io/starts-at": "tonight" });
  expect(read).toMatchObject({ startsAt: undefined, expiresAt: approved().expiresAt });
});

it("says that nobody approved when policy did", () => {
  const { decision } = approved();
  expect(annotationsOf(approved({ decision: { ...decision, by: "policy" } })).approvedBy).toBe("policy");
});

it("reads a place of the token's message that nobody of us wrote as none", () => {
  const written = writeAnnotations(annotationsOf(approved()));
  for (const place of ["D0BOB", "D0BOB/", "<!channel>/1.2", "D0BOB/1/2"])
    expect(readAnnotations({ ...written, "karpor-access.io/token-message": place })).toMatchObject({
      reason: approved().reason,
      tokenMessage: null,
    });
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

it("tells the end whatever else cannot be read, and only where it is a time", () => {
  const written = writeAnnotations(annotationsOf(approved()));
  const at = "karpor-access.io/expires-at";
  expect(readExpiry({ ...written, "karpor-access.io/requester-locale": "fr" })).toBe(approved().expiresAt);
  expect(readExpiry({ [at]: written[at] ?? "" })).toBe(approved().expiresAt);
  expect(readExpiry({ ...written, [at]: "tomorrow" })).toBeNull();
  expect(readExpiry({})).toBeNull();
});
