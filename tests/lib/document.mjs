// document.mjs - what does a document of tests/requests/ ask for, and expect?
//
// Reads the Markdown: a title, prose, and fenced blocks. Knows the form of the
// blocks and their macros, nothing of how a request is carried out: run.mjs does it.
// SPDX-License-Identifier: MIT

import { encodeForm, newBoundary } from "./multipart.mjs";
import { makePicture } from "./picture.mjs";
import { parsePattern } from "./pattern.mjs";

const PICTURES = ["png", "photo", "jpeg", "webp", "gif"];
const MACRO = /\$(png|photo|mask|jpeg|webp|gif|repeat|bytes)\(([^)]*)\)/;
const KINDS = ["config", "request", "plan", "call", "answer", "reply", "log"];

function sides(text) {
    const [width, height] = text.split("x").map(Number);
    return { width, height };
}

function pictureMacro(type, [size, seed = "1", bytes = "0"]) {
    return makePicture(type, { ...sides(size), seed: Number(seed), bytes: Number(bytes) });
}

function maskMacro([size, hole = "right", bytes = "0"]) {
    return makePicture("mask", { ...sides(size), hole: hole.trim(), bytes: Number(bytes) });
}

function repeatMacro(args) {
    const count = Number(args.at(-1));
    return Buffer.from(args.slice(0, -1).join(",").repeat(count));
}

// $png(64x48,7) $photo(…) $jpeg(64x48,7,9000) $webp(…) $gif(…) $mask(64x48,right): pictures, as they are or
// as base64; $repeat(text,count); $bytes(ff fe)
function macro(name, argument, asIs) {
    const args = argument.split(",");
    if (name === "repeat") {
        return repeatMacro(args);
    }
    if (name === "bytes") {
        return Buffer.from(argument.replaceAll(" ", ""), "hex");
    }
    const picture = PICTURES.includes(name) ? pictureMacro(name, args) : maskMacro(args);
    return asIs ? picture : Buffer.from(picture.toString("base64"));
}

// The bytes that a block stands for. asIs: pictures are their bytes, not base64.
export function expand(text, asIs = false) {
    const pieces = text.split(MACRO);
    const out = [];
    for (let i = 0; i < pieces.length; i += 3) {
        out.push(Buffer.from(pieces[i]));
        if (i + 1 < pieces.length) {
            out.push(macro(pieces[i + 1], pieces[i + 2], asIs));
        }
    }
    return Buffer.concat(out);
}

// "first line, headers, empty line, body" -> { first, headers: [[name, value]], body: text }
function parseMessage(text) {
    const [head, ...rest] = text.split("\n\n");
    const [first, ...lines] = head.split("\n").filter((line) => line.trim() !== "");
    const headers = lines.map((line) => {
        const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
        if (name === undefined) {
            throw new Error(`header: expected "name: value", got "${line}"`);
        }
        return [name.toLowerCase(), value.trim()];
    });
    return { first: first?.trim() ?? "", headers, body: rest.join("\n\n").trim() };
}

function parseBody(text) {
    if (text === "") {
        return undefined;
    }
    const expanded = expand(text).toString("utf8");
    try {
        return parsePattern(expanded);
    } catch (error) {
        throw new Error(`JSON: ${error.message} in ${expanded.slice(0, 200)}`);
    }
}

// "name = value ; filename=a.png ; type=image/png" -> { name, filename, type, bytes }, or "…"
function parsePart(text) {
    if (text === "…") {
        return text;
    }
    const [, name, rest] = /^([^=\s]+) =(?: ([\s\S]*))?$/.exec(text) ?? [];
    if (name === undefined) {
        throw new Error(`part: expected "name = value ; filename=… ; type=…", got "${text.slice(0, 80)}"`);
    }
    const [value, ...more] = (rest ?? "").split(" ; ");
    const part = { name, bytes: expand(value, true) };
    for (const attribute of more) {
        const [, key, word] = /^(filename|type)=(.*)$/.exec(attribute.trim()) ?? [];
        if (key === undefined) {
            throw new Error(`part ${name}: expected filename=… or type=…, got "${attribute}"`);
        }
        part[key] = word;
    }
    return part;
}

function contentType(headers) {
    return headers.find(([name]) => name === "content-type")?.[1] ?? "";
}

// A paragraph a part.
function parseParts(body) {
    return body.split(/\n{2,}/).filter(Boolean).map((text) => parsePart(text.trim()));
}

// A form is written as paragraphs where its header says nothing but that; otherwise as it is, but for
// its line ends.
function requestBody(headers, body) {
    const given = contentType(headers);
    if (given !== "multipart/form-data") {
        const form = /^multipart\//i.test(given);
        return { headers, body: form ? expand(body.replaceAll("\n", "\r\n"), true) : expand(body) };
    }
    const boundary = newBoundary();
    const parts = parseParts(body);
    const type = `multipart/form-data; boundary=${boundary}`;
    return {
        headers: headers.map(([name, value]) => [name, name === "content-type" ? type : value]),
        body: encodeForm(parts, boundary), parts,
    };
}

function methodAndPath(first) {
    const [method, path, ...more] = first.split(" ");
    if (!/^[A-Z]+$/.test(method) || !path?.startsWith("/") || more.length > 0) {
        throw new Error(`expected "METHOD /path", got "${first}"`);
    }
    return { method, path };
}

