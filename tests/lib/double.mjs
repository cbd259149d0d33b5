// double.mjs - how does a test stand in for an API on the internet?
//
// An HTTP server on 127.0.0.1 that records every call, lets a judge refuse what the
// real API would refuse, and otherwise gives the answer that a test scripted, or
// the double's own. Knows no API: gemini.mjs, chat.mjs and openai.mjs say
// what is right.
// SPDX-License-Identifier: MIT

import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { decodeForm } from "./multipart.mjs";

// A form's parts; a form that is none stays undefined: the judge says what the API says of it.
function readForm(call) {
    const type = call.headers["content-type"] ?? "";
    if (/^multipart\//i.test(type)) {
        try {
            call.parts = decodeForm(call.bytes, type);
        } catch (error) {
            call.broken = error.message;
        }
    }
}

async function readCall(request, name) {
    const parts = [];
    for await (const part of request) {
        parts.push(part);
    }
    const bytes = Buffer.concat(parts);
    const url = new URL(request.url, "http://double");
    const call = {
        to: name, method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers,
        bytes, json: undefined, parts: undefined,
    };
    readForm(call);
    try {
        call.json = JSON.parse(bytes.toString("utf8"));
    } catch {
        // stays undefined: the judge says what the API says of it
    }
    return call;
}

function bodyBytes(body) {
    if (Buffer.isBuffer(body)) {
        return body;
    }
    return Buffer.from(typeof body === "string" ? body : JSON.stringify(body ?? {}));
}

// answer: { status, headers, body, cut, reset, raw }
//   cut    the body stops half way and the connection breaks
//   reset  the connection breaks before any answer
//   raw    these bytes instead of HTTP
function send(response, answer) {
    if (answer.reset) {
        response.socket?.resetAndDestroy();
        return;
    }
    if (answer.raw) {
        response.socket?.end(answer.raw);
        return;
    }
    const bytes = bodyBytes(answer.body);
    const headers = { "content-type": "application/json; charset=UTF-8", ...answer.headers };
    response.writeHead(answer.status ?? 200, { ...headers, "content-length": bytes.length });
    if (!answer.cut) {
        response.end(bytes);
        return;
    }
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
}

// What the double does with one call, after the judge had no objection.
async function chooseAnswer(double, call, given) {
    const scripted = given ?? double.queue.shift() ?? {};
    const own = scripted.status === undefined && !scripted.reset && !scripted.raw;
    await sleep(scripted.delay ?? double.delay);
    return own ? { ...double.draw(call), ...scripted } : scripted;
}

async function serve(double, request, response) {
    double.inFlight++;
    double.peak = Math.max(double.peak, double.inFlight);
    response.on("close", () => { double.inFlight--; });
    const call = await readCall(request, double.name);
    call.number = double.calls.push(call);
    const given = double.script?.(call);
    const refusal = double.judge(call);
    if (refusal) {
        call.refused = refusal.body?.error?.message ?? `status ${refusal.status}`;
        double.refused.push(`${call.method} ${call.path}: ${call.refused}`);
    }
    send(response, refusal ?? await chooseAnswer(double, call, given));
}

async function close(server) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
}

// judge(call) -> answer that refuses, or null; draw(call) -> the usual answer.
// The double: url, calls, refused, queue (answers for the next calls), script (a
// function that sees every call and may give its answer), delay, inFlight, peak,
// connections, reset(), stop(). Whatever is scripted, the judge comes first.
export async function startDouble({ name, judge, draw, delay = 0, port = 0 }) {
    const double = {
        name, judge, draw, delay, calls: [], refused: [], queue: [], script: null, inFlight: 0, peak: 0, connections: 0,
    };
    const server = createServer({ keepAliveTimeout: 60000 }, (request, response) => {
        serve(double, request, response).catch((error) => {
            if (request.complete) {
                throw error;
            }
        });     // a caller that hangs up half way is no concern of ours
    });
    server.on("connection", () => { double.connections++; });
    server.listen(port, "127.0.0.1", 4096);
    await once(server, "listening");
    double.port = server.address().port;
    double.url = `http://127.0.0.1:${double.port}`;
    double.reset = () => Object.assign(double, { calls: [], refused: [], queue: [], script: null, peak: double.inFlight });
    double.stop = () => close(server);
    return double;
}

// For "node tests/lib/NAME.mjs --port 0 --delay 2000 --picture-bytes 2000000".
export async function runFromCommandLine(url, start) {
    if (url !== pathToFileURL(process.argv[1] ?? "").href) {
        return;
    }
    const { values } = parseArgs({
        options: {
            port: { type: "string", default: "0" },
            delay: { type: "string", default: "0" },
            key: { type: "string", default: "test-key" },
            "picture-bytes": { type: "string", default: "6000" },
        },
    });
    const double = await start({
        port: Number(values.port), delay: Number(values.delay), keys: [values.key],
        pictureBytes: Number(values["picture-bytes"]),
    });
    console.log(double.url);
}
