// raw.mjs - how does a test say exactly these bytes, and hear exactly what comes back?
//
// A client on a bare socket: it sends pieces as they are given, and cuts what it
// hears into replies, strictly. Lean enough for a thousand of them at once.
// SPDX-License-Identifier: MIT

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const CRLF2 = Buffer.from("\r\n\r\n");

// The bytes of one request; headers are lines without their ends.
export function request(method, path, headers = [], body = "") {
    const length = body.length > 0 ? [`content-length: ${Buffer.byteLength(body)}`] : [];
    const head = [`${method} ${path} HTTP/1.1`, "host: pictor", ...headers, ...length].join("\r\n");
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
}

export const key = "authorization: Bearer test-key";
export const json = "content-type: application/json";

// The bytes of a request for pictures.
export function generation(body, headers = [key, json]) {
    return request("POST", "/v1/images/generations", headers, typeof body === "string" ? body : JSON.stringify(body));
}

function parseHead(text) {
    const [first, ...lines] = text.split("\r\n");
    const [, status] = /^HTTP\/1\.1 (\d{3}) ./.exec(first) ?? [];
    if (!status) {
        throw new Error(`reply: expected a status line, got ${JSON.stringify(first.slice(0, 200))}`);
    }
    const headers = {};
    for (const line of lines) {
        const [, name, value] = /^([a-zA-Z0-9-]+): (.*)$/.exec(line) ?? [];
        if (!name) {
            throw new Error(`reply: expected a header, got ${JSON.stringify(line.slice(0, 200))}`);
        }
        headers[name.toLowerCase()] = value;
    }
    return { status: Number(status), headers };
}

// Takes whole replies off the front of what was heard. bodiless: the request was a HEAD. Gives the rest, and how
// long it must become before it is worth another look.
function takeReplies(heard, replies, bodiless) {
    for (;;) {
        const end = heard.length > 0 ? heard.indexOf(CRLF2) : -1;
        if (end < 0) {
            return [heard, 0];
        }
        const reply = parseHead(heard.toString("latin1", 0, end));
        const length = bodiless || reply.status === 100 ? 0 : Number(reply.headers["content-length"]);
        if (heard.length < end + 4 + length) {
            return [heard, end + 4 + length];
        }
        reply.body = heard.subarray(end + 4, end + 4 + length);
        replies.push(reply);
        heard = heard.subarray(end + 4 + length);
    }
}

function isLast(reply, replies, count) {
    return reply?.headers.connection === "close" || replies.filter((one) => one.status !== 100).length >= count;
}

async function sendPieces(socket, pieces, pause) {
    for (const piece of pieces) {
        if (socket.destroyed) {
            return;
        }
        socket.write(piece);
        if (pause > 0) {
            await sleep(pause);
        }
    }
}

// Sends the pieces, hears `count` replies (or one that says "connection: close"), hangs up (if it is stubborn, only
// when all is sent), and waits for the other side to do so. after(socket): called when all is sent.
// Gives { replies, rest (what was no whole reply), ending ("closed", a code such as ECONNRESET, or "late"), ms (to
// the last whole reply, else to the end) }.
export function talk(port, pieces, {
    count = 1, pause = 0, bodiless = false, stubborn = false, seconds = 90, after = null,
} = {}) {
    return new Promise((resolve, reject) => {
        const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: stubborn });
        const started = performance.now();
        const talked = { replies: [], rest: Buffer.alloc(0), ending: "closed", ms: 0 };
        let parts = [];
        let [length, needed] = [0, 0];
        const late = setTimeout(() => {
            talked.ending = "late";
            socket.destroy();
        }, seconds * 1000);
        socket.on("data", (data) => {
            parts.push(data);
            length += data.length;
            if (length >= needed) {
                hear();
            }
        });
        function hear() {
            try {
                const before = talked.replies.length;
                [talked.rest, needed] = takeReplies(Buffer.concat([talked.rest, ...parts]), talked.replies, bodiless);
                [parts, length] = [[], talked.rest.length];
                if (talked.replies.length > before) {
                    talked.ms = performance.now() - started;
                }
                if (!stubborn && isLast(talked.replies.at(-1), talked.replies, count)) {
                    socket.end();
                }
            } catch (error) {
                socket.destroy();
                reject(error);
            }
        }
        socket.on("end", hear);
        socket.on("error", (error) => { talked.ending = error.code; });
        socket.on("close", () => {
            clearTimeout(late);
            hear();
            talked.ms ||= performance.now() - started;
            resolve(talked);
        });
        socket.on("connect", async () => {
            await sendPieces(socket, pieces, pause);
            after?.(socket);
            if (stubborn) {
                socket.end();
            }
        });
    });
}

// One request on a connection of its own -> { status, headers, json, ms }.
export async function ask(port, bytes, options) {
    const { replies, ending, ms } = await talk(port, [bytes], options);
    if (replies.length !== 1) {
        throw new Error(`expected one reply, got ${replies.length} and ${ending}`);
    }
    const [{ status, headers, body }] = replies;
    return { status, headers, json: JSON.parse(body), ms };
}
