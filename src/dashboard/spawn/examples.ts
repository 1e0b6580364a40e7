/** A task to begin with. */
export interface Example {
  title: string;
  task: string;
}

/** For tools that think. */
const TASKS: Example[] = [
  {
    title: "Explain the project",
    task: "Read this project and explain it in a short message to human: what it is for, how it is built, where to begin reading, and what looks unfinished. Change nothing.",
  },
  {
    title: "Write missing tests",
    task: "Find the part of this project that matters most and is tested least. Write tests for it, in the style of those there are, and run them. When you find a bug, do not fix it: describe it in a message to human.",
  },
  {
    title: "Review with the others",
    task: "List the agents here and what each of them changes. Review their latest changes as a careful colleague: send each one a short message about what you would do differently, and why. Change no files yourself.",
  },
];

/** For what ships with Clustr and follows a list of steps. */
const SCRIPTS: Example[] = [
  {
    title: "Say hello",
    task: '[\n  {"say": "Hello from {{me}}"},\n  {"call": "send_message", "with": {"to": "human", "content": "I am here."}}\n]',
  },
  {
    title: "Write a file",
    task: '[\n  {"write": "hello.txt", "text": "Hello from {{me}}\\n"},\n  {"run": "cat hello.txt"}\n]',
  },
  {
    title: "Ask a question",
    task: '[\n  {"ask": "Which colour?", "options": ["green", "blue"], "as": "colour"},\n  {"say": "{{colour}} it is"}\n]',
  },
];

/** Three tasks that show what an agent of a service can be asked; `scripted`: it follows steps instead of thinking. */
export function examplesFor(scripted: boolean): Example[] {
  return scripted ? SCRIPTS : TASKS;
}
