/** Parses stored objects and keeps unknown fields, which a newer version may have written. */
import { z } from "zod";

export const kept = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> =>
  z.looseObject(shape) as unknown as z.ZodObject<Shape>;
