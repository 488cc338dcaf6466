/** Parses stored objects without loss: fields that a newer version wrote and this one does not know are written back. */
import { z } from "zod";

/** A loose object whose unknown fields the types do not show. */
export const kept = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> =>
  z.looseObject(shape) as unknown as z.ZodObject<Shape>;
