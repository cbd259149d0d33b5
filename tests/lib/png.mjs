// png.mjs - where do PNG files of any pixel size and any number of bytes come from?
//
// Real files that every decoder opens: one bit a pixel, two colours and a pattern
// chosen by the seed, so that different seeds give different pictures and even
// 4096x4096 stays small. Asked for more bytes, it carries noise in a chunk of its own.
// SPDX-License-Identifier: MIT

import { createCipheriv, createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) {
        c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    }
    return c >>> 0;
});

function crc32(bytes) {
    let c = 0xffffffff;
    for (const byte of bytes) {
        c = crcTable[(c ^ byte) & 0xff] ^ (c >>> 8);
    }
    return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
}

// The same bytes for the same seed, and nothing that a compressor could shorten.
export function noise(seed, length) {
    const key = createHash("sha256").update(String(seed)).digest();
    return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

function header(width, height) {
    const data = Buffer.alloc(13);
    data.writeUInt32BE(width, 0);
    data.writeUInt32BE(height, 4);
    data[8] = 1;    // bits a pixel
    data[9] = 3;    // by palette
    return data;
}

function pixels(width, height, seed) {
    const stride = 1 + Math.ceil(width / 8);    // a filter byte (0: none), then the bits
    const row = Buffer.alloc(stride, noise(`row ${seed}`, 4));
    row[0] = 0;
    return deflateSync(Buffer.alloc(stride * height, row), { level: 1 });
}

// label is kept as a comment inside, and can be read back: see picture.mjs.
export function makePng({ width, height, seed = 1, bytes = 0, label = `seed ${seed}` }) {
    const parts = [
        SIGNATURE,
        chunk("IHDR", header(width, height)),
        chunk("PLTE", noise(`colours ${seed}`, 6)),
        chunk("tEXt", Buffer.from(`Comment\0${label}`, "latin1")),
        chunk("IDAT", pixels(width, height, seed)),
        chunk("IEND", Buffer.alloc(0)),
    ];
    const missing = bytes - Buffer.concat(parts).length - 12;
    if (missing > 0) {
        parts.splice(4, 0, chunk("noIs", noise(seed, missing)));
    }
    return Buffer.concat(parts);
}
