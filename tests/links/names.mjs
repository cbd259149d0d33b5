// names.mjs - what does a name server say that has plans of its own?
//
// Answers A and AAAA over UDP from a table. A row may be a function of how often its name
// was asked for, so that a second answer differs from the first.
// SPDX-License-Identifier: MIT

import { createSocket } from "node:dgram";
import { once } from "node:events";

const A = 1;
const AAAA = 28;

function nameIn(query) {
    const labels = [];
    let at = 12;
    while (query[at] !== 0) {
        labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
        at += 1 + query[at];
    }
    return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

// "::ffff:1.2.3.4" and "2606::1" -> 16 bytes
function bytesOfV6(text) {
    const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
    const hex = (a, b) => (Number(a) * 256 + Number(b)).toString(16);
    const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : text;
    const [before, after] = plain.split("::").map((half) => half.split(":").filter(Boolean));
    const groups = after === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
    const bytes = Buffer.alloc(16);
    groups.forEach((group, i) => bytes.writeUInt16BE(parseInt(group, 16), 2 * i));
    return bytes;
}

function record(address) {
    const data = address.includes(":") ? bytesOfV6(address) : Buffer.from(address.split(".").map(Number));
    const head = Buffer.from([0xc0, 12, 0, data.length === 16 ? AAAA : A, 0, 1, 0, 0, 0, 0, 0, data.length]);
    return Buffer.concat([head, data]);
}

function answer(query, addresses) {
    const { type, end } = nameIn(query);
    const fitting = (addresses ?? []).filter((address) => address.includes(":") === (type === AAAA));
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(addresses ? 0x8180 : 0x8183, 2);       // 3: no such name
    head.writeUInt16BE(fitting.length, 6);
    head.writeUInt32BE(0, 8);
    return Buffer.concat([head, query.subarray(12, end), ...fitting.map(record)]);
}

// table: name -> addresses, or a function (how many A were asked for before) -> addresses.
// Gives { asked: name -> how often its A was asked for, stop() }.
export async function startNames(table) {
    const socket = createSocket("udp4");
    const asked = new Map();
    socket.on("message", (query, from) => {
        const { name, type } = nameIn(query);
        const before = asked.get(name) ?? 0;
        asked.set(name, before + (type === A ? 1 : 0));
        const row = table[name];
        socket.send(answer(query, typeof row === "function" ? row(before) : row), from.port, from.address);
    });
    socket.bind(53, "127.0.0.1");
    await once(socket, "listening");
    return { asked, stop: () => socket.close() };
}
