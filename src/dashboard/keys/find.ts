import { listOf } from "../../contract/mail.ts";
import type { View } from "../../contract/view.ts";
import { showAgent } from "../agent/selected.ts";
import { byStanding, lineOf, standingOf } from "../agent/standing.ts";
import type { IconName } from "../controls/icon.tsx";
import { roomOf } from "../route/rooms.ts";
import { goToRoom } from "../shell/places.ts";
import { commands, printKeys } from "./command.ts";
import { fit } from "./fit.ts";

/** Something the palette offers. */
export interface Found {
  id: string;
  title: string;
  /** Beside the title, and searched too, but counting less. */
  about: string;
  icon: IconName;
  keys?: string;
  run: () => void;
}

type Kind = "command" | "agent" | "message" | "note";

const PREFIX: Record<string, Kind> = { ">": "command", "@": "agent", "/": "message", ":": "note" };
const MOST = 50;
/** Newest messages that are looked through. */
const MESSAGES = 500;

/** What fits what was typed, the best first. Nothing typed: agents, then commands. */
export function findAll(typed: string, view: View | undefined): Found[] {
  const kind = PREFIX[typed[0] ?? ""];
  const wanted = (kind ? typed.slice(1) : typed).trim().toLowerCase();
  const of = (one: Kind) => kind === undefined || kind === one;
  const all = [
    ...(of("agent") ? agents(view) : []),
    ...(of("command") ? runnable() : []),
    ...(of("note") ? notes(view) : []),
    ...(of("message") && (kind || wanted) ? messages(view) : []),
  ];
  if (!wanted) return all.slice(0, MOST);
  return all
    .flatMap((one) => {
      const score = Math.max(fit(one.title, wanted) * 2, fit(one.about, wanted));
      return score > 0 ? [{ one, score }] : [];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ one }) => one);
}

function runnable(): Found[] {
  return commands()
    .filter(({ keysOnly }) => !keysOnly)
    .reverse()
    .map(({ id, title, group, keys, run }) => ({
      id,
      title,
      about: group,
      icon: "command",
      run,
      ...(keys && { keys: printKeys(keys) }),
    }));
}

function agents(view: View | undefined): Found[] {
  const all = Object.values(view?.agents ?? {}).sort(byStanding);
  return all.map((agent) => ({
    id: agent.id,
    title: agent.name,
    about: `${standingOf(agent).word} · ${lineOf(agent)}`,
    icon: "agents",
    run: () => showAgent(agent, all),
  }));
}

function messages(view: View | undefined): Found[] {
  return (view ? listOf(view.messages) : [])
    .slice(-MESSAGES)
    .reverse()
    .map(({ id, from, to, content }) => ({
      id,
      title: content.split("\n", 1)[0] ?? "",
      about: `${from} to ${to}`,
      icon: "messages",
      run: () => goToRoom("messages", { message: id }),
    }));
}

function notes(view: View | undefined): Found[] {
  if (!roomOf("context")) return [];
  return Object.values(view?.context ?? {}).map(({ key, value }) => ({
    id: `note ${key}`,
    title: key,
    about: value.slice(0, 200),
    icon: "context",
    run: () => goToRoom("context", { key }),
  }));
}

/** Files of the project, for a palette in which `#…` was typed. */
export function filesFound(paths: string[]): Found[] {
  const [param = "path"] = roomOf("files")?.params ?? [];
  return paths.map((path) => ({
    id: `file ${path}`,
    title: path.split("/").at(-1) ?? path,
    about: path,
    icon: "file",
    run: () => goToRoom("files", { [param]: path }),
  }));
}
