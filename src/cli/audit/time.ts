/** A moment as verify and report print it: minutes, in UTC. */
export const utcTime = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
