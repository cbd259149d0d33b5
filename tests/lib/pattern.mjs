// pattern.mjs - does this JSON look as the document says it should?
//
// A pattern is JSON in which "…" matches: inside a text anything, as a value
// anything that is there, as a key (or as the pair "…": "…") any further keys. What
// a pattern does not name may not be there.
// SPDX-License-Identifier: MIT

const DOTS = "…";

// What a bare … stands for, by what is in front of it: a value, or a pair in an object.
function wordFor(out, container) {
    const before = out.trimEnd().at(-1);
    return container === "{" && before !== ":" ? `"${DOTS}": "${DOTS}"` : `"${DOTS}"`;
}

// JSON in which … may stand without quotes. Throws as JSON.parse does.
export function parsePattern(text) {
    const containers = [];
    let out = "";
    for (const token of text.match(/"(?:[^"\\]|\\.)*"|…|[\s\S]/gu) ?? []) {
        if (token === "{" || token === "[") {
            containers.push(token);
        } else if (token === "}" || token === "]") {
            containers.pop();
        }
        out += token === DOTS ? wordFor(out, containers.at(-1)) : token;
    }
    return JSON.parse(out.replace(new RegExp(`("${DOTS}")\\s*:\\s*"${DOTS}"\\s*:`, "g"), "$1:"));
}

// True when got is pattern, with any text where pattern has …
export function textMatches(pattern, got) {
    let at = 0;
    const pieces = pattern.split(DOTS);
    if (pieces.length === 1) {
        return pattern === got;
    }
    for (const [i, piece] of pieces.entries()) {
        const found = i === pieces.length - 1 ? got.length - piece.length : got.indexOf(piece, at);
        if (found < at || (i === 0 && found !== 0) || !got.startsWith(piece, found)) {
            return false;
        }
        at = found + piece.length;
    }
    return true;
}

export function show(value) {
    const text = JSON.stringify(value) ?? "nothing";
    return text.length > 200 ? `${text.slice(0, 140)}… (${text.length} characters)` : text;
}

function differs(path, pattern, got) {
    return `${path}: expected ${show(pattern)}, got ${show(got)}`;
}

function listDifference(pattern, got, path) {
    if (!Array.isArray(got)) {
        return differs(path, pattern, got);
    }
    if (pattern.length !== got.length) {
        return `${path}: expected ${pattern.length} entries, got ${got.length}: ${show(got)}`;
    }
    for (const [i, inner] of pattern.entries()) {
        const found = difference(inner, got[i], `${path}[${i}]`);
        if (found) {
            return found;
        }
    }
    return null;
}

function objectDifference(pattern, got, path) {
    if (got === null || typeof got !== "object" || Array.isArray(got)) {
        return differs(path, pattern, got);
    }
    for (const [key, inner] of Object.entries(pattern)) {
        const found = key === DOTS ? null : difference(inner, got[key], `${path}.${key}`);
        if (found) {
            return found;
        }
    }
    const extra = Object.keys(got).find((key) => !(key in pattern));
    return extra === undefined || DOTS in pattern ? null : differs(`${path}.${extra}`, undefined, got[extra]);
}

// The first difference as "path: expected X, got Y", or null.
export function difference(pattern, got, path) {
    if (pattern === DOTS) {
        return got === undefined ? `${path}: expected something, got nothing` : null;
    }
    if (Array.isArray(pattern)) {
        return listDifference(pattern, got, path);
    }
    if (pattern !== null && typeof pattern === "object") {
        return objectDifference(pattern, got, path);
    }
    if (typeof pattern === "string" && typeof got === "string") {
        return textMatches(pattern, got) ? null : differs(path, pattern, got);
    }
    return pattern === got ? null : differs(path, pattern, got);
}
