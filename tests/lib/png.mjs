// png.mjs - where do PNG files of any pixel size and any number of bytes come from?
//
// Real files that every decoder opens. The usual one has one bit a pixel, two colours
// and a pattern chosen by the seed, so that different seeds give different pictures
// and even 4096x4096 stays small; besides it there are photos in true colour, and masks.
// Asked for more bytes, each carries noise in a chunk of its own.
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

// depth: bits a sample; colour: the type of PNG's own table.
function header(width, height, { depth, colour }) {
    const data = Buffer.alloc(13);
    data.writeUInt32BE(width, 0);
    data.writeUInt32BE(height, 4);
    data[8] = depth;
    data[9] = colour;
    return data;
}

const PALETTE = { depth: 1, colour: 3 };
const RGB = { depth: 8, colour: 2 };
const RGBA = { depth: 8, colour: 6 };

// middle: the chunks between the header and the pixels. label is kept as a comment inside,
// and can be read back: see picture.mjs.
function file({ width, height, seed = 1, bytes = 0, label = `seed ${seed}` }, kind, middle, data) {
    const parts = [
        SIGNATURE,
        chunk("IHDR", header(width, height, kind)),
        ...middle,
        chunk("tEXt", Buffer.from(`Comment\0${label}`, "latin1")),
        chunk("IDAT", data),
        chunk("IEND", Buffer.alloc(0)),
    ];
    const missing = bytes - Buffer.concat(parts).length - 12;
    if (missing > 0) {
        parts.splice(-2, 0, chunk("noIs", noise(seed, missing)));
    }
    return Buffer.concat(parts);
}

function stripes(width, height, seed) {
    const stride = 1 + Math.ceil(width / 8);    // a filter byte (0: none), then the bits
    const row = Buffer.alloc(stride, noise(`row ${seed}`, 4));
    row[0] = 0;
    return deflateSync(Buffer.alloc(stride * height, row), { level: 1 });
}

// transparent: the first of the two colours can be looked through.
export function makePng({ seed = 1, transparent = false, ...rest }) {
    const middle = [chunk("PLTE", noise(`colours ${seed}`, 6))];
    if (transparent) {
        middle.push(chunk("tRNS", Buffer.from([0])));
    }
    return file({ seed, ...rest }, PALETTE, middle, stripes(rest.width, rest.height, seed));
}

// pixel(x, y) -> its samples
function pixels(width, height, samples, pixel) {
    const out = Buffer.alloc(height * (1 + width * samples));
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            out.set(pixel(x, y), y * (1 + width * samples) + 1 + x * samples);
        }
    }
    return deflateSync(out, { level: 1 });
}

// In true colour, and hardly two pixels the same: what moved or was painted over can be seen.
export function makePhoto({ width, height, seed = 1, ...rest }) {
    const grain = noise(`photo ${seed}`, width * height);
    const data = pixels(width, height, 3, (x, y) => [255 * x / width, 255 * y / height, grain[y * width + x]]);
    return file({ width, height, seed, ...rest }, RGB, [], data);
}

const HOLES = {
    right: (x, y, width) => x >= width / 2,
    left: (x, y, width) => x < width / 2,
    all: () => true,
    none: () => false,
};

// Black, and transparent where the hole is: the half of that name, all, or none of it.
export function makeMask({ width, height, hole = "right", ...rest }) {
    const inside = HOLES[hole];
    const data = pixels(width, height, 4, (x, y) => [0, 0, 0, inside(x, y, width) ? 0 : 255]);
    return file({ width, height, ...rest }, RGBA, [], data);
}
