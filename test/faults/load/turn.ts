/** What a client does, over and over, until the load stops: one call, or nothing. */
export type Turn = () => Promise<void>;
