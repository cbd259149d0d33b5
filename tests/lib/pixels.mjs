// pixels.mjs - what colour has each pixel of this PNG?
//
// Decodes PNG files without interlacing, of 8 bits a sample or of one bit and a
// palette: what the tests make, and what Pictor makes of it. Other files throw.
// SPDX-License-Identifier: MIT

import { inflateSync } from "node:zlib";

const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };       // a pixel, by the type of PNG's own table

function chunksOf(bytes) {
    const chunks = {};
    for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
        const type = bytes.toString("latin1", at + 4, at + 8);
        const data = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
        chunks[type] = Buffer.concat([chunks[type] ?? Buffer.alloc(0), data]);
    }
    return chunks;
}

function paeth(a, b, c) {
    const [da, db, dc] = [b - c, a - c, a + b - 2 * c].map(Math.abs);
    return da <= db && da <= dc ? a : db <= dc ? b : c;
}

const FILTERS = [() => 0, (a) => a, (a, b) => b, (a, b) => (a + b) >> 1, paeth];

// data: a filter byte and stride bytes a row. step: bytes a pixel, at least 1. -> the rows without filters
function unfilter(data, stride, height, step) {
    const out = Buffer.alloc(stride * height);
    for (let y = 0; y < height; y++) {
        const filter = FILTERS[data[y * (stride + 1)]];
        for (let i = 0; i < stride; i++) {
            const at = y * stride + i;
            const left = i >= step ? out[at - step] : 0;
            const above = y > 0 ? out[at - stride] : 0;
            const corner = i >= step && y > 0 ? out[at - stride - step] : 0;
            out[at] = data[y * (stride + 1) + 1 + i] + filter(left, above, corner);
        }
    }
    return out;
}

function colourOf(samples, colour, palette, transparent) {
    if (colour === 3) {
        const [index] = samples;
        return [...palette.subarray(3 * index, 3 * index + 3), transparent[index] ?? 255];
    }
    const grey = colour === 0 || colour === 4;
    const rgb = grey ? [samples[0], samples[0], samples[0]] : [...samples.subarray(0, 3)];
    return [...rgb, colour >= 4 ? samples.at(-1) : 255];
}

// -> { width, height, at(x, y) -> [red, green, blue, alpha] }
export function readPixels(bytes) {
    const { IHDR, PLTE, tRNS = Buffer.alloc(0), IDAT } = chunksOf(bytes);
    const [width, height, depth, colour, interlaced] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4), IHDR[8], IHDR[9], IHDR[12]];
    if (interlaced || !(depth === 8 || (depth === 1 && colour === 3))) {
        throw new Error(`png: expected 8 bits a sample or a palette of two, got ${depth} bits, type ${colour}`);
    }
    const samples = SAMPLES[colour];
    const stride = Math.ceil(width * samples * depth / 8);
    const rows = unfilter(inflateSync(IDAT), stride, height, samples);
    const sampleBits = (x, y) => [rows[y * stride + (x >> 3)] >> (7 - (x & 7)) & 1];
    const sampleBytes = (x, y) => rows.subarray(y * stride + x * samples, y * stride + (x + 1) * samples);
    const samplesAt = depth === 1 ? sampleBits : sampleBytes;
    return { width, height, at: (x, y) => colourOf(samplesAt(x, y), colour, PLTE, tRNS) };
}

// Where the mask is opaque, nothing may be edited: how many pixels there are, and how many differ. All three
// are of the same size.
export function changedOutside(before, after, mask) {
    let changed = 0, kept = 0;
    for (let y = 0; y < before.height; y++) {
        for (let x = 0; x < before.width; x++) {
            if (mask.at(x, y)[3] === 255) {
                kept++;
                changed += before.at(x, y).join() === after.at(x, y).join() ? 0 : 1;
            }
        }
    }
    return { changed, kept };
}
