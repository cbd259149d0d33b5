// run.mjs - is a form the same form however it travels?
//
//     node tests/forms/run.mjs
//
// One edit as a form, explained and not sent: in two chunks, cut at every place; cut
// off at every place; encoded by the clients that people use; and large. What the
// explanation only counts, the pictures' bytes, is compared where they are sent.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { startGemini } from "../lib/gemini.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { makePicture } from "../lib/picture.mjs";
import { binary, startPictor } from "../lib/pictor.mjs";
import { key, request, talk } from "../load/raw.mjs";

const MIB = 1024 * 1024;
const PATH = "/v1/images/edits";
const gemini = await startGemini();
const pictor = await startPictor({
    config: `return {
        listen = "$LISTEN", keys = { { name = "test", key = "test-key" } }, privacy = { strip_metadata = false },
        providers = { google = { kind = "gemini", api_key = "test-key", base_url = "${gemini.url}/v1beta" } },
    }`,
});
const folder = await mkdtemp(join(tmpdir(), "pictor-forms-"));

// In which a boundary that is none, line ends, and bytes of all kinds have their place.
const PROMPT = "a fox,\r\n--edge-of-it\r\n\"in\" snow – \u{1f98a}\r\n--edg";
const first = makePicture("png", { width: 3, height: 2, seed: 1 });
const second = makePicture("jpeg", { width: 2, height: 2, label: "\r\n--edge\0--\r\n--edgy--\r\n" });

const type = "content-type: multipart/form-data; boundary=edge";
const part = (head, bytes) => [`--edge\r\nContent-Disposition: form-data; ${head}\r\n\r\n`, bytes, "\r\n"];
const body = Buffer.concat([
    "preamble\r\n", ...part("name=\"prompt\"", PROMPT),
    ...part("name=\"image[]\"; filename=\"a%22b.png\"\r\nContent-Type: image/png", first),
    ...part("name=\"image[]\"; filename=\"c.jpg\"\r\nContent-Type: application/octet-stream", second),
    ...part("name=\"model\"", "gemini-3-pro-image"), "--edge--\r\nepilogue",
].map((piece) => Buffer.from(piece)));
const end = body.indexOf("--edge--") + "--edge--".length;

const explain = [key, type, "x-pictor-explain: 1"];
const form = (bytes) => request("POST", PATH, explain, bytes);

