/** What an operator should know of, until it is over: it holds back new grants, or is a notice. Ends never wait for it. Pure. */
export interface Hold {
  /** The check's or the cause's name: the same while it lasts. */
  cause: string;
  message: string;
  /** What to do about it. */
  fix: string;
  /** Milliseconds since the epoch. */
  since: number;
  /** It holds nothing back. */
  notice?: true;
}
