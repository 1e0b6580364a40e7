import { randomBytes, randomUUID } from "node:crypto";
import { access, chmod, link, mkdir, open, readFile, readdir, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { isAbsolute, join } from "node:path";
import { closeSync, constants, openSync, readFileSync, readSync, readdirSync, writeSync } from "node:fs";
import { createServer as createServer$1, request } from "node:http";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { spawn } from "@lydell/node-pty";
// dist/terminal/host/processes.js
/** Name of the environment variable that marks everything started in a terminal: `<host epoch>:<terminal id>`. */
var TAG = "CLUSTR_TERMINAL";
/** The process with this pid, or undefined when there is none or it is dead and only waits to be reaped. */
function processOf(pid) {
	let stat;
	try {
		stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	} catch {
		return;
	}
	const [state, parent, , session, ...more] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const start = more[15];
	if (start === void 0 || state === "Z" || state === "X") return void 0;
	return {
		pid,
		parent: Number(parent),
		session: Number(session),
		start
	};
}
/** Start time of a living process. */
function startOf(pid) {
	return processOf(pid)?.start;
}
/** Every living process. */
function processes() {
	return readdirSync("/proc").flatMap((name) => /^\d+$/.test(name) ? processOf(Number(name)) ?? [] : []);
}
/** The terminal tag a process was started with; undefined when it has none or belongs to another user. */
function tagOf(pid) {
	let environment;
	try {
		environment = readFileSync(`/proc/${pid}/environ`, "latin1");
	} catch {
		return;
	}
	return environment.split("\0").find((entry) => entry.startsWith(`${TAG}=`))?.slice(16);
}
/** Signals exactly this process, never a later one that was given its pid. */
function signal(target, name) {
	if (startOf(target.pid) !== target.start) return;
	try {
		process.kill(target.pid, name);
	} catch {}
}
// dist/terminal/generation.js
/** The hosts' folder in a home: their records, their log, and `terminals/` with a record of each terminal. */
function hostFolder(home) {
	return join(home, "host");
}
/** Makes a folder only its owner can enter. */
async function privateFolder(path) {
	await mkdir(path, {
		recursive: true,
		mode: 448
	});
	await chmod(path, 448);
}
/** Every recorded host, living or not, newest first. */
async function readHosts(home) {
	const names = await readdir(hostFolder(home)).catch(() => []);
	return (await Promise.all(names.filter((name) => /^\d+\.json$/.test(name)).map(async (name) => {
		try {
			return [JSON.parse(await readFile(join(hostFolder(home), name), "utf8"))];
		} catch {
			return [];
		}
	}))).flat().sort((a, b) => b.generation - a.generation);
}
/** Whether a host still lives. A stopped or overloaded one does; only a refused connection or another process proves the opposite. */
async function isAlive(record) {
	return (startOf(record.pid) ?? "") === record.start && await answers(record.socket);
}
function answers(socket) {
	return new Promise((resolve) => {
		const probe = createConnection(socket);
		const settle = (alive) => {
			clearTimeout(timer);
			probe.destroy();
			resolve(alive);
		};
		const timer = setTimeout(() => settle(true), 2e3);
		probe.once("connect", () => settle(true));
		probe.once("error", (error) => settle(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"));
	});
}
/**
* Records a host that is ready to serve, under the next free generation. Undefined when a living host of the same version
* is there already: the caller should end. Numbers are claimed by an exclusive link, so two hosts starting at once cannot
* both win, and no record is ever replaced.
*/
async function claimGeneration(home, host) {
	const folder = hostFolder(home);
	for (;;) {
		const others = await readHosts(home);
		for (const other of others) if (other.version === host.version && other.protocol === host.protocol && await isAlive(other)) return void 0;
		const record = {
			...host,
			generation: (others[0]?.generation ?? 0) + 1
		};
		const draft = join(folder, `${host.epoch}.draft`);
		await writeFile(draft, JSON.stringify(record), { mode: 384 });
		try {
			await link(draft, join(folder, `${record.generation}.json`));
			return record;
		} catch (error) {
			if (error.code !== "EEXIST") throw error;
		} finally {
			await unlink(draft);
		}
	}
}
/** Removes a host's record and socket. Only for one's own, or one that `isAlive` says is dead. */
async function dropGeneration(home, record) {
	await rm(record.socket, { force: true });
	await rm(join(hostFolder(home), `${record.generation}.json`), { force: true });
}
/** Bytes of output a follower may have unacknowledged before the host waits for it. */
var WINDOW$1 = 1048576;
var JSON_FRAME = 0;
var OUTPUT = 1;
var INPUT = 2;
var ACK = 3;
var HEADER = 5;
function framed(type, ...parts) {
	const header = Buffer.alloc(HEADER);
	const frame = Buffer.concat([header, ...parts]);
	frame.writeUInt32BE(frame.length - 4, 0);
	frame.writeUInt8(type, 4);
	return frame;
}
function position(stream, offset) {
	const out = Buffer.alloc(12);
	out.writeUInt32BE(stream, 0);
	out.writeBigUInt64BE(BigInt(offset), 4);
	return out;
}
function encodeJson(value) {
	return framed(JSON_FRAME, Buffer.from(JSON.stringify(value)));
}
function encodeOutput(stream, offset, bytes) {
	return framed(OUTPUT, position(stream, offset), bytes);
}
function decode(frame) {
	const body = frame.subarray(1);
	switch (frame.readUInt8(0)) {
		case JSON_FRAME: return {
			type: "json",
			value: JSON.parse(body.toString())
		};
		case OUTPUT: return {
			type: "output",
			stream: body.readUInt32BE(0),
			offset: Number(body.readBigUInt64BE(4)),
			bytes: body.subarray(12)
		};
		case INPUT: {
			const name = body.readUInt16BE(4);
			return {
				type: "input",
				request: body.readUInt32BE(0),
				id: body.toString("utf8", 6, 6 + name),
				bytes: body.subarray(6 + name)
			};
		}
		case ACK: return {
			type: "ack",
			stream: body.readUInt32BE(0),
			offset: Number(body.readBigUInt64BE(4))
		};
		default: throw new Error(`unknown frame type ${frame.readUInt8(0)}`);
	}
}
/**
* Cuts a byte stream back into frames, however it was split on the way. Give it each piece as it arrives; it calls
* `onFrame` for every complete one, and throws when the peer speaks something else (then drop the connection).
*/
function frameReader(onFrame) {
	let pieces = [];
	let have = 0;
	return (piece) => {
		pieces.push(piece);
		have += piece.length;
		while (have >= HEADER) {
			const head = pieces[0] && pieces[0].length >= 4 ? pieces[0] : Buffer.concat(pieces);
			if (head !== pieces[0]) pieces = [head];
			const length = head.readUInt32BE(0);
			if (length < 1 || length > 4194304) throw new Error(`frame of ${length} bytes`);
			if (have < 4 + length) return;
			const all = pieces.length === 1 ? head : Buffer.concat(pieces);
			const rest = all.subarray(4 + length);
			pieces = rest.length > 0 ? [rest] : [];
			have = rest.length;
			onFrame(decode(all.subarray(4, 4 + length)));
		}
	};
}
// dist/contract/error.js
/** HTTP status and process exit code of each failure. */
var FAILURES = {
	invalid: {
		http: 400,
		exit: 2
	},
	unauthenticated: {
		http: 401,
		exit: 3
	},
	forbidden: {
		http: 403,
		exit: 3
	},
	not_found: {
		http: 404,
		exit: 4
	},
	conflict: {
		http: 409,
		exit: 5
	},
	too_large: {
		http: 413,
		exit: 2
	},
	limited: {
		http: 429,
		exit: 6
	},
	unavailable: {
		http: 503,
		exit: 7
	},
	internal: {
		http: 500,
		exit: 1
	}
};
/**
* The one error class of Clustr. The message says what happened, what was kept and what to do.
* Test by `code`, never by `instanceof`: the class is rebuilt on the far side of the wire.
*/
var ClustrError = class extends Error {
	code;
	details;
	constructor(code, message, more = {}) {
		super(message, more.cause === void 0 ? void 0 : { cause: more.cause });
		this.name = "ClustrError";
		this.code = code;
		this.details = more.details;
	}
};
/** Anything thrown, as a failure for the wire. Unknown errors keep their text out of it: it may hold paths or secrets. */
function toFailure(error) {
	if (error instanceof Error && error.name === "ClustrError") {
		const { code, message, details } = error;
		return details === void 0 ? {
			code,
			message
		} : {
			code,
			message,
			details
		};
	}
	return {
		code: "internal",
		message: "Clustr failed inside; nothing acknowledged was lost. The server's log has the details."
	};
}
// dist/terminal/host/door-limits.js
var DOOR_LIMITS = {
	requestBytes: 2097152,
	answerBytes: 16777216,
	heldBytes: 67108864,
	requests: 256,
	connections: 512,
	patienceMs: 6e5,
	retryMs: 100
};
/** A counted allowance of bytes: the sum of everything the door keeps in memory. */
var Memory = class {
	#free;
	constructor(bytes) {
		this.#free = bytes;
	}
	/** Bytes left. */
	get free() {
		return this.#free;
	}
	hold() {
		return new Hold((bytes) => {
			if (bytes > this.#free) return false;
			this.#free -= bytes;
			return true;
		});
	}
};
/** One holder's share of a `Memory`. */
var Hold = class {
	#bytes = 0;
	#take;
	constructor(take) {
		this.#take = take;
	}
	/** Counts `bytes` in, or says false when there is no room for them. */
	take(bytes) {
		if (!this.#take(bytes)) return false;
		this.#bytes += bytes;
		return true;
	}
	/** Gives everything back; harmless when repeated. */
	release() {
		this.#take(-this.#bytes);
		this.#bytes = 0;
	}
};
// dist/terminal/host/door-upstream.js
/**
* Sends an ask to the server's socket once. Waits for the answer without limit: a permission may be answered after
* hours. Every try has a connection of its own, so that a stale one is never taken for a lost answer. The server must
* frame its answers by length or chunks, as Node does: an answer that ends with the connection would look complete when cut.
*/
function sendOnce(target, ask, limits, memory, signal) {
	return new Promise((resolve) => {
		let reached = false;
		const hold = memory.hold();
		const headers = [
			...ask.headers,
			"connection",
			"keep-alive"
		];
		const upstream = request({
			socketPath: target,
			method: ask.method,
			path: ask.path,
			headers,
			agent: false,
			signal
		});
		const settle = (outcome) => {
			if (outcome.type !== "answered") hold.release();
			resolve(outcome);
		};
		const unusable = (problem) => {
			settle({
				type: "unusable",
				problem
			});
			upstream.destroy();
		};
		upstream.on("socket", (socket) => socket.once("connect", () => reached = true));
		upstream.on("error", (error) => {
			if (error.code?.startsWith("HPE_")) return unusable(`The server's answer is not HTTP (${error.code}).`);
			settle({
				type: "broken",
				reached,
				cause: error.code ?? error.message
			});
		});
		upstream.on("response", (response) => {
			response.on("error", (error) => settle({
				type: "broken",
				reached,
				cause: error.code ?? error.message
			}));
			if (response.headers["content-type"]?.startsWith("text/event-stream")) return settle({
				type: "streaming",
				response
			});
			const chunks = [];
			let size = 0;
			response.on("data", (chunk) => {
				size += chunk.length;
				if (size > limits.answerBytes) return unusable(`The answer is larger than ${limits.answerBytes} bytes; ask for less at once.`);
				if (!hold.take(chunk.length)) return unusable("The agents' door holds too much for this answer just now.");
				chunks.push(chunk);
			});
			response.on("end", () => settle(response.complete ? {
				type: "answered",
				response,
				body: Buffer.concat(chunks),
				hold
			} : {
				type: "broken",
				reached,
				cause: "cut"
			}));
		});
		upstream.end(ask.body);
	});
}
/** Looks whether the server is back: one look at a time, however many requests wait for it. */
var ServerReturn = class {
	#waiting = /* @__PURE__ */ new Set();
	#target;
	#everyMs;
	#log;
	#awaySince = 0;
	constructor(target, everyMs, log) {
		this.#target = target;
		this.#everyMs = everyMs;
		this.#log = log;
	}
	/** Resolves when the server accepts connections again, after `limitMs`, or when the signal aborts: look which. */
	wait(limitMs, signal) {
		return new Promise((resolve) => {
			if (signal.aborted) return resolve();
			const done = () => {
				clearTimeout(timer);
				signal.removeEventListener("abort", done);
				this.#waiting.delete(done);
				resolve();
			};
			const timer = setTimeout(done, limitMs);
			signal.addEventListener("abort", done, { once: true });
			this.#waiting.add(done);
			if (this.#waiting.size === 1 && this.#awaySince === 0) {
				this.#awaySince = performance.now();
				this.#log("the server is away; requests are held");
				this.#lookLater();
			}
		});
	}
	#lookLater() {
		setTimeout(() => {
			if (this.#waiting.size === 0) return void (this.#awaySince = 0);
			const look = createConnection(this.#target);
			look.once("error", () => this.#lookLater());
			look.once("connect", () => {
				look.destroy();
				this.#log("the server is back", {
					awayMs: Math.round(performance.now() - this.#awaySince),
					held: this.#waiting.size
				});
				this.#awaySince = 0;
				for (const wake of this.#waiting) wake();
			});
		}, this.#everyMs);
	}
};
// dist/terminal/host/door-relay.js
/** A connection that held this long before it broke was healthy: the trouble, if any, is new. */
var HEALTHY_MS = 3e4;
/** Breaks in a row after which the next try is delayed more and more: the request itself may be what ends the server. */
var PATIENT_TRIES = 5;
var LONGEST_PAUSE_MS = 2e3;
/**
* Sends an ask until it has an answer: again with the same identity whenever the connection broke first. Gives the last
* `broken` outcome when the server was away, or kept breaking, for `patienceMs`, or when the signal aborts.
*/
async function relay(target, ask, limits, memory, server, signal) {
	let troubleSince;
	let breaks = 0;
	for (;;) {
		const started = performance.now();
		const outcome = await sendOnce(target, ask, limits, memory, signal);
		if (outcome.type !== "broken" || signal.aborted) return outcome;
		if (performance.now() - started > HEALTHY_MS) {
			troubleSince = void 0;
			breaks = 0;
		}
		if (outcome.reached) breaks++;
		troubleSince ??= performance.now();
		const left = () => limits.patienceMs - (performance.now() - (troubleSince ?? 0));
		if (breaks > PATIENT_TRIES) {
			const longer = Math.min(LONGEST_PAUSE_MS, limits.retryMs * 2 ** (breaks - PATIENT_TRIES));
			await setTimeout$1(Math.min(longer, Math.max(0, left())), void 0, { signal }).catch(() => void 0);
		}
		if (left() <= 0) return outcome;
		await server.wait(left(), signal);
		if (signal.aborted || left() <= 0) return outcome;
	}
}
// dist/terminal/host/door-request.js
/** The header under which a request keeps its identity when it is sent again. Only the door sets it. */
var REQUEST_ID = "x-clustr-request";
/** Headers that speak of one connection, not of the request (RFC 9110, 7.6.1). */
var HOP_BY_HOP = /* @__PURE__ */ new Set([
	"connection",
	"keep-alive",
	"proxy-connection",
	"proxy-authenticate",
	"proxy-authorization",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"expect"
]);
/** Origin-form only: an absolute or `//` target would name another host than the Host header does. */
var TARGET = /^\/(?!\/)[\x21\x22\x24-\x5b\x5d-\x7e]*$/;
/** Why a request is refused before anything else looks at it, or undefined when it is well formed. */
function malformed(request) {
	if (request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length !== 1) return {
		status: 400,
		problem: "A request needs exactly one Host header."
	};
	if (!TARGET.test(request.url ?? "")) return {
		status: 400,
		problem: "The request target must be a plain path beginning with one '/'."
	};
	if (request.headers.upgrade !== void 0) return {
		status: 501,
		problem: "The agents' door speaks plain HTTP; it does not upgrade connections."
	};
}
/** Headers that may pass on, as name, value, name, value…; those of one connection and those in `without` are left out. */
function endToEnd(raw, without) {
	const dropped = /* @__PURE__ */ new Set([...HOP_BY_HOP, ...without]);
	for (const [name, value] of pairs(raw)) if (name.toLowerCase() === "connection") for (const token of value.split(",")) dropped.add(token.trim().toLowerCase());
	dropped.delete("host");
	return pairs(raw).flatMap(([name, value]) => dropped.has(name.toLowerCase()) ? [] : [name, value]);
}
function pairs(raw) {
	return raw.flatMap((name, at) => at % 2 === 0 ? [[name, raw[at + 1] ?? ""]] : []);
}
/** The headers an agent's request goes on with: its own, one length and its identity. */
function forwardHeaders(request, id, length) {
	const hasBody = request.headers["content-length"] !== void 0 || request.headers["transfer-encoding"] !== void 0;
	const headers = endToEnd(request.rawHeaders, ["content-length", REQUEST_ID]);
	if (hasBody) headers.push("content-length", String(length));
	headers.push(REQUEST_ID, id);
	return headers;
}
/**
* Reads a body whole. What is too large, or finds no room, is read to its end and thrown away, so that the agent is able
* to read why it was refused. Rejects when the agent hangs up.
*/
async function readBody(request, limits, hold) {
	let chunks = [];
	let size = 0;
	let refused;
	for await (const chunk of request) {
		size += chunk.length;
		if (size > limits.requestBytes) refused = "too_large";
		else if (!refused && !hold.take(chunk.length)) refused = "no_room";
		if (!refused) chunks.push(chunk);
		else if (chunks.length > 0) {
			chunks = [];
			hold.release();
		}
	}
	return refused ?? Buffer.concat(chunks);
}
// dist/terminal/host/door.js
/** Longer than any HTTP client keeps an idle connection, so that none is closed under a request on its way. */
var IDLE_MS = 6e5;
/**
* Opens the agents' door: an HTTP address on loopback that outlives the server. It takes whole requests, gives each an
* identity (`x-clustr-request`) and relays it to the server's socket; while the server is away, or when it dies before
* its answer is complete, the request is held and sent again under the same identity, so that a restart never shows in
* an agent. Answers are passed on complete, event streams as they come. It authorises nothing; that is the server's.
* Rejects with `conflict` when the port is taken.
*/
async function openDoor(options) {
	const limits = {
		...DOOR_LIMITS,
		...options.limits
	};
	const memory = new Memory(limits.heldBytes);
	const back = new ServerReturn(options.target, limits.retryMs, options.log);
	let underWay = 0;
	const listener = createServer$1({
		headersTimeout: 1e4,
		requestTimeout: 6e4,
		connectionsCheckingInterval: 5e3,
		keepAliveTimeout: IDLE_MS
	}, (request, response) => {
		underWay++;
		serve(request, response).catch((error) => {
			if (!response.destroyed) options.log("a request failed inside the door", { error: String(error) });
			response.destroy();
		}).finally(() => underWay--);
	});
	listener.maxConnections = limits.connections;
	async function serve(request, response) {
		const gone = new AbortController();
		response.once("close", () => gone.abort());
		const refused = malformed(request);
		if (refused) return answer(response, refused.status, {
			code: "invalid",
			message: refused.problem
		}, { connection: "close" });
		const hold = memory.hold();
		try {
			const tooMany = underWay > limits.requests;
			const body = await readBody(request, tooMany ? {
				...limits,
				requestBytes: 0
			} : limits, hold);
			if (body === "no_room" || tooMany) return busy(response);
			if (body === "too_large") return answer(response, FAILURES.too_large.http, {
				code: "too_large",
				message: `A request may have ${limits.requestBytes} bytes. Nothing was done; send less.`
			});
			const ask = {
				method: request.method ?? "GET",
				path: request.url ?? "/",
				headers: forwardHeaders(request, randomUUID(), body.length),
				body
			};
			const outcome = await relay(options.target, ask, limits, memory, back, gone.signal);
			if (gone.signal.aborted) {
				if (outcome.type === "answered") outcome.hold.release();
				return;
			}
			if (outcome.type === "unusable") return answer(response, 502, {
				code: "unavailable",
				message: outcome.problem
			});
			if (outcome.type === "broken") return answer(response, 503, {
				code: "unavailable",
				message: `Clustr's server did not answer for ${Math.round(limits.patienceMs / 6e4)} minutes. Whether this call was done is not known; start clustr, look, and try again.`
			});
			hold.release();
			if (outcome.type === "streaming") return await stream(outcome.response, response);
			await pass(outcome.response, outcome.body, response).finally(() => outcome.hold.release());
		} finally {
			hold.release();
		}
	}
	await new Promise((resolve, reject) => {
		listener.once("error", (error) => {
			const taken = error.code === "EADDRINUSE";
			const message = taken ? `Port ${options.port} of the agents' door is taken by another program. No agent can reach Clustr there; end that program, or let another port be chosen.` : `The agents' door could not be opened (${error.code ?? error.message}).`;
			reject(new ClustrError(taken ? "conflict" : "unavailable", message, { cause: error }));
		});
		listener.listen(options.port ?? 0, options.host, resolve);
	});
	listener.on("error", (error) => options.log("the agents' door has trouble", { error: String(error) }));
	return {
		port: listener.address().port,
		close: () => new Promise((resolve) => {
			listener.close(() => resolve());
			listener.closeAllConnections();
		})
	};
}
function busy(response) {
	return answer(response, 503, {
		code: "unavailable",
		message: "The agents' door holds as many requests as it may. Nothing was done; try again in a second."
	}, { "retry-after": "1" });
}
function answer(response, status, failure, headers = {}) {
	const body = JSON.stringify(failure);
	response.writeHead(status, {
		...headers,
		"content-type": "application/json",
		"content-length": Buffer.byteLength(body)
	});
	return finished(response, () => response.end(body));
}
/** Passes a complete answer on. */
function pass(from, body, to) {
	to.sendDate = false;
	const bodyless = from.statusCode === 204 || from.statusCode === 304 || to.req.method === "HEAD";
	const headers = endToEnd(from.rawHeaders, bodyless ? [] : ["content-length"]);
	if (!bodyless) headers.push("content-length", String(body.length));
	to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", headers);
	return finished(to, () => to.end(body));
}
/** Passes an event stream on at the agent's pace; it ends, without error, when the server does. */
function stream(from, to) {
	to.sendDate = false;
	to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", endToEnd(from.rawHeaders, ["content-length"]));
	to.flushHeaders();
	return finished(to, () => {
		from.once("close", () => to.end());
		from.pipe(to, { end: false });
	});
}
/** Does the writing, then waits until the agent has everything or has gone: only then may memory be counted free. */
function finished(response, write) {
	return new Promise((resolve) => {
		response.once("close", resolve);
		if (response.destroyed) resolve();
		else write();
	});
}
// dist/terminal/host/inherited.js
var O_CLOEXEC = 524288;
/**
* Closes descriptors this process was given by whoever started it. The host outlives its starter by days: a lock or pipe
* of some script around it, held on to by accident, would never be released. Node's own descriptors are all marked
* close-on-exec, inherited ones are not. Where the system does not tell (no /proc), nothing is closed.
*/
function closeInherited() {
	let open;
	try {
		open = readdirSync("/proc/self/fdinfo");
	} catch {
		return;
	}
	for (const fd of open.map(Number).filter((one) => one > 2)) try {
		const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
		if (flags !== void 0 && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0) closeSync(fd);
	} catch {}
}
// dist/terminal/host/follower.js
/** Bytes sent in one piece. */
var SLICE = 131072;
/** A piece this small never waits for its turn: it is what a key has caused, or a prompt. */
var PROMPT$1 = 4096;
/**
* Carries one terminal's output to one follower, in order, from any offset on, until the exit. One cursor moves over
* history and present alike, so nothing can come twice or out of turn; it waits when the follower has not acknowledged
* enough, and jumps (a gap) when what it waits for is no longer kept.
*/
var Follower = class {
	#output;
	#send;
	#mayGo;
	#unwatch;
	#cursor;
	#acked;
	#size;
	#pumping = false;
	#again = false;
	#closed = false;
	/** @param mayGo whether a large piece may go out now; if not, `pump` is called when it may. */
	constructor(output, from, send, mayGo = () => true) {
		this.#output = output;
		this.#send = send;
		this.#mayGo = mayGo;
		this.#cursor = from;
		this.#acked = from;
		this.#size = output.sizeAt(from);
		this.#unwatch = output.watch(() => void this.pump());
	}
	/** Everything before `offset` was taken. */
	ack(offset) {
		this.#acked = Math.max(this.#acked, offset);
		this.pump();
	}
	/** Sends whatever may be sent now; resolves when it was. */
	pump = async () => {
		this.#again = true;
		if (this.#pumping || this.#closed) return;
		this.#pumping = true;
		await this.#run();
	};
	close() {
		this.#closed = true;
		this.#unwatch();
	}
	async #run() {
		try {
			do {
				this.#again = false;
				while (!this.#closed && await this.#step());
			} while (this.#again && !this.#closed);
		} finally {
			this.#pumping = false;
		}
	}
	/** Sends at most one chunk; whether there may be more to send. */
	async #step() {
		const output = this.#output;
		const size = output.sizeFrom(this.#size);
		if (size && size.offset <= this.#cursor) {
			this.#size = size.seq + 1;
			this.#send({
				type: "resized",
				offset: this.#cursor,
				cols: size.cols,
				rows: size.rows
			});
			return true;
		}
		if (this.#cursor >= output.end) {
			if (!output.exit) return false;
			this.#send({
				type: "exit",
				offset: output.end,
				exit: output.exit
			});
			this.close();
			return false;
		}
		const room = WINDOW$1 - (this.#cursor - this.#acked);
		if (room <= 0) return false;
		if (output.end - this.#cursor > PROMPT$1 && !this.#mayGo(this.pump)) return false;
		const max = Math.min(SLICE, room, (size?.offset ?? Number.POSITIVE_INFINITY) - this.#cursor);
		const { bytes, next } = await output.read(this.#cursor, max);
		if (this.#closed) return false;
		if (bytes.length === 0) {
			this.#cursor = next;
			this.#send({
				type: "gap",
				offset: next
			});
		} else {
			this.#send({
				type: "bytes",
				offset: this.#cursor,
				bytes
			});
			this.#cursor += bytes.length;
		}
		return true;
	}
};
// dist/terminal/host/share.js
/** Bytes of output on their way to one client beyond which large pieces wait: whatever is urgent queues behind them. */
var FULL = 131072;
/**
* Lets the followers of one client share its connection: while enough is on its way, those with much to send wait, and go
* on one after the other as the client reads. Without it a dozen floods put a dozen megabytes in front of a key's echo.
*/
var Share = class {
	#underWay;
	#waiting = /* @__PURE__ */ new Set();
	#going = false;
	/** @param underWay bytes written to the connection that it has not passed on yet. */
	constructor(underWay) {
		this.#underWay = underWay;
	}
	/** Whether there is room now; if not, `pump` is called when its turn has come. */
	mayGo = (pump) => {
		if (this.#underWay() < FULL) return true;
		this.#waiting.delete(pump);
		this.#waiting.add(pump);
		return false;
	};
	/** The client has read: those who wait go on in the order they came, as far as there is room. */
	async next() {
		if (this.#going) return;
		this.#going = true;
		try {
			for (const pump of this.#waiting) {
				if (this.#underWay() >= FULL) return;
				this.#waiting.delete(pump);
				await pump();
			}
		} finally {
			this.#going = false;
		}
	}
};
// dist/terminal/host/usable.js
/** Columns or rows a terminal may have. */
var SIZE_LIMIT = 1e3;
/** Rejects with `invalid`, saying what to do, when a terminal cannot be started like this. */
async function checkUsable(spec) {
	if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(spec.id)) throw new ClustrError("invalid", `"${spec.id}" cannot name a terminal. Use letters, digits, ".", "_" and "-", at most 200, not beginning with a dot.`);
	checkSize(spec.cols, spec.rows);
	if (!isAbsolute(spec.command)) throw new ClustrError("invalid", `"${spec.command}" is not an absolute path of a program. Give the full path.`);
	const program = await stat(spec.command).catch(() => void 0);
	if (!program) throw new ClustrError("invalid", `There is no program ${spec.command}. Install it, or correct its path.`);
	if (!(program.isFile() && await access(spec.command, constants.X_OK).then(() => true, () => false))) throw new ClustrError("invalid", `${spec.command} cannot be run: it is ${program.isFile() ? "not executable (chmod +x may help)" : "not a program"}.`);
	const folder = await stat(spec.cwd).catch(() => void 0);
	if (!folder) throw new ClustrError("invalid", `There is no folder ${spec.cwd} to start in. Create it, or choose another.`);
	if (!folder.isDirectory()) throw new ClustrError("invalid", `${spec.cwd} is not a folder, so nothing can start in it. Choose a folder.`);
	if (!await access(spec.cwd, constants.X_OK).then(() => true, () => false)) throw new ClustrError("invalid", `The folder ${spec.cwd} may not be entered by you. Change its permissions, or choose another.`);
}
/** Rejects a size no terminal can have. */
function checkSize(cols, rows) {
	const good = (value) => Number.isInteger(value) && value >= 1 && value <= SIZE_LIMIT;
	if (!good(cols) || !good(rows)) throw new ClustrError("invalid", `A terminal of ${cols}x${rows} is not possible: both must be whole numbers from 1 to ${SIZE_LIMIT}.`);
}
// dist/terminal/host/serve.js
/** Followers one client may have. */
var STREAMS = 1e3;
/** Bytes of answers a client may leave unread before it is dropped: output itself is bounded by acknowledgements. */
var UNREAD_LIMIT = 67108864;
/** Answers one client on its connection, until it closes. Requests are taken in order; slow ones do not hold up others. */
function serveClient(socket, host) {
	const streams = /* @__PURE__ */ new Map();
	const share = new Share(() => socket.writableLength);
	let greeted = false;
	const answers = {
		hello: ({ protocols }) => {
			if (!protocols.includes(1)) throw new ClustrError("invalid", `This terminal host speaks protocol 1, the caller only ${protocols.join(", ")}.`);
			greeted = true;
			return {
				protocol: 1,
				version: host.version,
				epoch: host.epoch
			};
		},
		ensure: ({ spec }) => host.terminals.ensure(spec),
		list: () => host.terminals.list(),
		info: async ({ id }) => (await host.terminals.find(id)).info,
		resize: async ({ id, cols, rows }) => {
			checkSize(cols, rows);
			(host.terminals.get(id) ?? await host.terminals.find(id)).resize(cols, rows);
			return null;
		},
		follow: async ({ id, from, stream }) => {
			const { info, output } = await host.terminals.find(id);
			if (!Number.isSafeInteger(from) || from < 0 || from > info.endOffset) throw new ClustrError("invalid", `Terminal ${id} has printed ${info.endOffset} bytes; output from byte ${from} on does not exist yet.`);
			if (streams.size >= STREAMS) throw new ClustrError("limited", `One client may follow ${STREAMS} terminals. Let go of some.`);
			setImmediate(() => {
				if (socket.destroyed || streams.has(stream)) return;
				const send = (chunk) => {
					socket.write(chunk.type === "bytes" ? encodeOutput(stream, chunk.offset, chunk.bytes) : encodeJson({
						stream,
						chunk
					}));
				};
				const follower = new Follower(output, from, send, share.mayGo);
				streams.set(stream, follower);
				follower.pump();
			});
			return info;
		},
		unfollow: ({ stream }) => {
			streams.get(stream)?.close();
			streams.delete(stream);
			return null;
		},
		kill: async ({ id, graceMs }) => ({ survivors: await host.terminals.kill(id, graceMs) }),
		forget: async ({ id }) => {
			await host.terminals.forget(id);
			return null;
		},
		orphans: () => host.terminals.orphans(),
		retire: () => {
			host.retire();
			return null;
		},
		shutdown: ({ graceMs }) => host.shutdown(graceMs)
	};
	const reply = (answer) => {
		if (!socket.destroyed) socket.write(encodeJson(answer));
		if (socket.writableLength > UNREAD_LIMIT) socket.destroy(/* @__PURE__ */ new Error("the client does not read"));
	};
	const refuse = (request, error) => {
		if (!(error instanceof ClustrError)) host.log(`a call failed inside: ${error instanceof Error ? error.stack : String(error)}`);
		reply({
			request,
			failure: toFailure(error)
		});
	};
	async function answer(request) {
		try {
			if (!greeted && request.call !== "hello") throw new ClustrError("invalid", "A client says hello first.");
			const known = Object.hasOwn(answers, request.call) ? answers[request.call] : void 0;
			if (!known || typeof request.with !== "object" || request.with === null) throw new ClustrError("not_found", `This terminal host (version ${host.version}) does not know the call ${request.call}.`);
			reply({
				request: request.request,
				value: await known(request.with)
			});
			if (request.call === "shutdown") host.leave();
		} catch (error) {
			refuse(request.request, error);
		}
	}
	function take(frame) {
		if (frame.type === "json") {
			if (!isRequest(frame.value)) throw new Error("not a request");
			answer(frame.value);
		}
		if (frame.type === "ack") streams.get(frame.stream)?.ack(frame.offset);
		else if (frame.type === "input") input(frame);
	}
	/** A known terminal takes its bytes in this very turn, so input keeps its order. */
	async function input({ request, id, bytes }) {
		try {
			(host.terminals.get(id) ?? await host.terminals.find(id)).write(bytes);
			reply({
				request,
				value: null
			});
		} catch (error) {
			refuse(request, error);
		}
	}
	function isRequest(value) {
		const { request, call } = value ?? {};
		return Number.isSafeInteger(request) && typeof call === "string";
	}
	const read = frameReader(take);
	socket.setNoDelay(true);
	socket.on("drain", () => void share.next());
	socket.on("data", (piece) => {
		try {
			read(piece);
		} catch (error) {
			socket.destroy(error);
		}
	});
	socket.on("error", (error) => host.log(`a client's connection broke: ${error.message}`));
	socket.on("close", () => {
		for (const follower of streams.values()) follower.close();
		streams.clear();
	});
}
// dist/terminal/host/journal.js
/** Bytes of output in one file. */
var SEGMENT = 8388608;
/** Bytes of notes that also end a segment: a program that prints little for weeks must not fill the disk with them. */
var NOTES_LIMIT = 1048576;
/** Written when this much waits, bytes, or after this long, ms. */
var BATCH = 262144;
var BATCH_WAIT = 50;
/** Least time between two time marks, ms. */
var MARK_EVERY = 250;
/** Wait after a failed write, ms: a full disk does not empty in a moment. */
var RETRY = 1e3;
/**
* A terminal's output on disk: raw bytes in `<offset>.raw` files, each with a sidecar `<offset>.jsonl` of what bytes cannot say
* (sizes, times, the exit). A write that fails leaves a hole, never a delay of the program; reading then continues after it.
*/
var Journal = class Journal {
	#folder;
	#log;
	#segments = [];
	#bytes;
	#sidecar;
	#size;
	/** Output handed over, whether written or not. */
	#end = 0;
	#waiting = [];
	#notes = [];
	#backlog = 0;
	#timer;
	#writing;
	#retryAt = 0;
	#markAt = -Infinity;
	constructor(folder, size, log) {
		this.#folder = folder;
		this.#size = size;
		this.#log = log;
	}
	/** Begins a journal in an existing folder; what an earlier terminal left there is deleted. */
	static async create(folder, size, log) {
		await removeJournal(folder);
		return new Journal(folder, size, log);
	}
	/** Opens the journal of an ended terminal, for reading only. Returns the sizes it recorded, oldest first. */
	static async reopen(folder) {
		const journal = new Journal(folder, {
			offset: 0,
			cols: 80,
			rows: 24
		}, () => {});
		const sizes = [];
		for (const name of (await segmentFiles(folder)).filter((file) => file.endsWith(".raw"))) {
			const start = Number.parseInt(name, 10);
			journal.#segments.push({
				start,
				length: (await stat(join(folder, name))).size,
				notes: 0
			});
			const notes = await readFile(join(folder, name.replace(".raw", ".jsonl")), "utf8").catch(() => "");
			for (const line of notes.split("\n")) {
				const size = /^\{"offset":(\d+),"cols":(\d+),"rows":(\d+)/.exec(line);
				if (size) sizes.push({
					offset: Number(size[1]),
					cols: Number(size[2]),
					rows: Number(size[3])
				});
			}
		}
		return {
			journal,
			sizes
		};
	}
	/** Bytes that are not yet in a file. */
	get backlog() {
		return this.#backlog;
	}
	/** Offset of the oldest byte in a file, if there is one. */
	get firstOffset() {
		return this.#segments.find((one) => one.length > 0)?.start;
	}
	/** Takes the next bytes of output. */
	append(bytes) {
		this.#waiting.push(bytes);
		this.#backlog += bytes.length;
		this.#end += bytes.length;
		if (this.#backlog >= BATCH) this.#begin();
		else this.#timer ??= setTimeout(() => this.#begin(), BATCH_WAIT);
	}
	resized(size) {
		this.#size = size;
		this.#notes.push(note({
			...size,
			at: Date.now()
		}));
		this.#timer ??= setTimeout(() => this.#begin(), BATCH_WAIT);
	}
	/** Writes all that waits and a last note, then closes the files. */
	async finish(last) {
		this.#notes.push(note({
			offset: this.#end,
			at: Date.now(),
			...last
		}));
		this.#begin();
		while (this.#writing) await this.#writing;
		await this.#close();
	}
	/** Up to `max` bytes from `offset`; empty when they are not (or no longer) in a file. */
	async read(offset, max) {
		const segment = this.#segments.find((one) => one.start <= offset && offset < one.start + one.length);
		if (!segment) return Buffer.alloc(0);
		const at = offset - segment.start;
		try {
			const file = await open(join(this.#folder, segmentName(segment.start, "raw")));
			try {
				const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(max, segment.length - at)), { position: at });
				return buffer.subarray(0, bytesRead);
			} finally {
				await file.close();
			}
		} catch {
			this.#segments = this.#segments.filter((one) => one !== segment);
			return Buffer.alloc(0);
		}
	}
	/** Offset of the first byte in a file after `offset`, if there is one. */
	next(offset) {
		return this.#segments.find((one) => one.start > offset && one.length > 0)?.start;
	}
	#begin() {
		clearTimeout(this.#timer);
		this.#timer = void 0;
		this.#writing ??= this.#drain().finally(() => {
			this.#writing = void 0;
			if (this.#waiting.length > 0 || this.#notes.length > 0) this.#begin();
		});
	}
	async #drain() {
		while (this.#waiting.length > 0 || this.#notes.length > 0) {
			const bytes = Buffer.concat(this.#waiting);
			const notes = this.#notes;
			const start = this.#end - this.#waiting.reduce((sum, one) => sum + one.length, 0);
			this.#waiting = [];
			this.#notes = [];
			try {
				if (performance.now() >= this.#retryAt) await this.#write(start, bytes, notes);
			} catch (error) {
				this.#retryAt = performance.now() + RETRY;
				await this.#close();
				this.#log(`output could not be kept (the program goes on): ${String(error)}`);
			}
			this.#backlog -= bytes.length;
		}
	}
	async #write(start, bytes, notes) {
		let rest = bytes;
		do {
			const at = start + bytes.length - rest.length;
			const last = this.#segments.at(-1);
			const fits = last && last.start + last.length === at && last.length < SEGMENT && last.notes < NOTES_LIMIT;
			const segment = this.#bytes && fits ? last : await this.#roll(at);
			const part = rest.subarray(0, SEGMENT - segment.length);
			await this.#bytes?.appendFile(part);
			segment.length += part.length;
			rest = rest.subarray(part.length);
			if (rest.length === 0) await this.#writeNotes(segment, notes);
		} while (rest.length > 0);
	}
	async #writeNotes(segment, notes) {
		if (performance.now() - this.#markAt >= MARK_EVERY) {
			this.#markAt = performance.now();
			notes.push(note({
				offset: segment.start + segment.length,
				at: Date.now()
			}));
		}
		const text = notes.join("");
		segment.notes += text.length;
		if (text) await this.#sidecar?.appendFile(text);
	}
	async #roll(start) {
		await this.#close();
		this.#bytes = await open(join(this.#folder, segmentName(start, "raw")), "w", 384);
		this.#sidecar = await open(join(this.#folder, segmentName(start, "jsonl")), "w", 384);
		const { cols, rows } = this.#size;
		if (start > 0) await this.#sidecar.appendFile(note({
			offset: start,
			cols,
			rows,
			at: Date.now()
		}));
		const segment = {
			start,
			length: 0,
			notes: 0
		};
		this.#segments = [...this.#segments.filter((one) => one.start !== start), segment];
		const kept = () => this.#segments.reduce((sum, one) => sum + one.length, 0);
		for (let oldest = this.#segments[0]; oldest && kept() > 58720256; oldest = this.#segments[0]) {
			this.#segments.shift();
			await rm(join(this.#folder, segmentName(oldest.start, "raw")), { force: true });
			await rm(join(this.#folder, segmentName(oldest.start, "jsonl")), { force: true });
		}
		return segment;
	}
	async #close() {
		const files = [this.#bytes, this.#sidecar];
		this.#bytes = void 0;
		this.#sidecar = void 0;
		for (const file of files) await file?.close().catch(() => {});
	}
};
function segmentName(start, ending) {
	return `${String(start).padStart(16, "0")}.${ending}`;
}
function note(value) {
	return `${JSON.stringify(value)}\n`;
}
async function segmentFiles(folder) {
	return (await readdir(folder)).filter((name) => /^\d{16}\.(raw|jsonl)$/.test(name)).sort();
}
/** Deletes a journal's files, and nothing else, from a folder. */
async function removeJournal(folder) {
	for (const name of await segmentFiles(folder).catch(() => [])) await rm(join(folder, name), { force: true });
}
// dist/terminal/host/record.js
function recordFolder(home) {
	return join(hostFolder(home), "terminals");
}
/** Replaces a private file as a whole: after a crash there is the old content or the new, never half of it. */
async function replaceFile(path, value) {
	await writeFile(`${path}.new`, JSON.stringify(value), { mode: 384 });
	await rename(`${path}.new`, path);
}
async function readJson(path) {
	try {
		return JSON.parse(await readFile(path, "utf8"));
	} catch {
		return;
	}
}
async function writeRecord(home, record) {
	await replaceFile(join(recordFolder(home), `${record.id}.json`), record);
}
function readRecord(home, id) {
	return readJson(join(recordFolder(home), `${id}.json`));
}
/** Ids of all recorded terminals, of whatever host. */
async function recordedIds(home) {
	return (await readdir(recordFolder(home)).catch(() => [])).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}
async function removeRecord(home, record) {
	await rm(join(record.journal, "exit.json"), { force: true });
	await rm(join(recordFolder(home), `${record.id}.json`), { force: true });
}
async function writeExit(journal, exit) {
	await replaceFile(join(journal, "exit.json"), exit);
}
function readExit(journal) {
	return readJson(join(journal, "exit.json"));
}
// dist/terminal/host/coalescer.js
/** Length of a window, ms. */
var WINDOW = 8;
/** Bytes of a window that go out at once: an echo or a small repaint must not wait for a timer. */
var PROMPT = 4096;
/** Bytes that go out whatever the clock says. */
var CAP = 262144;
/**
* Decides when output goes to its followers. The first bytes of a window leave in the same turn of the event loop, the
* rest of a burst in few large pieces. (A plain "wait when the last flush was recent" costs 9 ms on every keystroke.)
*/
var Coalescer = class {
	#flush;
	#windowStart = 0;
	#inWindow = 0;
	#waiting = 0;
	#immediate;
	#timer;
	constructor(flush) {
		this.#flush = flush;
	}
	/** Counts `bytes` new bytes and sees to it that they leave in time. */
	add(bytes) {
		const now = performance.now();
		if (now - this.#windowStart > WINDOW) {
			this.#windowStart = now;
			this.#inWindow = 0;
		}
		this.#inWindow += bytes;
		this.#waiting += bytes;
		if (this.#waiting >= CAP) this.flush();
		else if (this.#inWindow <= PROMPT) this.#immediate ??= setImmediate(() => this.flush());
		else this.#timer ??= setTimeout(() => this.flush(), Math.max(1, WINDOW - (now - this.#windowStart)));
	}
	/** Sends what waits now. */
	flush() {
		clearImmediate(this.#immediate);
		clearTimeout(this.#timer);
		this.#immediate = void 0;
		this.#timer = void 0;
		this.#waiting = 0;
		this.#flush();
	}
};
// dist/terminal/host/ring.js
/** The last bytes of a terminal's output, by absolute offset. Pages of it that were never written cost no memory. */
var Ring = class {
	#kept;
	#end = 0;
	/** @param size bytes to keep */
	constructor(size) {
		this.#kept = Buffer.alloc(size);
	}
	/** Offset of the oldest byte kept. */
	get start() {
		return Math.max(0, this.#end - this.#kept.length);
	}
	push(bytes) {
		const size = this.#kept.length;
		const tail = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
		this.#end += bytes.length;
		const at = (this.#end - tail.length) % size;
		const first = Math.min(tail.length, size - at);
		this.#kept.set(tail.subarray(0, first), at);
		this.#kept.set(tail.subarray(first), 0);
	}
	/** A copy of up to `max` bytes from `offset`, which must not be before `start`. */
	read(offset, max) {
		const size = this.#kept.length;
		const length = Math.min(max, this.#end - offset);
		const at = offset % size;
		const first = Math.min(length, size - at);
		return Buffer.concat([this.#kept.subarray(at, at + first), this.#kept.subarray(0, length - first)]);
	}
};
// dist/terminal/host/output.js
var RING = 1048576;
/** Unwritten bytes at which the program has to wait for the disk; well below the ring, which must cover them. */
var BACKLOG_LIMIT = RING / 2;
/** Sizes kept in memory; more than this many resizes of one terminal lose their intermediate steps in a replay. */
var SIZES = 1e4;
/**
* All that a terminal has printed and can still be read: the latest in a ring, the rest in the journal, with the sizes it
* was printed at and, in the end, the exit. Bytes are named by their absolute offset since the program began.
*/
var Output = class Output {
	#journal;
	#watchers = /* @__PURE__ */ new Set();
	#coalescer = new Coalescer(() => this.#tell());
	#ring;
	#end = 0;
	#exit;
	#sizes = [];
	#sizeSeq = 0;
	#braking;
	constructor(journal) {
		this.#journal = journal;
	}
	static async create(folder, cols, rows, log) {
		const size = {
			offset: 0,
			cols,
			rows
		};
		const output = new Output(await Journal.create(folder, size, log));
		output.#ring = new Ring(RING);
		output.resized(cols, rows);
		return output;
	}
	/** The output of a terminal that ended under an earlier host. */
	static async reopen(folder, end, exit) {
		const { journal, sizes } = await Journal.reopen(folder);
		const output = new Output(journal);
		for (const size of sizes) output.#note(size);
		output.#end = end;
		output.#exit = exit;
		return output;
	}
	get end() {
		return this.#end;
	}
	get exit() {
		return this.#exit;
	}
	get first() {
		return Math.min(this.#journal.firstOffset ?? this.#end, this.#ring?.start ?? this.#end);
	}
	get size() {
		return this.#sizes.at(-1) ?? {
			offset: 0,
			cols: 80,
			rows: 24
		};
	}
	/** Takes what the program has printed. Only a disk that cannot keep up makes it wait, never a viewer. */
	push(bytes, brake) {
		this.#ring?.push(bytes);
		this.#end += bytes.length;
		this.#journal.append(bytes);
		this.#coalescer.add(bytes.length);
		if (this.#journal.backlog > BACKLOG_LIMIT && !this.#braking) {
			brake.pause();
			this.#braking = setInterval(() => {
				if (this.#journal.backlog > BACKLOG_LIMIT / 2) return;
				clearInterval(this.#braking);
				this.#braking = void 0;
				brake.resume();
			}, 1);
		}
	}
	resized(cols, rows) {
		const size = {
			offset: this.#end,
			cols,
			rows
		};
		this.#journal.resized(size);
		this.#note(size);
		this.#tell();
	}
	#note(size) {
		if (this.#sizes.at(-1)?.offset === size.offset) this.#sizes.pop();
		this.#sizes.push({
			...size,
			seq: this.#sizeSeq++
		});
		if (this.#sizes.length > SIZES) this.#sizes.shift();
	}
	/** The first size with at least this `seq`, oldest first. */
	sizeFrom(seq) {
		const last = this.#sizes.at(-1);
		return last && last.seq >= seq ? this.#sizes.find((size) => size.seq >= seq) : void 0;
	}
	/** The `seq` of the size in force at `offset`. */
	sizeAt(offset) {
		return (this.#sizes.findLast((size) => size.offset <= offset) ?? this.#sizes[0])?.seq ?? 0;
	}
	/** Up to `max` bytes from `offset` on. When they are no longer kept: no bytes, and the next offset that is. */
	async read(offset, max) {
		const ring = this.#ring;
		if (ring && offset >= ring.start) return {
			bytes: ring.read(offset, max),
			next: offset
		};
		const bytes = await this.#journal.read(offset, max);
		if (bytes.length > 0) return {
			bytes,
			next: offset
		};
		return {
			bytes,
			next: Math.max(offset, Math.min(this.#journal.next(offset) ?? this.#end, this.#ring?.start ?? this.#end))
		};
	}
	/** Calls `watcher` when there is more to read; the function returned stops that. */
	watch(watcher) {
		this.#watchers.add(watcher);
		return () => this.#watchers.delete(watcher);
	}
	get watched() {
		return this.#watchers.size;
	}
	/** The program has ended and all it printed was pushed. `record` puts the exit on disk before anybody hears of it. */
	async finish(exit, record) {
		await this.#journal.finish({ exit });
		await record();
		if ((await this.#journal.read(this.#end - 1, 1)).length === 1 || this.#end === 0) this.#ring = void 0;
		this.#exit = exit;
		this.#coalescer.flush();
	}
	#tell() {
		for (const watcher of this.#watchers) watcher();
	}
};
// dist/terminal/host/input.js
/** Bytes that may wait for a program that does not read. */
var QUEUE_LIMIT = 4194304;
/** Pauses between attempts while the program does not read, ms. (node-pty's own queue would spin.) */
var FIRST_PAUSE = 1;
var LAST_PAUSE = 50;
/** Hands bytes to a program in order, at the pace it reads them, without blocking. */
var Input = class {
	#fd;
	#queue = [];
	#waiting = 0;
	#timer;
	#closed = false;
	/** @param fd the pty's master, non-blocking */
	constructor(fd) {
		this.#fd = fd;
	}
	/** Takes bytes; `limited` when the program has left too much unread. */
	add(bytes) {
		if (this.#waiting + bytes.length > QUEUE_LIMIT) throw new ClustrError("limited", "The program does not read its input: 4 MB wait already, this was not added. Try again when it goes on, or stop it.");
		this.#queue.push(Uint8Array.from(bytes));
		this.#waiting += bytes.length;
		if (!this.#timer) this.#drain(FIRST_PAUSE);
	}
	/** Drops what waits; to be called before the master closes, so that nothing is written to a reused descriptor. */
	close() {
		this.#closed = true;
		this.#queue = [];
		clearTimeout(this.#timer);
	}
	#drain(pause) {
		this.#timer = void 0;
		let wrote = false;
		for (let next = this.#queue[0]; next && !this.#closed; next = this.#queue[0]) {
			let count = 0;
			try {
				count = writeSync(this.#fd, next);
			} catch (error) {
				if (error.code !== "EAGAIN") return this.close();
			}
			if (count === 0) {
				const wait = wrote ? FIRST_PAUSE : Math.min(pause * 2, LAST_PAUSE);
				this.#timer = setTimeout(() => this.#drain(wait), wait);
				return;
			}
			wrote = true;
			this.#waiting -= count;
			if (count === next.length) this.#queue.shift();
			else this.#queue[0] = next.subarray(count);
		}
	}
};
// dist/terminal/host/pty.js
/** More than the kernel ever holds of a terminal's output, bytes. */
var KERNEL_LIMIT = 1048576;
/** Starts a program in a new pseudo-terminal, as the leader of its own session. Throws when the system refuses one. */
function openPty(spec, tag, events) {
	const pty = spawnWithMask(spec, {
		...spec.env,
		[TAG]: tag
	});
	const { fd, ptsName, _socket: socket } = pty;
	const slave = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
	const input = new Input(fd);
	const destroy = socket.destroy.bind(socket);
	socket.destroy = (error) => {
		input.close();
		if (!socket.destroyed) {
			while (socket.read() !== null);
			drain(fd, events.data);
		}
		return destroy(error);
	};
	pty.onData((data) => events.data(data));
	pty.onExit(({ exitCode, signal }) => {
		closeSync(slave);
		events.exit(signal ? null : exitCode, signal || null);
	});
	return {
		pid: pty.pid,
		write: (bytes) => input.add(bytes),
		resize: (cols, rows) => pty.resize(cols, rows),
		pause: () => pty.pause(),
		resume: () => pty.resume()
	};
}
/** The program inherits the mask the host has at this moment; the host's own files are private whatever the person's is. */
function spawnWithMask(spec, env) {
	const own = process.umask(spec.umask);
	try {
		return spawn(spec.command, spec.args, {
			name: spec.env["TERM"] ?? "xterm-256color",
			cols: spec.cols,
			rows: spec.rows,
			cwd: spec.cwd,
			env,
			encoding: null
		});
	} finally {
		process.umask(own);
	}
}
/** Reads a non-blocking descriptor until it is empty; what a program left behind goes on printing is cut off. */
function drain(fd, take) {
	try {
		for (let taken = 0; taken < KERNEL_LIMIT;) {
			const piece = Buffer.alloc(65536);
			const count = readSync(fd, piece);
			if (count === 0) return;
			take(piece.subarray(0, count));
			taken += count;
		}
	} catch {}
}
// dist/terminal/host/tree.js
/** Pause between scans while killing, ms. */
var SCAN_PAUSE = 50;
/** How long the forced part may take, ms: processes stuck in the kernel do not die. */
var FORCE_LIMIT = 5e3;
/**
* Living processes of a tree: tagged ones, the leaders' sessions, remembered ones, and all their descendants. Never the
* host itself, and nothing by way of it.
*/
function members(tree, among = processes()) {
	const all = among.filter((one) => one.pid !== process.pid && one.pid !== 1);
	const sessions = new Set(tree.leaders.filter((one) => startOf(one.pid) === one.start).map((one) => one.pid));
	if (tree.session !== void 0) sessions.add(tree.session);
	const found = /* @__PURE__ */ new Set();
	for (const one of all) if (sessions.has(one.session) || tree.remembered.get(one.pid) === one.start) found.add(one.pid);
	else if (tree.tagged) {
		const tag = tagOf(one.pid);
		if (tag !== void 0 && tree.tagged(tag)) found.add(one.pid);
	}
	for (let before = -1; before !== found.size;) {
		before = found.size;
		for (const one of all) if (found.has(one.parent)) found.add(one.pid);
	}
	return all.filter((one) => found.has(one.pid));
}
/**
* Ends every process of a tree: SIGTERM, up to `graceMs` to leave, then all are stopped (so that none can start another),
* looked up again and killed, until two scans find nothing. Resolves with the pids that could not be ended.
*/
async function endTree(tree, graceMs) {
	const seen = new Map(tree.remembered);
	const scan = () => {
		const now = members({
			...tree,
			remembered: seen
		});
		for (const one of now) seen.set(one.pid, one.start);
		return now;
	};
	const gone = async () => {
		if (scan().length > 0) return false;
		await setTimeout$1(SCAN_PAUSE / 2);
		return scan().length === 0;
	};
	for (const one of scan()) {
		signal(one, "SIGTERM");
		signal(one, "SIGCONT");
	}
	for (const end = performance.now() + graceMs; performance.now() < end; await setTimeout$1(Math.min(SCAN_PAUSE, graceMs))) if (await gone()) return [];
	for (const end = performance.now() + FORCE_LIMIT; performance.now() < end; await setTimeout$1(SCAN_PAUSE / 2)) {
		for (const one of scan()) signal(one, "SIGSTOP");
		for (const one of scan()) signal(one, "SIGKILL");
		if (await gone()) return [];
	}
	return scan().map((one) => one.pid);
}
// dist/terminal/host/terminal.js
/** One terminal of this host: a running program with its output, or an ended one that can still be read. */
var Terminal = class Terminal {
	record;
	output;
	#pid = 0;
	#pty;
	/** Processes seen in its tree and still alive at the last look, pid → start. */
	#remembered = /* @__PURE__ */ new Map();
	#ended = Promise.withResolvers();
	constructor(record, output) {
		this.record = record;
		this.output = output;
	}
	/** Starts the program. The record is on disk before, so that a crash in between leaves nothing unknown behind. */
	static async start(home, spec, record, log) {
		await writeRecord(home, record);
		const output = await Output.create(spec.journal, spec.cols, spec.rows, (message) => log(`terminal ${spec.id}: ${message}`));
		const terminal = new Terminal(record, output);
		const pty = openPty(spec, `${record.host}:${record.id}`, {
			data: (bytes) => output.push(bytes, pty),
			exit: (code, signal) => void terminal.#end(code, signal, log)
		});
		terminal.#pty = pty;
		terminal.#pid = pty.pid;
		const start = startOf(pty.pid);
		if (start !== void 0) {
			record.leader = {
				pid: pty.pid,
				start
			};
			await writeRecord(home, record).catch((error) => log(`terminal ${spec.id}: ${String(error)}`));
		}
		return terminal;
	}
	/** An ended terminal of an earlier host. */
	static async reopen(record, end) {
		const terminal = new Terminal(record, await Output.reopen(record.journal, end.endOffset, end.exit));
		terminal.#pid = end.pid;
		terminal.#ended.resolve();
		return terminal;
	}
	get id() {
		return this.record.id;
	}
	/** Whether its program still runs, or its exit is not on disk yet. */
	get live() {
		return this.output.exit === void 0;
	}
	/** Resolves when the exit is on disk and the output complete. */
	get ended() {
		return this.#ended.promise;
	}
	get info() {
		const { end, exit, first, size } = this.output;
		const info = {
			id: this.id,
			epoch: this.record.epoch,
			pid: this.#pid,
			cols: size.cols,
			rows: size.rows,
			firstOffset: first,
			endOffset: end
		};
		return exit ? {
			...info,
			exit
		} : info;
	}
	/** What belongs to this terminal, for ending it. */
	get tree() {
		const own = `${this.record.host}:${this.id}`;
		return {
			tagged: (tag) => tag === own,
			leaders: this.live && this.record.leader ? [this.record.leader] : [],
			remembered: this.#remembered
		};
	}
	write(bytes) {
		this.#running().write(bytes);
	}
	resize(cols, rows) {
		const pty = this.#running();
		const { size } = this.output;
		if (size.cols === cols && size.rows === rows) return;
		pty.resize(cols, rows);
		this.output.resized(cols, rows);
	}
	/** Looks which of `all` processes belong to it now: some leave no other trace later. `session`: also those of this session. */
	remember(all, session) {
		const found = members({
			leaders: this.tree.leaders,
			remembered: this.#remembered,
			session
		}, all);
		this.#remembered = new Map(found.map((one) => [one.pid, one.start]));
	}
	#running() {
		if (this.#pty) return this.#pty;
		throw new ClustrError("conflict", `The program in terminal ${this.id} has ended; its output can still be read.`);
	}
	async #end(code, signal, log) {
		this.#pty = void 0;
		this.remember(processes(), this.#pid);
		const exit = {
			code,
			signal,
			at: (/* @__PURE__ */ new Date()).toISOString()
		};
		const endOffset = this.output.end;
		await this.output.finish(exit, () => writeExit(this.record.journal, {
			exit,
			endOffset,
			pid: this.#pid
		}).catch((error) => log(`terminal ${this.id}: the exit could not be recorded and is known only until the host ends: ${String(error)}`)));
		this.#ended.resolve();
	}
};
// dist/terminal/host/terminals.js
/** How often living trees are looked at, ms. */
var LOOK = 3e3;
/** How long an ended program's last output may take to reach the disk before `kill` stops waiting for it, ms. */
var SETTLE = 2e3;
/** Grace for what an earlier host left running under an id that is started again, ms. */
var LEFTOVER_GRACE = 1e3;
function unknown(id) {
	return new ClustrError("not_found", `There is no terminal ${id}: it was never started, was forgotten, or its host has died.`);
}
/**
* The terminals of one host. Ended ones of hosts that are gone are taken over from disk when somebody asks; running ones
* of a host that died are unknown here, but what is left of their programs can be listed (`orphans`) and killed.
*/
var Terminals = class {
	#home;
	#epoch;
	#log;
	#onEnd;
	#known = /* @__PURE__ */ new Map();
	#starting = /* @__PURE__ */ new Map();
	#looking;
	#closed = false;
	constructor(home, epoch, log, onEnd) {
		this.#home = home;
		this.#epoch = epoch;
		this.#log = log;
		this.#onEnd = onEnd;
		this.#looking = setInterval(() => {
			const live = [...this.#known.values()].filter((one) => one.live);
			const all = live.length > 0 ? processes() : [];
			for (const terminal of live) terminal.remember(all);
		}, LOOK);
	}
	/** How many programs run or are being started. */
	get live() {
		return this.#starting.size + [...this.#known.values()].filter((one) => one.live).length;
	}
	/** How many followers are being served. */
	get followed() {
		return [...this.#known.values()].reduce((sum, one) => sum + one.output.watched, 0);
	}
	async ensure(spec) {
		const there = this.#known.get(spec.id) ?? await this.#starting.get(spec.id) ?? await this.#takeOver(spec.id);
		if (there) return there.info;
		const racing = this.#known.get(spec.id) ?? this.#starting.get(spec.id);
		const starting = racing ?? this.#start(spec);
		if (!racing) this.#starting.set(spec.id, starting);
		try {
			return (await starting).info;
		} finally {
			if (!racing) this.#starting.delete(spec.id);
		}
	}
	async #start(spec) {
		if (this.#closed) throw new ClustrError("unavailable", "The terminal host is ending and starts nothing new. Try again in a moment.");
		await checkUsable(spec);
		const left = await readRecord(this.#home, spec.id);
		if (left) await this.#endLeftovers(left, LEFTOVER_GRACE);
		const record = {
			id: spec.id,
			epoch: randomBytes(8).toString("hex"),
			host: this.#epoch,
			journal: spec.journal
		};
		const terminal = await this.#open(spec, record).catch(async (error) => {
			await removeRecord(this.#home, record).catch(() => {});
			this.#log(`terminal ${spec.id} could not start: ${String(error)}`);
			const why = error instanceof Error ? error.message : String(error);
			throw new ClustrError("unavailable", `No terminal could be made for ${spec.command}: ${why}. Nothing was started; check the disk and the folder ${spec.journal}, then try again.`);
		});
		this.#known.set(spec.id, terminal);
		terminal.ended.then(() => this.#onEnd(terminal));
		return terminal;
	}
	async #open(spec, record) {
		await privateFolder(recordFolder(this.#home));
		await privateFolder(spec.journal);
		return Terminal.start(this.#home, spec, record, this.#log);
	}
	async list() {
		for (const id of await recordedIds(this.#home)) if (!this.#known.has(id)) await this.#takeOver(id);
		return [...this.#known.values()].map((one) => one.info);
	}
	/** The terminal with this id, or `not_found`. */
	async find(id) {
		const terminal = this.#known.get(id) ?? await this.#starting.get(id) ?? await this.#takeOver(id);
		if (!terminal) throw unknown(id);
		return terminal;
	}
	/** The same without waiting, when it is in use here already. */
	get(id) {
		return this.#known.get(id);
	}
	async kill(id, graceMs) {
		const terminal = this.#known.get(id) ?? await this.#starting.get(id) ?? await this.#takeOver(id);
		if (!terminal) {
			const record = await this.#deserted(id);
			if (!record) throw unknown(id);
			return this.#endLeftovers(record, graceMs);
		}
		const survivors = await endTree(terminal.tree, graceMs);
		if (survivors.length === 0) await settled([terminal]);
		return survivors;
	}
	async forget(id) {
		const terminal = this.#known.get(id) ?? await this.#takeOver(id);
		if (terminal?.live) throw new ClustrError("conflict", `The program in terminal ${id} still runs. Nothing was deleted; stop it first.`);
		const record = terminal?.record ?? await this.#deserted(id);
		if (!record) throw unknown(id);
		this.#known.delete(id);
		await removeJournal(record.journal);
		await removeRecord(this.#home, record);
		await rmdir(record.journal).catch(() => {});
	}
	/** Programs still running whose terminal died with its host. */
	async orphans() {
		const records = (await Promise.all((await recordedIds(this.#home)).map((id) => this.#deserted(id)))).flatMap((one) => one ?? []);
		if (records.length === 0) return [];
		const tags = processes().map((one) => ({
			pid: one.pid,
			tag: tagOf(one.pid)
		}));
		return records.map((record) => ({
			id: record.id,
			pids: tags.filter(({ tag }) => tag === tagIn(record)).map(({ pid }) => pid)
		})).filter((orphan) => orphan.pids.length > 0);
	}
	/** Ends every program of this host and every orphan; starts nothing any more. */
	async endAll(graceMs) {
		this.#closed = true;
		await Promise.allSettled(this.#starting.values());
		const terminals = [...this.#known.values()];
		const live = terminals.filter((one) => one.live);
		const tags = /* @__PURE__ */ new Set([...terminals.map((one) => tagIn(one.record)), ...await this.#desertedTags()]);
		const survivors = await endTree({
			tagged: (tag) => tags.has(tag),
			leaders: live.flatMap((one) => one.tree.leaders),
			remembered: new Map(terminals.flatMap((one) => [...one.tree.remembered]))
		}, graceMs);
		await settled(live);
		return {
			ended: live.filter((one) => !one.live).length,
			survivors
		};
	}
	close() {
		this.#closed = true;
		clearInterval(this.#looking);
	}
	/** Takes over an ended terminal from a host that is gone. */
	async #takeOver(id) {
		const record = await readRecord(this.#home, id);
		const end = record && await readExit(record.journal);
		if (!record || !end || !await this.#isDeserted(record)) return void 0;
		const terminal = this.#known.get(id) ?? await Terminal.reopen(record, end);
		if (!this.#known.has(id)) this.#known.set(id, terminal);
		return this.#known.get(id);
	}
	/** The record of a terminal whose host died while it ran. */
	async #deserted(id) {
		const record = await readRecord(this.#home, id);
		return record && !this.#known.has(id) && await this.#isDeserted(record) ? record : void 0;
	}
	async #desertedTags() {
		return (await Promise.all((await recordedIds(this.#home)).map((id) => this.#deserted(id)))).flatMap((record) => record ? tagIn(record) : []);
	}
	async #isDeserted(record) {
		if (record.host === this.#epoch) return false;
		const owner = (await readHosts(this.#home)).find((host) => host.epoch === record.host);
		return !owner || !await isAlive(owner);
	}
	#endLeftovers(record, graceMs) {
		const tag = tagIn(record);
		return endTree({
			tagged: (one) => one === tag,
			leaders: record.leader ? [record.leader] : [],
			remembered: /* @__PURE__ */ new Map()
		}, graceMs);
	}
};
function tagIn(record) {
	return `${record.host}:${record.id}`;
}
/** Waits until ended programs' exits are on disk, at most `SETTLE`. */
async function settled(terminals) {
	const late = Promise.withResolvers();
	const timer = setTimeout(late.resolve, SETTLE);
	await Promise.race([Promise.all(terminals.map((one) => one.ended)), late.promise]);
	clearTimeout(timer);
}
// dist/terminal/host/main.js
/** How often it is asked whether the host is still needed, ms. */
var NEED_CHECK = 500;
/** How long clients may take for their last answers, ms. */
var LEAVE_LIMIT = 2e3;
/** Runs a host until it is told to end or nobody needs it. Resolves early when another of the same version was first. */
async function runHost(options) {
	process.umask(63);
	closeInherited();
	const epoch = randomBytes(6).toString("hex");
	const log = (message, details) => {
		console.log(JSON.stringify({
			at: (/* @__PURE__ */ new Date()).toISOString(),
			host: epoch,
			message,
			...details
		}));
	};
	for (const name of ["SIGHUP", "SIGINT"]) process.on(name, () => {});
	await privateFolder(hostFolder(options.home));
	await privateFolder(options.runtimeDir);
	const clients = /* @__PURE__ */ new Set();
	const terminals = new Terminals(options.home, epoch, log, (terminal) => {
		const { id, exit } = terminal.info;
		if (exit) for (const client of clients) client.write(encodeJson({
			ended: id,
			exit
		}));
	});
	let retired = false;
	let lastNeeded = performance.now();
	const host = {
		terminals,
		version: options.version,
		epoch,
		log,
		retire: () => retired = true,
		shutdown: (graceMs) => terminals.endAll(graceMs),
		leave: () => void leave("told to")
	};
	const listener = createServer((socket) => {
		clients.add(socket);
		socket.on("close", () => {
			clients.delete(socket);
			lastNeeded = performance.now();
		});
		serveClient(socket, host);
	});
	const socket = join(options.runtimeDir, `${epoch}.sock`);
	await new Promise((resolve, reject) => listener.once("error", reject).listen(socket, resolve));
	await chmod(socket, 384);
	const door = await openDoor({
		target: options.doorTarget,
		host: "127.0.0.1",
		log
	});
	const identity = {
		pid: process.pid,
		start: startOf(process.pid) ?? "",
		version: options.version,
		protocol: 1,
		epoch
	};
	const record = await claimGeneration(options.home, {
		...identity,
		socket,
		doorPort: door.port,
		doorTarget: options.doorTarget
	});
	if (!record) {
		await rm(socket, { force: true });
		return process.exit(0);
	}
	process.on("uncaughtException", (error) => log("unexpected failure, going on", { error: error.stack }));
	process.on("unhandledRejection", (error) => log("unexpected failure, going on", { error: error instanceof Error ? error.stack : String(error) }));
	log("ready", {
		generation: record.generation,
		pid: process.pid,
		version: options.version
	});
	await dropDead(options.home, record);
	const check = setInterval(() => {
		const live = terminals.live > 0;
		if (live || clients.size > 0 && !retired) lastNeeded = performance.now();
		if (!live && retired && terminals.followed === 0) leave("a newer host has taken over");
		else if (!live && performance.now() - lastNeeded > options.idleMs) leave("nobody needs it");
	}, NEED_CHECK);
	process.on("SIGTERM", () => void terminals.endAll(2e3).then(() => leave("SIGTERM")));
	async function leave(why) {
		clearInterval(check);
		log("ends", { why });
		if (record) await dropGeneration(options.home, record);
		await rmdir(options.runtimeDir).catch(() => {});
		listener.close();
		terminals.close();
		setTimeout(() => process.exit(0), LEAVE_LIMIT);
		await door.close();
		await Promise.all([...clients].map((client) => {
			client.pause();
			return new Promise((resolve) => client.end(resolve));
		}));
		process.exit(0);
	}
}
/** Clears away what hosts that died have left: their records and sockets. Their terminals' records stay, to find orphans by. */
async function dropDead(home, own) {
	for (const other of await readHosts(home)) if (other.generation < own.generation && !await isAlive(other)) await dropGeneration(home, other);
}
await runHost(JSON.parse(process.argv[2] ?? "{}"));
export {};
