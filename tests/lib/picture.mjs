// picture.mjs - which picture is this, and is it a whole one?
//
// Makes pictures by type, and reads back what came out at the other end: type,
// pixel size, and the label that tells one test picture from another. WebP and GIF
// are no more than a correct beginning: nothing here decodes them.
// SPDX-License-Identifier: MIT

import { makeJpeg } from "./jpeg.mjs";
import { makeMask, makePhoto, makePng, noise } from "./png.mjs";

function makeWebp({ width, height, seed = 1, bytes = 64, transparent = false }) {
    const data = Buffer.concat([Buffer.alloc(10), noise(seed, Math.max(bytes, 64) - 30)]);
    data[0] = transparent ? 0x10 : 0;
    data.writeUIntLE(width - 1, 4, 3);
    data.writeUIntLE(height - 1, 7, 3);
    const head = Buffer.from("RIFF\0\0\0\0WEBPVP8X\0\0\0\0", "latin1");
    head.writeUInt32LE(data.length + 12, 4);
    head.writeUInt32LE(10, 16);
    return Buffer.concat([head, data]);
}

function makeGif({ width, height, seed = 1 }) {
    const head = Buffer.from("GIF89a\0\0\0\0\x80\0\0", "latin1");
    head.writeUInt16LE(width, 6);
    head.writeUInt16LE(height, 8);
    return Buffer.concat([head, noise(seed, 6), Buffer.from(";", "latin1")]);
}

const makers = { png: makePng, photo: makePhoto, mask: makeMask, jpeg: makeJpeg, webp: makeWebp, gif: makeGif };

// type: png, jpeg, webp, gif; photo and mask are PNG too, see png.mjs.
// options: width, height, seed, bytes (about so many at least), label; transparent (png, webp), hole (mask).
export function makePicture(type, options) {
    return makers[type](options);
}

// The same as an edit in JSON has it; of PNG types only.
export function imageLink(type, { seed = 1, ...options }) {
    return { image_url: `data:image/png;base64,${makePicture(type, { seed, ...options }).toString("base64")}` };
}

function readPng(bytes) {
    const label = bytes.indexOf("tEXtComment\0", 0, "latin1");
    return {
        type: "png",
        width: bytes.readUInt32BE(16),
        height: bytes.readUInt32BE(20),
        alpha: [4, 6].includes(bytes[25]) || bytes.includes("tRNS"),
        label: label < 0 ? "" : bytes.toString("latin1", label + 12, label + 8 + bytes.readUInt32BE(label - 4) - 4),
        whole: bytes.subarray(-8, -4).toString("latin1") === "IEND",
    };
}

function readJpeg(bytes) {
    const found = { type: "jpeg", width: 0, height: 0, alpha: false, label: "" };
    for (let at = 2; at + 8 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
        const marker = bytes[at + 1];
        if (marker === 0xfe && found.label === "") {
            found.label = bytes.toString("latin1", at + 4, at + 2 + bytes.readUInt16BE(at + 2));
        }
        if (marker >= 0xc0 && marker <= 0xc2) {
            found.height = bytes.readUInt16BE(at + 5);
            found.width = bytes.readUInt16BE(at + 7);
            break;
        }
    }
    return { ...found, whole: bytes.readUInt16BE(bytes.length - 2) === 0xffd9 };
}

function readWebp(bytes) {
    const width = 1 + bytes.readUIntLE(24, 3);
    const height = 1 + bytes.readUIntLE(27, 3);
    return { type: "webp", width, height, alpha: (bytes[20] & 0x10) !== 0, label: "", whole: bytes.readUInt32LE(4) + 8 === bytes.length };
}

function readGif(bytes) {
    const width = bytes.readUInt16LE(6);
    return { type: "gif", width, height: bytes.readUInt16LE(8), alpha: false, label: "", whole: bytes.at(-1) === 0x3b };
}

// { type, width, height, alpha, label, whole }, or null when the bytes are no picture that we know.
export function readPicture(bytes) {
    const start = bytes.toString("latin1", 0, 12);
    if (bytes.length < 16) {
        return null;
    }
    if (start.startsWith("\x89PNG\r\n\x1a\n")) {
        return readPng(bytes);
    }
    if (start.startsWith("\xff\xd8\xff")) {
        return readJpeg(bytes);
    }
    if (start.startsWith("RIFF") && start.endsWith("WEBP")) {
        return readWebp(bytes);
    }
    return start.startsWith("GIF8") ? readGif(bytes) : null;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

// The bytes of canonical base64; null when it is not (Node itself would forgive anything).
export function decodeBase64(text) {
    if (typeof text !== "string" || text.length % 4 !== 0 || !BASE64.test(text)) {
        return null;
    }
    return Buffer.from(text, "base64");
}
