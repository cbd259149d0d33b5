// jpeg.mjs - where do JPEG files of any pixel size and any number of bytes come from?
//
// Real baseline files of one grey, which the seed chooses: every block is the same,
// so two bits each are enough. Asked for more bytes, it carries noise in comment
// segments in front of the size, where a reader that only looks at the first
// kilobyte would lose its way.
// SPDX-License-Identifier: MIT

import { noise } from "./png.mjs";

function segment(marker, data) {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
}

function frame(width, height) {
    const data = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
    data.writeUInt16BE(height, 1);
    data.writeUInt16BE(width, 3);
    return data;
}

// lengths: how many codes of 1, 2, 3 … bits; then the symbols in that order.
function codes(place, lengths, symbols) {
    const counts = Buffer.alloc(16);
    lengths.forEach((n, i) => { counts[i] = n; });
    return Buffer.concat([Buffer.from([place]), counts, Buffer.from(symbols)]);
}

// The first block says how grey ("10", eight bits, end); every other one "no change, end" (00).
function scan(width, height, seed) {
    const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
    const grey = noise(`grey ${seed}`, 1)[0];
    const bits = 0b10 * 512 + grey * 2;     // 11 bits, stands at the left of two bytes
    const out = Buffer.alloc(Math.max(2, Math.ceil((11 + 2 * (blocks - 1)) / 8)));
    out.writeUInt16BE(bits << 5, 0);
    return Buffer.from(out.toString("latin1").replaceAll("\xff", "\xff\x00"), "latin1");
}

function comments(seed, bytes) {
    const parts = [];
    for (let left = bytes; left > 0; left -= 65000) {
        parts.push(segment(0xfe, noise(`${seed} ${left}`, Math.min(left, 65000))));
    }
    return parts;
}

// label is kept as a comment inside, and can be read back: see picture.mjs.
export function makeJpeg({ width, height, seed = 1, bytes = 0, label = `seed ${seed}` }) {
    const front = [
        Buffer.from([0xff, 0xd8]),
        segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1")),
        segment(0xfe, Buffer.from(label, "latin1")),
    ];
    const back = [
        segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 4)])),
        segment(0xc0, frame(width, height)),
        segment(0xc4, codes(0x00, [1, 1], [0, 8])),
        segment(0xc4, codes(0x10, [1], [0])),
        segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
        scan(width, height, seed),
        Buffer.from([0xff, 0xd9]),
    ];
    const missing = bytes - Buffer.concat([...front, ...back]).length;
    return Buffer.concat([...front, ...comments(seed, missing), ...back]);
}
