// multipart.mjs - which parts has a multipart/form-data body?
//
// Writes a form and reads one, as RFC 7578 has it and no more forgivingly: a double
// that accepted a sloppy form would hide that the real API does not.
// SPDX-License-Identifier: MIT

import { randomBytes } from "node:crypto";

const CRLF = "\r\n";
const CALM_NAME = /^[^\r\n"]*$/;

export function newBoundary() {
    return `----pictor-test-${randomBytes(12).toString("hex")}`;
}

function partHead({ name, filename, type }) {
    if (![name, filename ?? "", type ?? ""].every((text) => CALM_NAME.test(text))) {
        throw new Error(`part: expected a name without quotes and line ends, got ${JSON.stringify({ name, filename, type })}`);
    }
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const lines = [`Content-Disposition: form-data; name="${name}"${file}`];
    if (type !== undefined) {
        lines.push(`Content-Type: ${type}`);
    }
    return lines.join(CRLF) + CRLF + CRLF;
}

// parts: [{ name, filename?, type?, bytes }]
export function encodeForm(parts, boundary) {
    const pieces = parts.flatMap((part) => [`--${boundary}${CRLF}`, partHead(part), part.bytes, CRLF]);
    return Buffer.concat([...pieces, `--${boundary}--${CRLF}`].map((piece) => Buffer.from(piece)));
}

function boundaryOf(contentType) {
    const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(contentType) ?? [];
    if (!/^multipart\/form-data\s*;/i.test(contentType) || !(quoted ?? bare)) {
        throw new Error(`content-type: expected multipart/form-data with a boundary, got ${contentType}`);
    }
    return quoted ?? bare;
}

function readHead(text) {
    const headers = new Map();
    for (const line of text.split(CRLF)) {
        const [, name, value] = /^([A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
        if (name === undefined || headers.has(name.toLowerCase())) {
            throw new Error(`part: expected each header once, as "Name: value", got ${JSON.stringify(line)}`);
        }
        headers.set(name.toLowerCase(), value);
    }
    const [, name, filename] = /^form-data; name="([^"]*)"(?:; filename="([^"]*)")?$/
        .exec(headers.get("content-disposition") ?? "") ?? [];
    if (name === undefined) {
        throw new Error(`part: expected form-data with a name, got ${JSON.stringify(text)}`);
    }
    return { name, filename, type: headers.get("content-type") };
}

// A part with a file name, or of another type than text, is bytes; any other is text.
function readPart(bytes) {
    const end = bytes.indexOf(CRLF + CRLF);
    if (end < 0) {
        throw new Error("part: expected an empty line behind its headers, got none");
    }
    const part = readHead(bytes.toString("latin1", 0, end));
    const content = bytes.subarray(end + 4);
    const file = part.filename !== undefined || !/^text\/plain(;|$)/i.test(part.type ?? "text/plain");
    return { ...part, ...(file ? { bytes: content } : { text: content.toString("utf8") }) };
}

// -> [{ name, filename, type, text or bytes }]. Throws when the form is not whole.
export function decodeForm(body, contentType) {
    const delimiter = `--${boundaryOf(contentType)}`;
    const parts = [];
    let at = body.indexOf(delimiter);
    if (at !== 0) {
        throw new Error("form: expected its boundary first, got something else");
    }
    for (;;) {
        at += delimiter.length;
        const behind = body.toString("latin1", at, at + 2);
        if (behind === "--") {
            return parts;
        }
        const next = body.indexOf(CRLF + delimiter, at);
        if (behind !== CRLF || next < 0) {
            throw new Error("form: expected another part or its end, got neither");
        }
        parts.push(readPart(body.subarray(at + 2, next)));
        at = next + 2;
    }
}
