/**
 * Screens Claude Code can open before its session begins, all of them avoided where it allows that. What is not in this
 * table is shown to the person; keys go only where `choose` names the row to take.
 */
export interface StartScreen {
  name: string;
  /** All must be found in the screen's text. */
  signs: RegExp[];
  /** `choose`: move to the row with this label and take it. `fail`: the agent cannot start; the remedy. `ask`: the person decides. */
  act: { choose: RegExp; why: string } | { fail: string } | { ask: string };
}

export const START_SCREENS: StartScreen[] = [
  {
    name: "first visit",
    signs: [/Choose the text style|Let's get started|Select login method/],
    act: {
      fail: "Claude Code wants to be set up first. Run `claude` once in a terminal, choose a theme and log in, then restart the agent.",
    },
  },
  {
    name: "no connection",
    signs: [/Unable to connect to Anthropic services/],
    act: { fail: "Claude Code cannot reach Anthropic's services. Check the network or proxy, then restart the agent." },
  },
  {
    name: "nothing to resume",
    signs: [/No conversation found with session ID/],
    act: { fail: "Claude Code no longer has this conversation. Restart the agent to run its task from the beginning." },
  },
  {
    name: "folder trust",
    signs: [/trust this folder/i, /No, exit/],
    act: { choose: /Yes, I trust this folder/, why: "opening the folder in Clustr was the person's consent" },
  },
  {
    name: "project server",
    signs: [/New MCP servers? found in this project/],
    act: {
      choose: /Continue without using (this|these) MCP servers?/,
      why: "code of the project runs only when the person approved it",
    },
  },
  {
    name: "API key",
    signs: [/Detected a custom API key in your environment/],
    act: { ask: "Claude Code asks whether to use the ANTHROPIC_API_KEY of the environment" },
  },
  {
    name: "no permissions",
    signs: [/Bypass Permissions mode/, /Yes, I accept/],
    act: { ask: "Claude Code asks you to accept that it runs without permissions" },
  },
];

/** The table's row for a screen, if it is a known one. */
export function startScreenOf(text: string): StartScreen | undefined {
  return START_SCREENS.find((screen) => screen.signs.every((sign) => sign.test(text)));
}
