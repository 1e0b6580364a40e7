/** Where an attack is aimed, and what it would have done. */
export interface Aim {
  /** Origin of the server, e.g. `http://127.0.0.1:3100`. */
  target: string;
  workspace: string;
}

/** What one attempt brought the page: what it could read, empty when nothing. */
export type Loot = Record<string, string>;

/**
 * Runs inside a hostile page, so it is handed over as text: everything a page can send to a server of this machine, each
 * attempt under its own name in the request's address, so that a server that lets it in can tell. Resolves with what the
 * page could read of the answers.
 */
export const ATTACK = `async ({ target, workspace }) => {
  const loot = {};
  const at = (name, path = "/api/workspaces/" + workspace + "/messages") => target + path + "?try=" + name;
  const late = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 2500))]);
  const body = JSON.stringify({ to: "all", content: "from a hostile page" });
  const read = async (name, init, path) => {
    const response = await fetch(at(name, path), { credentials: "include", ...init });
    loot[name] = response.type === "opaque" ? "" : response.status + " " + (await response.text()).slice(0, 200);
  };
  const load = (name, tag, attribute, path) =>
    new Promise((resolve) => {
      const element = document.createElement(tag);
      element.onload = () => { loot[name] = "loaded"; resolve(); };
      element.onerror = resolve;
      if (tag === "link") element.rel = "stylesheet";
      element[attribute] = at(name, path);
      document.body.append(element);
    });
  const frame = (name) => {
    const element = document.createElement("iframe");
    element.name = name;
    document.body.append(element);
    return element;
  };
  const attempts = {
    fetch: () => read("fetch", {}),
    "fetch-api": () => read("fetch-api", {}, "/api"),
    "no-cors": () => read("no-cors", { mode: "no-cors" }),
    "no-cors-post": () => read("no-cors-post", { mode: "no-cors", method: "POST", body }),
    "plain-post": () => read("plain-post", { method: "POST", body, headers: { "content-type": "text/plain" } }),
    "json-post": () => read("json-post", { method: "POST", body, headers: { "content-type": "application/json" } }),
    mcp: () => read("mcp", { method: "POST", body: "{}", mode: "no-cors" }, "/mcp"),
    hooks: () => read("hooks", { method: "POST", body: "{}", mode: "no-cors" }, "/hooks/Stop"),
    beacon: async () => void navigator.sendBeacon(at("beacon"), new Blob([body], { type: "text/plain" })),
    image: () => load("image", "img", "src", "/api"),
    script: () => load("script", "script", "src", "/theme.js"),
    style: () => load("style", "link", "href", "/api"),
    "event-source": () =>
      new Promise((resolve) => {
        const source = new EventSource(at("event-source"), { withCredentials: true });
        source.onopen = source.onmessage = () => { loot["event-source"] = "opened"; resolve(); };
        source.onerror = () => { source.close(); resolve(); };
      }),
    socket: () =>
      new Promise((resolve) => {
        const socket = new WebSocket(at("socket", "/ws").replace("http", "ws"), ["clustr"]);
        socket.onopen = () => {
          loot.socket = "opened";
          socket.send(JSON.stringify({ type: "hello", protocol: 2, workspace }));
          setTimeout(resolve, 300);
        };
        socket.onmessage = ({ data }) => (loot.socket = String(data).slice(0, 200));
        socket.onerror = socket.onclose = resolve;
      }),
    "form-post": () =>
      new Promise((resolve) => {
        const inner = frame("form-post");
        inner.onload = resolve;
        const form = document.createElement("form");
        Object.assign(form, { method: "POST", enctype: "text/plain", target: "form-post", action: at("form-post") });
        const field = document.createElement("input");
        // As text/plain this is JSON: {"to":"all","content":"=x"}
        Object.assign(field, { name: '{"to":"all","content":"', value: 'x"}' });
        form.append(field);
        document.body.append(form);
        form.submit();
      }),
    iframe: () =>
      new Promise((resolve) => {
        const inner = frame("iframe");
        inner.onload = () => {
          try {
            loot.iframe = inner.contentDocument?.body.innerText ?? "";
          } catch {}
          resolve();
        };
        inner.src = at("iframe", "/");
      }),
    opener: async () => {
      const other = window.open(at("opener", "/"));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      try {
        loot.opener = other?.document.body.innerText ?? "";
      } catch {}
    },
  };
  await Promise.all(Object.values(attempts).map((attempt) => late(attempt().catch(() => {}))));
  return { tried: Object.keys(attempts), loot: Object.fromEntries(Object.entries(loot).filter(([, got]) => got !== "")) };
}`;
