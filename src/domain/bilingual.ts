/** Words of the configuration's own, in both languages. Pure. */
import { z } from "zod";

const Line = z.string().min(1).max(200);
export const Bilingual = z.strictObject({ en: Line, zh: Line });
export type Bilingual = z.infer<typeof Bilingual>;
