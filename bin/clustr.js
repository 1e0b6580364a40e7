#!/usr/bin/env node
"use strict";
/*
 * The first lines of Clustr to run, on whatever Node the machine has. Everything up to `run` is written so that Node 12
 * can read it: no `??`, no `?.`, no `node:` imports; the folder's package.json makes it CommonJS for the same reason.
 */
var path = require("path");
var fs = require("fs");

/** The first with Node-API 10: with less, SQLite's package does not fail, it crashes. Node 23 has it from 23.6 on. */
var NEED = [22, 14];
var root = path.join(__dirname, "..");
var main = path.join(root, "dist", "cli", "main.js");

if (isEnough(process.version)) run();
else {
  var own = ownNode();
  if (own) hand(own);
  else explain();
}

/** Loads the program itself. */
function run() {
  if (!fs.existsSync(main)) {
    process.stderr.write(
      "Clustr is not built yet: " + main + " is missing.\nIn a clone of the repository run: npm start\n",
    );
    process.exit(1);
  }
  import(require("url").pathToFileURL(main).href).catch(function (error) {
    process.stderr.write("Clustr could not start: " + (error && error.stack ? error.stack : error) + "\n");
    process.exit(1);
  });
}

/** @param {string} version such as "v20.20.2" */
function isEnough(version) {
  var parts = version.slice(1).split(".").map(Number);
  if (parts[0] === 23) return parts[1] >= 6;
  return parts[0] > NEED[0] || (parts[0] === NEED[0] && parts[1] >= NEED[1]);
}

/** The Node that `npm start` installed into this clone, if it did. */
function ownNode() {
  var names = ["node-", "node-bin-"];
  for (var i = 0; i < names.length; i++) {
    var file = path.join(
      root,
      "tools",
      "node",
      "node_modules",
      names[i] + process.platform + "-" + process.arch,
      "bin",
      "node",
    );
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

/** Runs this very file again with another Node, as if it were this process: same terminal, signals, exit code. */
function hand(node) {
  var child = require("child_process").spawn(node, [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      // A terminal sends Ctrl-C to parent and child alike; passing it on as well would count as pressing it twice.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    process.stderr.write(
      "Clustr could not run " +
        node +
        ": " +
        error.message +
        "\nRemove tools/node/node_modules and run npm start again.\n",
    );
    process.exit(1);
  });
  child.on("exit", function (code, signal) {
    if (signal === null) process.exit(code === null ? 1 : code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function explain() {
  process.stderr.write(
    [
      "",
      "  Clustr needs a newer Node.js.",
      "",
      "    found   " + process.version.slice(1) + "   (" + process.execPath + ")",
      "    needed  " + NEED.join(".") + " or newer",
      "",
      "  Three ways on:",
      "",
      "    1. Only for Clustr, without touching what is installed:",
      "         npx -y -p node@24 -p clustr -c clustr",
      "    2. With a version manager:",
      "         nvm install 24 && nvm use 24      (or: fnm install 24 && fnm use 24)",
      "    3. With your system's packages, or from https://nodejs.org",
      "",
      "",
    ].join("\n"),
  );
  process.exit(1);
}
