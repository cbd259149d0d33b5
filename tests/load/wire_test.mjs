// wire_test.mjs - what do broken, hostile and unusual clients get?
//
//     node tests/load/wire_test.mjs [NAME]        # those whose name contains NAME
//
// Bytes as no HTTP library would send them. Each conversation must end in whole,
// typed replies or a closed connection, within bounded time; and none may disturb
// the next.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { finish, test } from "../lib/harness.mjs";
import { startPictor } from "../lib/pictor.mjs";
import { generation, json, key, request, talk } from "./raw.mjs";

const only = process.argv[2] ?? "";
const MIB = 1024 * 1024;
const body = JSON.stringify({ prompt: "a fox", size: "64x64" });
const size = body.length;
const post = ["POST /v1/images/generations HTTP/1.1", "host: pictor", key, json];
const bytes = (lines, rest = "") => Buffer.from(`${lines.join("\r\n")}\r\n\r\n${rest}`, "latin1");
const chunked = (rest) => bytes([...post, "transfer-encoding: chunked"], rest);
const withLength = (value, rest = body) => bytes([...post, `content-length: ${value}`], rest);
const get = (line, ...headers) => bytes([line, "host: pictor", ...headers]);
const wholeChunk = `${size.toString(16)}\r\n${body}\r\n`;
const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) & 255));
const hello = Buffer.from("16030100a5010000a10303" + "00".repeat(160), "hex");

const BAD = "400 invalid_value";
const refusals = { bodiless: true };    // replies to HEAD