// ["delay=300", "cut"] -> { delay: 300, cut: true }
function parseFlags(flags, known) {
    const values = {};
    for (const flag of flags) {
        const [name, value] = flag.split("=");
        if (!known.includes(name)) {
            throw new Error(`flags: expected one of ${known.join(", ")}, got "${name}"`);
        }
        values[name] = value === undefined ? true : Number(value);
    }
    return values;
}

function parseRequest(block) {
    const { first, headers, body } = parseMessage(block.text);
    const flags = parseFlags(block.flags, ["beside", "draining", "stop-after"]);
    return { ...methodAndPath(first), ...requestBody(headers, body), flags };
}

function parseCall(block) {
    const { first, headers, body } = parseMessage(block.text);
    const form = contentType(headers).startsWith("multipart/form-data");
    return {
        ...methodAndPath(first), headers, anyOrder: block.flags.includes("any-order"),
        ...(form ? { parts: parseParts(body) } : { body: parseBody(body) }),
    };
}

// Without a status the double gives its own answer, only later or broken off.
function parseAnswer(block) {
    const { first, headers, body } = parseMessage(block.text);
    const answer = parseFlags(block.flags, ["delay", "reset", "cut"]);
    if (first === "raw") {
        return { ...answer, raw: expand(body) };
    }
    if (first === "") {
        return answer;
    }
    return { ...answer, status: statusOf(first), headers: Object.fromEntries(headers), body: expand(body) };
}

function statusOf(first) {
    if (!/^\d{3}$/.test(first)) {
        throw new Error(`expected a status such as 200, got "${first}"`);
    }
    return Number(first);
}

function parseReply(block) {
    const { first, headers, body } = parseMessage(block.text);
    const flags = parseFlags(block.flags, ["same", "other", "outside-mask"]);
    return { status: statusOf(first), headers, body: parseBody(body), flags };
}

function fencedBlocks(text) {
    const blocks = [];
    const fence = /^(`{3,})[ \t]*(\S*)([^\n`]*)\n([\s\S]*?)^\1[ \t]*$/gm;
    for (const [, , kind, flags, body] of text.matchAll(fence)) {
        blocks.push({ kind, flags: flags.trim().split(/\s+/).filter(Boolean), text: body });
    }
    return blocks;
}

function addCall(exchange, block) {
    if (block.text.trim() === "none") {
        exchange.nothingSent = true;
        return;
    }
    exchange.calls.push(parseCall(block));
}

function addAnswer(exchange, block) {
    const call = exchange.calls.at(-1);
    if (!call || call.answer) {
        throw new Error("expected a call in front of each answer");
    }
    call.answer = parseAnswer(block);
}

// Each request begins an exchange; what follows it belongs to it.
const readers = {
    plan: (exchange, block) => { exchange.plan = parseBody(block.text); },
    call: addCall,
    answer: addAnswer,
    reply: (exchange, block) => { exchange.reply = parseReply(block); },
    log: (exchange, block) => { exchange.log = block.text.trim().split("\n").map(parseBody); },
};

// "google.lua with=image": the file; a C module that the build must have, or must lack.
function readConfig(document, { flags, text }) {
    const needs = flags.filter((flag) => flag.includes("=")).map((flag) => flag.split("="));
    const strange = needs.find(([name]) => !["with", "without"].includes(name));
    if (strange) {
        throw new Error(`flags: expected a file, with=MODULE or without=MODULE, got "${strange.join("=")}"`);
    }
    const file = flags.find((flag) => !flag.includes("="));
    document.needs = Object.fromEntries(needs);
    if (file || text.trim() !== "") {
        document[file ? "configFile" : "config"] = file ?? text;
    }
}

function readBlock(document, block) {
    if (block.kind === "config") {
        readConfig(document, block);
    } else if (block.kind === "request") {
        document.exchanges.push({ request: parseRequest(block), calls: [], nothingSent: false, log: [] });
    } else if (document.exchanges.length === 0) {
        throw new Error("expected a request in front of it");
    } else {
        readers[block.kind](document.exchanges.at(-1), block);
    }
}

function check(document) {
    if (!document.title) {
        throw new Error("expected a first line \"# A sentence\"");
    }
    if (document.exchanges.length === 0) {
        throw new Error("expected a block request, got none");
    }
    for (const { reply, nothingSent, calls } of document.exchanges) {
        if (!reply) {
            throw new Error("expected a block reply behind each request");
        }
        if (nothingSent && calls.length > 0) {
            throw new Error("expected either calls or \"none\", got both");
        }
    }
}

// { name, title, config or configFile, needs: { with, without }, exchanges: [{ request, plan, calls, nothingSent, reply, log }] }.
// Throws with the block's name when a block is not what it should be.
export function parseDocument(name, text) {
    const document = { name, title: /^# (.+)/.exec(text)?.[1], exchanges: [] };
    for (const block of fencedBlocks(text)) {
        if (!KINDS.includes(block.kind)) {
            throw new Error(`block: expected one of ${KINDS.join(", ")}, got "${block.kind}"`);
        }
        try {
            readBlock(document, block);
        } catch (error) {
            throw new Error(`${block.kind}: ${error.message}`);
        }
    }
    check(document);
    return document;
}
