// compare.mjs - where does what happened first differ from what the document says?
//
// Each function gives one line "block path: expected X, got Y", or null. Besides
// what a document asks for, every reply must keep the habits that all have.
// SPDX-License-Identifier: MIT

import { difference, show, textMatches } from "../lib/pattern.mjs";
import { decodeBase64, readPicture } from "../lib/picture.mjs";
import { changedOutside, readPixels } from "../lib/pixels.mjs";

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

function shownBytes(bytes) {
    const picture = readPicture(bytes);
    return picture ? `a ${picture.type} of ${picture.width}x${picture.height}, ${bytes.length} bytes, "${picture.label}"`
        : show(bytes.toString("utf8"));
}

function partDifference(expected, part, path) {
    for (const key of ["filename", "type"]) {
        const good = expected[key] === undefined ? part[key] === undefined : textMatches(expected[key], part[key] ?? "");
        if (!good) {
            return `${path} ${expected.name}: expected ${key} ${expected[key] ?? "none"}, got ${part[key] ?? "none"}`;
        }
    }
    const bytes = part.bytes ?? Buffer.from(part.text);
    const good = expected.bytes.equals(bytes) || textMatches(expected.bytes.toString("utf8"), bytes.toString("utf8"));
    return good ? null : `${path} ${expected.name}: expected ${shownBytes(expected.bytes)}, got ${shownBytes(bytes)}`;
}

// "…" among the expected parts stands for any others.
function partsDifference(expected, parts = [], path) {
    const names = parts.map(({ name }) => name).join(", ") || "none";
    let at = 0;
    for (const [i, one] of expected.entries()) {
        if (one === "…") {
            const next = parts.findIndex(({ name }, k) => k >= at && name === expected[i + 1]?.name);
            at = next < 0 ? parts.length : next;
            continue;
        }
        const found = parts[at]?.name === one.name ? partDifference(one, parts[at], path)
            : `${path}: expected part ${at + 1} to be ${one.name}, got ${names}`;
        if (found) {
            return found;
        }
        at++;
    }
    return at === parts.length ? null : `${path}: expected ${at} parts, got ${names}`;
}

function bodyDifference(expected, call, path) {
    if (expected.parts) {
        return partsDifference(expected.parts, call.parts, path);
    }
    return expected.body === undefined ? null : difference(expected.body, call.json, path);
}

export function callDifference(expected, call, path) {
    const query = expected.path.includes("?") ? `?${call.query}` : "";
    const line = `${call.method} ${call.path}${query}`;
    if (!textMatches(`${expected.method} ${expected.path}`, line)) {
        return `${path}: expected ${expected.method} ${expected.path}, got ${line}`;
    }
    return headerDifference(expected.headers, call.headers, path) ?? bodyDifference(expected, call, path);
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
    return extra ? `calls: expected ${exchange.calls.length}, got also ${extra.method} ${extra.path} ${show(extra.json ?? extra.parts)}`
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

// "outside-mask": the first picture that was sent, and the one that came back, are the same around the mask's hole.
function maskProblem({ "outside-mask": wanted }, { parts = [] }, reply) {
    if (!wanted) {
        return null;
    }
    const [image, mask] = ["image", "mask"].map((start) => readPixels(parts.find(({ name }) => name.startsWith(start)).bytes));
    const after = readPixels(decodeBase64(reply.json.data[0].b64_json));
    if (after.width !== image.width || after.height !== image.height) {
        return `reply: expected a picture of ${image.width}x${image.height}, got ${after.width}x${after.height}`;
    }
    const { changed, kept } = changedOutside(image, after, mask);
    const same = changedOutside(image, after, { at: () => [0, 0, 0, 255] });
    if (changed > 0 || kept === 0) {
        return `reply: expected all ${kept} pixels outside the mask as they were, got ${changed} others`;
    }
    return same.changed > 0 ? null : "reply: expected an edit inside the mask, got the same picture";
}

// before: the reply to the request before, of the same document.
export function replyDifference(expected, reply, before, request = {}) {
    if (expected.status !== reply.status) {
        return `reply: expected status ${expected.status}, got ${reply.status}: ${reply.text.slice(0, 400)}`;
    }
    return headerDifference(expected.headers, reply.headers, "reply")
        ?? (expected.body === undefined ? null : difference(expected.body, reply.json, "reply"))
        ?? habitProblem(reply) ?? repetitionProblem(expected.flags ?? {}, reply, before)
        ?? maskProblem(expected.flags ?? {}, request, reply);
}

export function planDifference(expected, reply) {
    const plan = reply.json?.plan;
    return plan === undefined ? `plan: expected a reply with a plan, got ${reply.status}: ${reply.text.slice(0, 400)}`
        : difference(expected, plan, "plan");
}