function chunk(bytes) {
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

// The two writes of a form in two chunks.
function inChunks(bytes, at, headers = explain) {
    const head = request("POST", PATH, [...headers, "transfer-encoding: chunked"]);
    return [Buffer.concat([head, chunk(bytes.subarray(0, at))]), Buffer.concat([chunk(bytes.subarray(at)), Buffer.from("0\r\n\r\n")])];
}

async function one(bytes) {
    const { replies } = await talk(pictor.port, [bytes].flat());
    return { status: replies[0]?.status, json: JSON.parse(replies[0]?.body ?? "null") };
}

const whole = await one(form(body));

await test("a form is explained, with all that is in it", () => {
    assert.equal(whole.status, 200, JSON.stringify(whole.json));
    const { request: asked } = whole.json;
    assert.equal(asked.prompt, PROMPT);
    assert.deepEqual(asked.images.map((image) => [image.type, image.width, image.bytes]), [["png", 3, first.length], ["jpeg", 2, second.length]]);
    assert.deepEqual(gemini.calls, []);
});

await test(`in two chunks, cut at each of ${body.length - 1} places, it is the same form, on one connection`, async () => {
    const places = Array.from({ length: body.length - 1 }, (_, i) => i + 1);
    const { replies, ending } = await talk(pictor.port, places.flatMap((at) => inChunks(body, at)), { count: places.length });
    assert.deepEqual([replies.length, ending], [places.length, "closed"]);
    const others = places.filter((_, i) => replies[i].status !== 200 || !isDeepStrictEqual(JSON.parse(replies[i].body), whole.json));
    assert.deepEqual(others, []);
});

await test("cut at every ninth place and sent, no byte of a picture is lost", async () => {
    const places = Array.from({ length: Math.floor(body.length / 9) }, (_, i) => 9 * i + 5);
    const { replies } = await talk(pictor.port, places.flatMap((at) => inChunks(body, at, [key, type])), { count: places.length });
    assert.deepEqual(replies.filter(({ status }) => status !== 200).map((reply) => String(reply.body)).slice(0, 3), []);
    const sent = gemini.calls.map((call) => call.json.contents[0].parts.filter((one) => one.inlineData).map((one) => one.inlineData.data));
    assert.deepEqual(sent, places.map(() => [first.toString("base64"), second.toString("base64")]));
    gemini.reset();
});

await test("in two chunks that arrive apart it is the same form", async () => {
    const { replies } = await talk(pictor.port, inChunks(body, body.indexOf("--edge--") + 3), { pause: 100 });
    assert.deepEqual(JSON.parse(replies[0].body), whole.json);
});

await test(`cut off at each of ${end} places it is refused, and the connection goes on`, async () => {
    const places = Array.from({ length: end }, (_, i) => i);
    const pieces = places.map((at) => form(Buffer.from(body.subarray(0, at))));
    const { replies } = await talk(pictor.port, [...pieces, form(body)], { count: places.length + 1 });
    assert.equal(replies.length, places.length + 1);
    const strange = places.filter((at, i) => replies[i].status !== 400 || !/^(body|image): expected /.test(JSON.parse(replies[i].body).error.message));
    assert.deepEqual(strange, []);
    assert.deepEqual(JSON.parse(replies.at(-1).body), whole.json);
});

await test("what follows its end is for nobody", async () => {
    const replies = await Promise.all([0, 2, 5].map((more) => one(form(Buffer.from(body.subarray(0, end + more))))));
    assert.deepEqual(replies.map(({ json }) => json), [whole.json, whole.json, whole.json]);
});

// ---- the clients that people use ----------------------------------------------------

// Which makes each line end of a text CRLF; this one has no other.
async function byFetch() {
    const data = new FormData();
    data.append("prompt", PROMPT);
    data.append("image[]", new Blob([first], { type: "image/png" }), "a\"b.png");
    data.append("image[]", new Blob([second]), "ç.jpg");
    data.append("model", "gemini-3-pro-image");
    const headers = { authorization: "Bearer test-key", "x-pictor-explain": "1" };
    return (await fetch(`${pictor.url}${PATH}`, { method: "POST", headers, body: data })).json();
}

async function byCurl() {
    const write = async (name, bytes) => {
        await writeFile(join(folder, name), bytes);
        return join(folder, name);
    };
    const fields = [
        ["--form-string", `prompt=${PROMPT}`], ["-F", `image[]=@${await write("a.png", first)};filename="a\\"b.png"`],
        ["-F", `image[]=@${await write("c.jpg", second)}`], ["-F", "model=gemini-3-pro-image"],
    ];
    const headers = ["-H", key, "-H", "x-pictor-explain: 1"];
    return JSON.parse(execFileSync("curl", ["-sS", ...headers, ...fields.flat(), `${pictor.url}${PATH}`]));
}

await test("fetch with FormData sends the same form", async () => assert.deepEqual(await byFetch(), whole.json));
await test("curl -F sends the same form", async () => assert.deepEqual(await byCurl(), whole.json));

// ---- large ---------------------------------------------------------------------------

function peakBytes() {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pictor.child.pid}/status`, "utf8"))[1]) * 1024;
}

const largeName = "10 MiB of pictures, announced or in chunks, take under 2.2 times their bytes of memory";

async function large() {
    const picture = makePicture("jpeg", { width: 64, height: 48, bytes: 10 * MIB });
    const bytes = Buffer.concat([...part("name=prompt", "a fox"), ...part("name=image; filename=a.jpg", picture), "--edge--\r\n"]
        .map((piece) => Buffer.from(piece)));
    const before = peakBytes();
    for (const pieces of [form(bytes), inChunks(bytes, MIB)]) {
        const { status, json } = await one(pieces);
        assert.equal(status, 200, JSON.stringify(json).slice(0, 300));
        assert.equal(json.request.images[0].bytes, picture.length);
        const times = (peakBytes() - before) / bytes.length;
        console.log(`# ${times.toFixed(2)} times its bytes`);
        assert.ok(times < 2.2, `expected under 2.2 times its bytes, got ${times}`);
    }
}

if (readFileSync(binary).includes("__asan_init")) {
    skip(largeName, "a sanitizer keeps memory of its own");
} else {
    await test(largeName, large);
}

await pictor.stop();
await gemini.stop();
await rm(folder, { recursive: true });
finish();
