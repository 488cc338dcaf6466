/** A moment as evidence says it: UTC, to the millisecond. Pure. */
export const time = (ms: number): string => new Date(ms).toISOString();
