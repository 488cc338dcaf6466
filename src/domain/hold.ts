/** What holds back new grants, until it is over. Ends never wait for it. Pure. */
export interface Hold {
  /** The check's or the cause's name: the same while it lasts. */
  cause: string;
  message: string;
  /** What to do about it. */
  fix: string;
  /** Milliseconds since the epoch. */
  since: number;
}
