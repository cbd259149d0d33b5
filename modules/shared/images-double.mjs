// images-double.mjs - what do doubles of APIs that are shaped like OpenAI's Images API have in common?
//
// Which fields a body or a form has and what each may be, who asks, and pictures of the
// size asked for. What is refused, and in which words, is each double's own business.
// SPDX-License-Identifier: MIT

import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

// ---- what a value may be: (value) -> is it one? --------------------------------------------

export const text = (value) => typeof value === "string" && value !== "";
export const number = (value) => typeof value === "number" && Number.isFinite(value);
export const flag = (value) => typeof value === "boolean";
export const whole = (min = 0, max = 2 ** 53 - 1) => (value) => Number.isInteger(value) && value >= min && value <= max;
export const oneOf = (...words) => (value) => words.includes(value);
export const listOf = (good) => (value) => Array.isArray(value) && value.length > 0 && value.every(good);

// "1024x768" whose sides are within min and max, and multiples of step
export const size = ({ min = 1, max = 65535, step = 1 } = {}) => (value) => {
    const sides = /^([1-9]\d*)x([1-9]\d*)$/.exec(value)?.slice(1).map(Number);
    return Boolean(sides?.every((side) => side >= min && side <= max && side % step === 0));
};

const isWhole = (bytes) => Boolean(readPicture(bytes ?? Buffer.alloc(0))?.whole);
export const base64 = (value) => isWhole(decodeBase64(value));

// What is declared must be what it is.
export const dataLink = (value) => {
    const [, type, data] = /^data:image\/(png|jpeg|webp);base64,(.*)$/.exec(value) ?? [];
    const picture = readPicture(decodeBase64(data) ?? Buffer.alloc(0));
    return Boolean(picture?.whole && picture.type === type);
};

// A part of a form that is a picture, with a file name and its true type
export const file = (part) => isWhole(part?.bytes) && Boolean(part.filename) && part.type === `image/${readPicture(part.bytes).type}`;

// ---- a call as a whole --------------------------------------------------------------------------

// fields: name -> test. -> null | { name, reason: "unknown", "missing" or "invalid" }
export function wrongField(fields, required, asked) {
    const names = Object.keys(asked);
    const strange = names.find((name) => !fields[name]);
    const missing = required.find((name) => asked[name] === undefined);
    const invalid = names.find((name) => fields[name] && !fields[name](asked[name]));
    const [name, reason] = strange ? [strange, "unknown"] : missing ? [missing, "missing"] : [invalid, "invalid"];
    return name === undefined ? null : { name, reason };
}

// A JSON object, or undefined
export function bodyOf(call) {
    const { json } = call;
    const isJson = /^application\/json(;|$)/i.test(call.headers["content-type"] ?? "");
    return isJson && json !== null && typeof json === "object" && !Array.isArray(json) ? json : undefined;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

// A form's parts by their names: texts as what they stand for, files as parts; of names in lists, all of them. A name
// twice that is in no list becomes a list all the same, and so is refused. undefined: no form
export function formOf(call, lists = []) {
    if (!call.parts) {
        return undefined;
    }
    const asked = {};
    for (const part of call.parts) {
        const value = part.bytes ? part : part.name !== "prompt" && NUMBER.test(part.text) ? Number(part.text) : part.text;
        const before = asked[part.name];
        asked[part.name] = before !== undefined || lists.includes(part.name) ? [...before ?? [], value] : value;
    }
    return asked;
}

// "missing", "wrong", or null where the key is a good one
export function keyTrouble(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    return key ? (keys.includes(key) ? null : "wrong") : "missing";
}

// n pictures, each another one: { bytes, base64 }
export function drawn(call, n, { format = "png", width = 1024, height = 1024, pictureBytes = 6000 }) {
    return Array.from({ length: n }, (_, i) => {
        const bytes = makePicture(format, {
            width, height, bytes: pictureBytes, seed: call.number * 100 + i, label: `${call.to} ${call.number}.${i + 1}`,
        });
        return { bytes, base64: bytes.toString("base64") };
    });
}

export function sidesOf(value, usual = 1024) {
    const [width, height] = /^\d+x\d+$/.test(value ?? "") ? value.split("x").map(Number) : [usual, usual];
    return { width, height };
}
