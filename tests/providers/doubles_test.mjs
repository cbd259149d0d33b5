// doubles_test.mjs - does each module's double refuse what no API would take?
//
// Pictor only sends what is right, so its own calls never show whether a double looks.
// Here one right call of each provider is taken, and sent again with something wrong:
// without its key, at another address, with a prompt that is a number, and so on.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFiles } from "../lib/files.mjs";
import { finish, test } from "../lib/harness.mjs";
import { send } from "../lib/http.mjs";
import { encodeForm, newBoundary } from "../lib/multipart.mjs";
import { imageLink } from "../lib/picture.mjs";
import { root, startPictor } from "../lib/pictor.mjs";
import { checkStops, stopLater } from "../lib/stops.mjs";
import { addressesOf, filledIn, startModuleDoubles } from "../requests/doubles.mjs";

const KEYS = ["authorization", "x-goog-api-key", "x-key", "api-key", "x-api-key"];
const PROMPT = "a red fox";
const STRANGE = "pictor_never_heard_of";

// Its schema has an empty prompt as default.
const DRAWS_WITHOUT_WORDS = ["AUTOMATIC1111"];

const files = await startFiles();
const doubles = await startModuleDoubles(root, { keys: ["test-key", "other-key"], files });
const addresses = new Map(addressesOf(doubles, files));

async function startFor(kind) {
    const text = await readFile(join(root, "modules", kind, "requests/pictor.lua"), "utf8");
    return startPictor({ config: filledIn(text, addresses) });
}

// The first call of a picture that is drawn, of whichever of its models draws one.
async function rightCall(double, pictor) {
    const { data } = (await send(pictor.url, { method: "GET", path: "/v1/models", headers: [], body: "" })).json;
    for (const { id } of data) {
        for (const images of [undefined, [imageLink("png", { width: 512, height: 512 })]]) {
            double.reset();
            const body = Buffer.from(JSON.stringify({ model: id, prompt: PROMPT, images }));
            const reply = await send(pictor.url, { method: "POST", path: `/v1/images/${images ? "edits" : "generations"}`, headers: [], body });
            const call = double.calls.find(({ bytes }) => bytes.includes(PROMPT));
            if (reply.status === 200 && call) {
                return call;
            }
        }
    }
    throw new Error("expected a model that draws, got none");
}

async function again(double, call, { method = call.method, path = call.path, headers = call.headers, bytes = call.bytes } = {}) {
    const query = [...call.query].length > 0 ? `?${call.query}` : "";
    const kept = Object.entries(headers).filter(([name]) => !["host", "content-length", "connection", "transfer-encoding"].includes(name));
    const reply = await fetch(double.url + path + query, { method, headers: Object.fromEntries(kept), body: method === "GET" ? undefined : bytes });
    await reply.arrayBuffer();
    return reply.status;
}

const refused = (status) => assert.ok(status >= 400, `expected a status over 399, got ${status}`);

// The call with other parts, in a form that is right.
function withParts(call, parts) {
    const boundary = newBoundary();
    const bytes = encodeForm(parts.map((part) => ({ ...part, bytes: part.bytes ?? Buffer.from(part.text) })), boundary);
    return { headers: { ...call.headers, "content-type": `multipart/form-data; boundary=${boundary}` }, bytes };
}

// JSON with a field of another value, wherever it is; undefined: without it.
function swapped(node, name, value) {
    if (Array.isArray(node)) {
        return node.map((one) => swapped(one, name, value));
    }
    return node && typeof node === "object" ? Object.fromEntries(Object.entries(node)
        .filter(([key]) => key !== name || value !== undefined)
        .map(([key, inner]) => [key, key === name ? value : swapped(inner, name, value)])) : node;
}

function without(call, name) {
    return call.json ? { bytes: Buffer.from(JSON.stringify(swapped(call.json, name))) }
        : withParts(call, call.parts.filter((part) => part.name !== name));
}

// The name of the field that holds the prompt.
function promptField(call) {
    const walk = (node) => Object.entries(node ?? {}).flatMap(([key, inner]) =>
        typeof inner === "string" && inner.includes(PROMPT) ? [key] : typeof inner === "object" ? walk(inner) : []);
    return call.json ? walk(call.json)[0] : call.parts.find(({ text }) => text?.includes(PROMPT)).name;
}

function withStranger(call) {
    return call.json ? { bytes: Buffer.from(JSON.stringify({ ...call.json, [STRANGE]: 1 })) }
        : withParts(call, [...call.parts, { name: STRANGE, text: "1" }]);
}

async function tryDouble(name, double, kind) {
    const pictor = await startFor(kind);
    const call = await rightCall(double, pictor);
    stopLater(pictor, kind);
    const claim = (what, change) => test(`${kind}: ${what}`, async () => refused(await again(double, call, change)));
    await test(`${kind}: the right call is taken`, async () => assert.ok(await again(double, call) < 300));
    for (const key of KEYS.filter((one) => call.headers[one] !== undefined)) {
        const { [key]: gone, ...headers } = call.headers;
        await claim(`without ${key} it is refused`, { headers });
        await claim(`with another ${key} it is refused`, { headers: { ...headers, [key]: gone.replace(/\S+$/, "nobodys-key") } });
    }
    await claim("at another address it is refused", { path: `${call.path}/elsewhere` });
    await claim("a GET is refused", { method: "GET" });
    if (call.json) {
        const bytes = Buffer.from(JSON.stringify(swapped(call.json, promptField(call), { a: 1 })));
        await claim("a prompt that is an object is refused", { bytes });
    }
    if (!DRAWS_WITHOUT_WORDS.includes(name)) {
        await claim("without a prompt it is refused", without(call, promptField(call)));
    }
    await claim("a body that is cut off is refused", { bytes: call.bytes.subarray(0, call.bytes.length - 9) });
    await claim("a field that nobody knows is refused", withStranger(call));
}

for (const [name, double] of doubles) {
    await tryDouble(name, double, name === "VERTEX" ? "gemini" : name.toLowerCase().replaceAll("_", "-"));
}
await checkStops();
for (const server of [...doubles.values(), files]) {
    await server.stop();
}
finish();
