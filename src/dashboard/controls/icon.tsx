import "./icon.css";

/** Drawn on a grid of 16, lines 1.5 wide. A path that begins with `!` is filled. */
const PATHS = {
  agents: "M8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M3 13.5c0-2.5 2-4 5-4s5 1.5 5 4",
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.3v.2",
  attach: "M12.5 7.5 8 12a2.8 2.8 0 0 1-4-4l5-5a1.9 1.9 0 0 1 2.7 2.7L7 10.4",
  back: "M9.5 3.5 5 8l4.5 4.5",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM6.5 14h3",
  changes: "M8 2.5v6M5 5.5h6M5 13h6",
  check: "m3 8.5 3.5 3.5L13 4.5",
  close: "m4 4 8 8M12 4l-8 8",
  command: "m5.5 3.5 4.5 4.5-4.5 4.5",
  context: "M3 3h10v10H3zM5.5 6h5M5.5 8.5h5M5.5 11h3",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  down: "m4 6 4 4 4-4",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  files: "M2.5 4h4l1.2 1.5h5.8v7h-11z",
  graph:
    "M4 4.5m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M12 5.5m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M7 12m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M5.5 4.7l5 .6M4.6 6l1.8 4.6M11.3 6.9 8 10.8",
  "grid-1": "M2.5 3h11v10h-11z",
  "grid-2": "M2.5 3h11v10h-11zM8 3v10",
  "grid-2r": "M2.5 3h11v10h-11zM2.5 8h11",
  "grid-4": "M2.5 3h11v10h-11zM8 3v10M2.5 8h11",
  "grid-6": "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10M2.5 8h11",
  grid: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
  help: "M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1v.3M8 11.6v.2M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8",
  inbox: "M2.5 9V12.5h11V9M2.5 9 4.5 3h7l2 6M2.5 9h3.2c.3 1.2 1.2 2 2.3 2s2-.8 2.3-2h3.2",
  interrupt: "M5.5 3.5v9M10.5 3.5v9",
  left: "M2.5 3h11v10h-11zM6.5 3v10",
  menu: "!M8 2.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4M8 6.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4M8 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4",
  messages: "M2.5 3h11v8H7l-3 2.5V11H2.5z",
  moon: "M12.8 9.8A5.3 5.3 0 0 1 6.2 3.2a5.3 5.3 0 1 0 6.6 6.6z",
  more: "!M2.8 8a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 0 0-2.4 0M6.8 8a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 0 0-2.4 0M10.8 8a1.2 1.2 0 1 0 2.4 0 1.2 1.2 0 0 0-2.4 0",
  open: "M9 3h4v4M13 3 7.5 8.5M7 4H3v9h9V9",
  plus: "M8 3v10M3 8h10",
  remove: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9",
  restart: "M12.5 8A4.5 4.5 0 1 1 11 4.6M11.2 2v2.8H8.4",
  resume: "M5 3.5 12 8l-7 4.5z",
  right: "M2.5 3h11v10h-11zM9.5 3v10",
  rules: "M4 2.5h8v11H4zM6.5 5.5h3M6.5 8h3M6.5 10.5h3",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4M10.2 10.2l3.3 3.3",
  send: "M13.5 2.5 2.5 7l4.2 2.3L9 13.5zM6.7 9.3l3-3",
  spawning: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  stop: "M4 4h8v8H4z",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  system: "M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3",
  terminal: "M2.5 3h11v10h-11zM5 6l2 2-2 2M8.5 10.5H11",
  timeline: "M3.5 3v10M3.5 5h6M3.5 8h9M3.5 11h4",
  why: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 7.3v4M8 4.7v.2",
} as const;

export type IconName = keyof typeof PATHS;

/** A small drawing beside words, or inside a control that has a name of its own. Never the only bearer of meaning. */
export function Icon({ name }: { name: IconName }) {
  const path = PATHS[name];
  const filled = path.startsWith("!");
  return (
    <svg className={filled ? "icon icon-filled" : "icon"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={filled ? path.slice(1) : path} />
    </svg>
  );
}
