// compare.mjs - where does what happened first differ from what the document says?
//
// Each function gives one line "block path: expected X, got Y", or null. Besides
// what a document asks for, every reply must keep the habits that all have.
// SPDX-License-Identifier: MIT

import { difference, show, textMatches } from "../lib/pattern.mjs";
import { decodeBase64, readPicture } from "../lib/picture.mjs";

// A header whose value is "-" must not be there.
function headerDifference(expected, got, path) {
    for (const [name, value] of expected) {
        const real = got[name];
        const good = value === "-" ? real === undefined : real !== undefined && textMatches(value, String(real));
        if (!good) {
            return `${path} header ${name}: expected ${value === "-" ? "none" : value}, got ${real ?? "none"}`;
        }
    }
    return null;
}

export function callDifference(expected, call, path) {
    const line = `${call.method} ${call.path}`;
    if (!textMatches(`${expected.method} ${expected.path}`, line)) {
        return `${path}: expected ${expected.method} ${expected.path}, got ${line}`;
    }
    return headerDifference(expected.headers, call.headers, path)
        ?? (expected.body === undefined ? null : difference(expected.body, call.json, path));
}

// places: each call block with the call that came for it; calls: all that came.
export function callsDifference(exchange, places, calls) {
    for (const { expected, path, call } of places) {
        const found = call ? callDifference(expected, call, path)
            : `${path}: expected ${expected.method} ${expected.path}, got no such call`;
        if (found) {
            return found;
        }
        if (call.refused && expected.answer?.status) {
            return `${path}: expected to be worth its answer, got refused with "${call.refused}"`;
        }
    }
    const counted = exchange.calls.length > 0 || exchange.nothingSent;
    const extra = counted ? calls.find((call) => !places.some((place) => place.call === call)) : undefined;
    return extra ? `calls: expected ${exchange.calls.length}, got also ${extra.method} ${extra.path} ${show(extra.json)}`
        : null;
}

function pathOfNull(value, path) {
    if (value === null) {
        return path;
    }
    const entries = typeof value === "object" ? Object.entries(value) : [];
    return entries.map(([key, inner]) => pathOfNull(inner, `${path}.${key}`)).find(Boolean);
}

function pictureOf(entry) {
    const bytes = decodeBase64(entry.b64_json);
    return bytes && readPicture(bytes);
}

// Every picture is whole, none comes twice, and the reply tells the first one's true size and format.
function pictureProblem({ data, size, output_format: format }) {
    const broken = data.findIndex((entry) => !pictureOf(entry)?.whole);
    if (broken >= 0) {
        return `reply.data[${broken}].b64_json: expected a whole picture in base64, got ${show(data[broken].b64_json)}`;
    }
    const double = data.findIndex((entry, i) => data.slice(0, i).some((other) => other.b64_json === entry.b64_json));
    if (double >= 0) {
        return `reply.data[${double}].b64_json: expected another picture than before, got the same again`;
    }
    const { width, height, type } = pictureOf(data[0]);
    return size === `${width}x${height}` && format === type ? null
        : `reply: expected size and output_format of the picture, ${width}x${height} ${type}, got ${size} ${format}`;
}

function habitProblem({ headers, text, json }) {
    const missing = ["x-request-id", "server-timing", "date"].find((name) => !headers[name]);
    if (missing) {
        return `reply header ${missing}: expected one, got none`;
    }
    if (!/^application\/json/.test(headers["content-type"] ?? "") || json === undefined) {
        return `reply: expected JSON, got ${headers["content-type"]}: ${text.slice(0, 200)}`;
    }
    if (text.includes("\ufffd")) {
        return `reply: expected UTF-8, got ${text.slice(0, 200)}`;
    }
    if (/(test|other|expired)-key/.test(text)) {
        return `reply: expected nobody's key, got ${text.slice(0, 200)}`;
    }
    const nothing = pathOfNull(json, "reply");
    if (nothing && nothing !== "reply.error.param") {
        return `${nothing}: expected to be absent, got null`;
    }
    return Array.isArray(json.data) && json.object === undefined ? pictureProblem(json) : null;
}

// "same": exactly the pictures of the reply before; "other": none of them.
function repetitionProblem({ same, other }, reply, before) {
    if (!same && !other) {
        return null;
    }
    const [now, then] = [reply, before].map((one) => one?.json?.data?.map((entry) => entry.b64_json) ?? []);
    const good = same ? now.length === then.length && now.every((text, i) => text === then[i])
        : !now.some((text) => then.includes(text));
    return good ? null : `reply.data: expected ${same ? "the pictures" : "none of the pictures"} of the reply before`;
}

// before: the reply to the request before, of the same document.
export function replyDifference(expected, reply, before) {
    if (expected.status !== reply.status) {
        return `reply: expected status ${expected.status}, got ${reply.status}: ${reply.text.slice(0, 400)}`;
    }
    return headerDifference(expected.headers, reply.headers, "reply")
        ?? (expected.body === undefined ? null : difference(expected.body, reply.json, "reply"))
        ?? habitProblem(reply) ?? repetitionProblem(expected.flags ?? {}, reply, before);
}

export function planDifference(expected, reply) {
    const plan = reply.json?.plan;
    return plan === undefined ? `plan: expected a reply with a plan, got ${reply.status}: ${reply.text.slice(0, 400)}`
        : difference(expected, plan, "plan");
}
