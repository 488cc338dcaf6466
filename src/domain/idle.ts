/** Access that nobody uses: after how long its holder is asked whether they still need it, and what was asked. Pure. */
import { z } from "zod";
import { Duration, MINUTE } from "./duration.ts";

/** Of a role, in ms. `release`: where nobody answers and nobody uses it, it ends. */
export const IdleTerms = z.union(
  [
    Duration.transform((after) => ({ after, release: false })),
    z
      .strictObject({
        after: Duration.describe("Without use for so long its holder is asked."),
        release: z.literal(true).optional().describe("Where nobody answers and nobody uses it, it ends."),
      })
      .transform(({ after, release = false }) => ({ after, release })),
  ],
  { error: "must be a duration such as 2h, or {after: 2h, release: true}" },
);
export type IdleTerms = z.infer<typeof IdleTerms>;

const Ms = z.number().int();

/** `over`: it is asked no more, whatever the answer would be. */
const Question = z.object({
  at: Ms,
  /** No use was reported for so long. */
  after: Ms,
  release: z.boolean(),
  /** When it was seen to stand where its holder reads that it ends. */
  toldAt: Ms.optional(),
  was: z.enum(["open", "kept", "used", "over"]),
});
export type Question = z.infer<typeof Question>;

/** `from`: since when no use of it is known, where that is not since it is active; `asked`: the last question. */
export const Idle = z.object({ from: Ms, asked: Question.optional() });
export type Idle = z.infer<typeof Idle>;

/** So long after its holder was told. */
export const RELEASED_AFTER_MS = 15 * MINUTE;