// name, pieces, what must be heard ("end": nothing more, and the connection closed), options
const conversations = [
    ["a request", [generation(body)], ["200"]],
    ["two requests in one piece", [Buffer.concat([generation(body), generation(body)])], ["200", "200"]],
    ["a request byte by byte", [...generation(body)].map((one) => Buffer.from([one])), ["200"], { pause: 1 }],
    ["HEAD of a page", [request("HEAD", "/health")], ["200"], refusals],
    ["HEAD of what is only posted to", [request("HEAD", "/v1/images/generations", [key])], ["405"], refusals],
    ["HEAD of nothing", [request("HEAD", "/nothing")], ["404"], refusals],
    ["OPTIONS", [request("OPTIONS", "/v1/images/generations")], ["405 method_not_allowed"]],
    ["OPTIONS *", [request("OPTIONS", "*")], []],
    ["DELETE", [request("DELETE", "/v1/models")], ["405 method_not_allowed"]],
    ["TRACE", [request("TRACE", "/health")], [BAD]],
    ["CONNECT", [get("CONNECT pictor:80 HTTP/1.1")], [BAD]],
    ["a method that nobody knows", [request("BREW", "/health")], [BAD]],
    ["a method in lower case", [request("get", "/health")], [BAD]],
    ["a method of 5 KB", [request("A".repeat(5000), "/health")], [BAD]],
    ["a path with a query", [request("GET", "/health?a=1")], ["200"]],
    ["a path with dots", [request("GET", "/v1/../../../etc/passwd", [key])], ["404 not_found"]],
    ["a path with a NUL", [get("GET /hea\0lth HTTP/1.1")], [BAD]],
    ["a path of 40 KB", [request("GET", `/${"a-".repeat(20000)}`)], [BAD]],
    ["a path of 20 KB", [request("GET", `/${"a-".repeat(10000)}`)], ["404 not_found"]],
    ["an address in place of a path", [get("GET http://elsewhere/health HTTP/1.1")], []],
    ["a header of 40 KB", [request("GET", "/health", [`x-a: ${"b".repeat(40000)}`])], [BAD]],
    ["a header with a NUL in its value", [request("GET", "/health", ["x-a: b\0c"])], [BAD]],
    ["a header with a NUL in its name", [request("GET", "/health", ["x\0a: b"])], [BAD]],
    ["63 headers", [request("GET", "/health", Array(61).fill("x-a: b"))], ["200"]],
    ["500 headers", [request("GET", "/health", Array(500).fill("x-a: b"))], [BAD]],
    ["a length behind the 64th header",
        [Buffer.concat([request("GET", "/health", [...Array(64).fill("x-a: b"), "content-length: 9"]), request("GET", "/health")])],
        [BAD]],
    ["a length behind a header without a name",
        [Buffer.concat([request("GET", "/health", [":x: 1", "content-length: 9"]), request("GET", "/health")])], [BAD]],
    ["a length behind a folded line",
        [Buffer.concat([request("GET", "/health", ["x-a: b", " c", "content-length: 9"]), request("GET", "/health")])], [BAD]],
    ["HTTP/1.0", [bytes(["POST /v1/images/generations HTTP/1.0", key, json, `content-length: ${size}`], body)], ["200", "end"]],
    ["HTTP/0.9", [Buffer.from("GET /health\r\n\r\n")], [BAD]],
    ["HTTP/1.2", [get("GET /health HTTP/1.2")], ["505 invalid_value"]],
    ["HTTP/2 without asking", [Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")], [BAD]],
    ["an upgrade to HTTP/2", [get("GET /health HTTP/1.1", "connection: upgrade", "upgrade: h2c")], ["200"]],
    ["TLS on a port without it", [hello], [BAD]],
    ["noise", [noise], [BAD]],
    ["nothing", [], [], { after: (socket) => socket.end() }],

    ["both lengths", [bytes([...post, "content-length: 5", "transfer-encoding: chunked"], "0\r\n\r\n")], [BAD]],
    ["both lengths, one with a space before its colon",
        [bytes([...post, "transfer-encoding : chunked", `content-length: ${size}`], body)], [BAD]],
    ["both lengths of a GET that would be two",
        [bytes(["GET /nothing HTTP/1.1", "host: pictor", "content-length: 4", "transfer-encoding: chunked"],
            "0\r\n\r\nGET /health HTTP/1.1\r\nhost: pictor\r\n\r\n")], [BAD]],
    ["two different Content-Lengths", [bytes([...post, `content-length: ${size}`, "content-length: 3"], body)], [BAD]],
    ["two Content-Lengths of a GET",
        [bytes(["GET /nothing HTTP/1.1", "host: pictor", "content-length: 0", "content-length: 40"],
            "GET /health HTTP/1.1\r\nhost: pictor\r\n\r\n")], [BAD]],
    ["a list of Content-Lengths", [withLength(`${size}, ${size}`)], [BAD]],
    ["a negative Content-Length", [withLength(-5)], ["411 invalid_value"]],
    ["a Content-Length of nothing", [withLength("")], ["411 invalid_value"]],
    ["a hexadecimal Content-Length", [withLength("0x1d")], [BAD]],
    ["a Content-Length with a sign", [withLength(`+${size}`)], [BAD]],
    ["a Content-Length with letters behind", [withLength(`${size}abc`)], [BAD]],
    ["a Content-Length of a gigabyte", [withLength(1073741824)], ["413 request_too_large"]],
    ["a Content-Length beyond all numbers", [withLength("9".repeat(40))], ["413 request_too_large"]],
    ["a Content-Length that is too short", [withLength(5)], ["400 invalid_json", BAD]],
    ["no length at all", [bytes(post)], ["400 invalid_json"]],
    ["half a body, then no more can come", [withLength(1000)], [BAD], { after: (socket) => socket.end() }],
    ["a GET with a body", [Buffer.concat([request("GET", "/health", [], body), request("GET", "/health")])], ["200", "end"]],

    ["chunks", [chunked(`${wholeChunk}0\r\n\r\n`)], ["200"]],
    ["chunks, and the next request behind them",
        [Buffer.concat([chunked(`${wholeChunk}0\r\n\r\n`), request("GET", "/health")])], ["200", "200"]],
    ["chunks of one byte each",
        [chunked(`${[...body].map((one) => `1\r\n${one}\r\n`).join("")}0\r\n\r\n`)], ["200"]],
    ["a chunk size that is no number", [chunked(`zz\r\n${body}\r\n0\r\n\r\n`)], [BAD]],
    ["a negative chunk size", [chunked(`-5\r\n${body}\r\n0\r\n\r\n`)], [BAD]],
    ["a chunk size of 64 bits", [chunked(`ffffffffffffffff\r\n${body}\r\n0\r\n\r\n`)], [BAD], { after: (socket) => socket.end() }],
    ["a chunk size of 63 bits", [chunked(`7fffffffffffffff\r\n${body}\r\n0\r\n\r\n`)], [BAD], { after: (socket) => socket.end() }],
    ["a chunk size of 32 bits", [chunked(`80000000\r\n${body}\r\n0\r\n\r\n`)], [BAD], { after: (socket) => socket.end() }],
    ["a chunk size of 60 digits", [chunked(`${"f".repeat(60)}\r\n${body}\r\n0\r\n\r\n`)], [BAD], { after: (socket) => socket.end() }],
    ["a chunk size of 200 zeros", [chunked(`${"0".repeat(200)}\r\n${body}\r\n0\r\n\r\n`)], [BAD]],
    ["a chunk that is longer than its size", [chunked(`3\r\n${body}\r\n0\r\n\r\n`)], [BAD]],
    ["chunks without a last one", [chunked(wholeChunk)], [BAD], { after: (socket) => socket.end() }],
    ["a coding that is not chunked", [bytes([...post, "transfer-encoding: gzip, chunked"], "0\r\n\r\n")], [BAD]],
    ["two Transfer-Encodings",
        [bytes([...post, "transfer-encoding: chunked", "transfer-encoding: identity"], `${wholeChunk}0\r\n\r\n`)], [BAD]],
    ["Transfer-Encoding: identity", [bytes([...post, "transfer-encoding: identity"], body)], [BAD]],

    ["Expect: 100-continue", [bytes([...post, "expect: 100-continue", `content-length: ${size}`]), body], ["100", "200"], { pause: 200 }],
    ["Expect: 100-continue without a key",
        [bytes(["POST /v1/images/generations HTTP/1.1", "host: pictor", json, "expect: 100-continue", "content-length: 99"])],
        ["401 invalid_api_key"]],
    ["a body of a stranger, unread", [generation(`{"prompt":"${"a b".repeat(MIB)}"}`, [json])], ["401 invalid_api_key"]],
    ["a body of a stranger that is sent whatever the reply",
        [bytes(["POST /v1/images/generations HTTP/1.1", "host: pictor", json, `content-length: ${3 * MIB}`]), Buffer.alloc(3 * MIB, " ")],
        ["401 invalid_api_key"], { pause: 300, stubborn: true }],
    ["64 MiB of [", [generation("[".repeat(64 * MIB))], ["413 request_too_large"]],
    ["half a MiB of [", [generation("[".repeat(MIB / 2))], ["400 invalid_json"]],
    ["half a MiB of {\"a\":", [generation("{\"a\":".repeat(MIB / 10))], ["400 invalid_json"]],
    ["32 MiB that look like base64", [generation(`{"prompt":"${"A".repeat(32 * MIB)}"}`)], [BAD]],
    ["half a MiB of escapes", [generation(`{"prompt":"${"\\u0041".repeat(MIB / 12)}"}`)], [BAD]],
    ["half a MiB of parameters", [generation(`{${'"a":1,'.repeat(MIB / 12)}"b":2}`)], ["400 unknown_parameter"]],
];

// Those that end when a server's patience does.
const patience = [
    ["a head that never ends", [Buffer.from("POST /v1/ima")], [BAD]],
    ["a head that comes a byte a second", Array(60).fill(Buffer.from("a")), [BAD], { pause: 1000 }],
    ["a body that never ends", [withLength(1000, "{\"pro")], [BAD]],
    ["a chunk that never ends", [chunked("1000\r\n{")], [BAD]],
    ["a body that comes a byte a second",
        [withLength(1000, ""), ...Array(90).fill(Buffer.from(" "))], [BAD], { pause: 1000 }],
    ["a body of a stranger that comes a byte a second",
        [bytes(["POST /v1/images/generations HTTP/1.1", "host: pictor", json, "content-length: 1000"]),
            ...Array(90).fill(Buffer.from(" "))], ["401 invalid_api_key"], { pause: 1000, stubborn: true, anyEnding: true }],
    ["a body of a stranger that never stops",
        [bytes(["POST /v1/images/generations HTTP/1.1", "host: pictor", json, "content-length: 1000000000000"]),
            ...Array(90000).fill(Buffer.alloc(65536, " "))], ["401 invalid_api_key"], { pause: 1, stubborn: true, anyEnding: true }],
];

function described({ replies, rest, ending }) {
    const heard = replies.map(({ status, body: text, headers }) => {
        const code = status >= 400 && text.length > 0 ? ` ${JSON.parse(text).error.code}` : "";
        assert.ok(status === 100 || headers["x-request-id"], "expected an x-request-id with every reply");
        return `${status}${code}`;
    });
    assert.equal(rest.length, 0, `expected whole replies only, got ${JSON.stringify(rest.toString("latin1").slice(0, 200))}`);
    assert.notEqual(ending, "late", `expected an end in time, heard ${heard}`);
    return heard;
}

function checkErrors({ replies }) {
    for (const { status, headers, body: text } of replies) {
        if (status < 400 || text.length === 0) {
            continue;
        }
        const { error } = JSON.parse(text);
        assert.deepEqual(Object.keys(error).sort(), ["code", "message", "param", "type"]);
        assert.match(error.message, /: expected .*, got /);
        assert.equal(headers["content-type"], "application/json");
    }
}

async function converse([name, pieces, expected, options = {}], port) {
    const wanted = expected.filter((one) => one !== "end");
    const talked = await talk(port, pieces, { count: wanted.filter((one) => one !== "100").length || 99, ...options });
    assert.deepEqual(described(talked), wanted, name);
    assert.equal(talked.ending, options.anyEnding ? talked.ending : "closed", "expected the connection closed, not broken");
    checkErrors(talked);
}

const pictor = await startPictor({
    config: `return {
        listen = "$LISTEN", keys = { { name = "test", key = "test-key" } }, providers = { demo = { kind = "demo" } },
        limits = { in_flight = 32, drain_timeout = 5 },
    }`,
});
const waiting = patience.filter(([name]) => name.includes(only))
    .map((one) => ({ name: one[0], result: converse(one, pictor.port).then(() => null, (error) => error) }));

for (const one of conversations.filter(([name]) => name.includes(only))) {
    await test(`${one[0]}: ${one[2].join(", then ") || "closed"}`, () => converse(one, pictor.port));
}

await test("a connection is good for 100 requests one after the other", async () => {
    const pieces = Array.from({ length: 100 }, (_, i) => request("GET", i % 2 ? "/health" : "/v1/models", [key]));
    const { replies } = await talk(pictor.port, pieces, { count: 100, pause: 1 });
    assert.deepEqual(replies.map(({ status }) => status), Array(100).fill(200));
});

for (const { name, result } of waiting) {
    await test(`${name}: refused, in bounded time`, async () => {
        const error = await result;
        if (error) {
            throw error;
        }
    });
}

await test("after all of this nothing is in flight, and a good request is answered", async () => {
    await converse(conversations[0], pictor.port);
    const health = await pictor.health();
    assert.equal(health.in_flight, 0);
});

await test("pictor ends well", () => pictor.stop());
finish();
