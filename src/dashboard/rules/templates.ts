/** Rules to begin with. */
export interface Template {
  title: string;
  about: string;
  text: string;
}

export const TEMPLATES: Template[] = [
  {
    title: "Work side by side",
    about: "Who takes which files, and how to tell each other",
    text: `# Working side by side

- Before you edit, look who else is here (list_agents) and what they work on.
- Say which files you take: write_context with the key \`files/<your name>\`.
- Never edit a file another agent has taken. Ask its owner by message.
- When you freeze an interface that others use, write it into the shared context.
- When you are done, tell everybody in two sentences what changed and how to check it.
`,
  },
  {
    title: "Careful with the code",
    about: "Small changes, tests first, nothing behind anybody's back",
    text: `# Careful with the code

- Read before you write: follow the style of the file you are in.
- Small steps. Run the tests after each one; never leave them red.
- A bug fix begins with a test that fails because of the bug.
- No new dependencies, no reformatting of lines you did not change.
- Do not commit, push or delete branches. The person does that.
`,
  },
  {
    title: "Ask rather than guess",
    about: "When to stop and ask the person",
    text: `# Ask rather than guess

Ask the person, with one short question and the answer you suggest, before you

- delete files or data, or run anything that cannot be taken back;
- change what users see, a public interface, or a file format;
- spend more than ten minutes on something the task does not mention.

Otherwise decide, and say in your last message what you decided.
`,
  },
];
