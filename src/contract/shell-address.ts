const MARK = "shell:";

/** What a socket attaches to: agents have their names, which hold no colon, shells this. */
export function shellAddress(id: string): string {
  return MARK + id;
}

/** The shell an address means; undefined when it is an agent's name. */
export function shellOf(address: string): string | undefined {
  return address.startsWith(MARK) ? address.slice(MARK.length) : undefined;
}
