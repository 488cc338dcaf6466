/** Words of the configuration's own, in both languages. Pure. */
import { z } from "zod";

const Line = z.string().min(1).max(200);
export const Bilingual = z.strictObject({
  en: Line.describe("In English."),
  zh: Line.describe("In Chinese."),
});
export type Bilingual = z.infer<typeof Bilingual>;
