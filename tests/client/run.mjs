// run.mjs - does OpenAI's own client get along with Pictor?
//
//     npm --prefix tests/client ci && node tests/client/run.mjs
//
// The package that users install, unchanged: what it sends must be understood, and
// what comes back must be what its types and its error classes promise.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { File as BufferFile } from "node:buffer";
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import OpenAI, { toFile } from "openai";
import { startChat } from "../lib/chat.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { finish, skip, test } from "../lib/harness.mjs";
import { startOpenai } from "../lib/openai.mjs";
import { decodeBase64, makePicture, readPicture } from "../lib/picture.mjs";
import { startPictor } from "../lib/pictor.mjs";

globalThis.File ??= BufferFile;     // the client wants it there, and Node 18 has it only in node:buffer

const gemini = await startGemini();
const chat = await startChat();
const openai = await startOpenai();
const pictor = await startPictor({
    config: `return {
        listen = "$LISTEN",
        privacy = { strip_metadata = false },       -- pictures shall arrive as they were sent
        privacy = { strip_metadata = false },       -- so that files arrive as they were sent
        keys = { { name = "test", key = "test-key" } },
        providers = {
            google = { kind = "gemini", api_key = "test-key", base_url = "${gemini.url}/v1beta" },
            openai = { kind = "openai", api_key = "test-key", base_url = "${openai.url}/v1" },
            router = { kind = "chat", api_key = "test-key", base_url = "${chat.url}/v1", models = { "seedream-" } },
        },
    }`,
});
const options = { baseURL: `${pictor.url}/v1`, maxRetries: 0 };
const client = new OpenAI({ ...options, apiKey: "test-key" });

function pictures(reply) {
    return reply.data.map((entry) => readPicture(decodeBase64(entry.b64_json)));
}

// Whatever an upstream says to the next calls, whichever double they reach.
function answerAlways(answer) {
    gemini.script = () => answer;
    chat.script = () => answer;
}

async function errorOf(promise) {
    return promise.then(() => assert.fail("expected an error, got a reply"), (error) => error);
}

await test("images.generate gives a picture", async () => {
    const reply = await client.images.generate({ prompt: "a red fox in snow" });
    assert.equal(reply.data.length, 1);
    assert.ok(Math.abs(reply.created - Date.now() / 1000) < 60, `created ${reply.created}`);
    assert.equal(pictures(reply)[0].whole, true);
    assert.ok(reply.usage.total_tokens > 0);
    assert.match(reply._request_id, /./);
});

await test("n = 3 gives three different pictures from three calls in flight at once", async () => {
    gemini.reset();
    gemini.delay = 300;
    const reply = await client.images.generate({ model: "gemini-3-pro-image", prompt: "a red fox", n: 3 });
    gemini.delay = 0;
    assert.deepEqual([gemini.calls.length, gemini.peak], [3, 3]);
    assert.equal(new Set(pictures(reply).map((picture) => picture.label)).size, 3);
});

await test("size becomes a ratio, and the reply tells the true pixels", async () => {
    const reply = await client.images.generate({ model: "gemini-3-pro-image", prompt: "a red fox", size: "1792x1024" });
    const [{ width, height }] = pictures(reply);
    assert.equal(gemini.calls.at(-1).json.generationConfig.imageConfig.aspectRatio, "16:9");
    assert.equal(reply.size, `${width}x${height}`);
    assert.ok(Math.abs(width / height - 16 / 9) < 0.03, reply.size);
});

await test("headers can be read by withResponse", async () => {
    const { response } = await client.images.generate({ prompt: "a red fox" }).withResponse();
    assert.equal(response.headers.get("x-pictor-provider"), "google");
    assert.equal(response.headers.get("x-pictor-model"), "gemini-3-pro-image");
});

// ---- edits ----------------------------------------------------------------------------

const shape = { width: 64, height: 48, bytes: 9000 };
const folder = await mkdtemp(join(tmpdir(), "pictor-client-"));

// A picture, and the file that it is in.
async function onDisk(name, type, options = {}) {
    const bytes = makePicture(type, { ...shape, ...options });
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { bytes, path };
}

const night = await onDisk("night.png", "png", { seed: 1 });
const day = await onDisk("day.jpg", "jpeg", { seed: 2 });
const dusk = await onDisk("dusk.webp", "webp", { seed: 3 });
const mask = await onDisk("mask.png", "mask");

function inlinePictures() {
    const [{ parts }] = gemini.calls.at(-1).json.contents;
    return parts.filter((part) => part.inlineData).map(({ inlineData }) => inlineData);
}

// What the last call's form carried: files as [name, type, bytes].
function filesSent() {
    return openai.calls.at(-1).parts.filter((part) => part.bytes).map(({ name, type, bytes }) => [name, type, bytes]);
}

await test("images.edit sends one file from a stream", async () => {
    const reply = await client.images.edit({
        model: "gemini-3-pro-image", prompt: "make it night", image: createReadStream(night.path),
    });
    assert.equal(pictures(reply)[0].whole, true);
    assert.equal(gemini.calls.at(-1).json.contents[0].parts[0].text, "make it night");
    assert.deepEqual(inlinePictures(), [{ mimeType: "image/png", data: night.bytes.toString("base64") }]);
});

await test("images.edit sends three files, and they arrive in their order", async () => {
    const image = [await toFile(day.bytes, "day.jpg"), createReadStream(night.path), await toFile(dusk.bytes, "dusk.webp")];
    await client.images.edit({ model: "gemini-3-pro-image", prompt: "one hat for all", image, size: "1792x1024" });
    assert.deepEqual(inlinePictures().map(({ mimeType }) => mimeType), ["image/jpeg", "image/png", "image/webp"]);
    assert.deepEqual(inlinePictures().map(({ data }) => data), [day, night, dusk].map(({ bytes }) => bytes.toString("base64")));
    assert.equal(gemini.calls.at(-1).json.generationConfig.imageConfig.aspectRatio, "16:9");
});

await test("images.edit sends three files to OpenAI itself", async () => {
    const image = [createReadStream(day.path), createReadStream(night.path), createReadStream(dusk.path)];
    const reply = await client.images.edit({ model: "gpt-image-2", prompt: "one hat for all", image, n: 2, quality: "low" });
    assert.equal(new Set(pictures(reply).map((picture) => picture.label)).size, 2);
    assert.deepEqual(filesSent(), [
        ["image[]", "image/jpeg", day.bytes], ["image[]", "image/png", night.bytes], ["image[]", "image/webp", dusk.bytes],
    ]);
});

await test("images.edit sends a mask", async () => {
    const image = await toFile(night.bytes, "night.png", { type: "image/png" });
    const reply = await client.images.edit({
        model: "gpt-image-2", prompt: "a window", image, mask: createReadStream(mask.path), size: "1024x1024",
    });
    assert.equal(reply.size, "1024x1024");
    assert.deepEqual(filesSent(), [["image", "image/png", night.bytes], ["mask", "image/png", mask.bytes]]);
});

await test("an edit in JSON by fetch", async () => {
    const link = ({ bytes }, type) => ({ image_url: `data:image/${type};base64,${bytes.toString("base64")}` });
    const body = {
        model: "gpt-image-2", prompt: "a window", n: null,
        images: [link(night, "png"), link(day, "jpeg")], mask: link(mask, "png"),
    };
    const response = await fetch(`${pictor.url}/v1/images/edits`, {
        method: "POST", body: JSON.stringify(body),
        headers: { authorization: "Bearer test-key", "content-type": "application/json" },
    });
    assert.equal(response.status, 200);
    assert.equal(pictures(await response.json()).length, 1);
    assert.deepEqual(filesSent(), [
        ["image[]", "image/png", night.bytes], ["image[]", "image/jpeg", day.bytes], ["mask", "image/png", mask.bytes],
    ]);
});

await test("an edit as a FormData by fetch", async () => {
    const form = new FormData();
    form.append("image", new Blob([day.bytes]), "day");
    form.append("prompt", "make it night");
    form.append("model", "gemini-3-pro-image");
    const response = await fetch(`${pictor.url}/v1/images/edits`, {
        method: "POST", body: form, headers: { authorization: "Bearer test-key" },
    });
    assert.equal(response.status, 200);
    assert.deepEqual(inlinePictures(), [{ mimeType: "image/jpeg", data: day.bytes.toString("base64") }]);
});

const curl = promisify(execFile);
const withoutCurl = await curl("curl", ["--version"]).then(() => null, () => "curl is not installed");

async function tryCurl(name, args, check) {
    if (withoutCurl) {
        skip(name, withoutCurl);
        return;
    }
    await test(name, async () => {
        const all = ["--silent", "--show-error", "--max-time", "20", "-H", "authorization: Bearer test-key", ...args];
        const { stdout } = await curl("curl", [...all, `${pictor.url}/v1/images/edits`], { maxBuffer: 1e9 });
        await check(JSON.parse(stdout));
    });
}

await tryCurl("curl -F, with the picture first", [
    "-F", `image=@${night.path}`, "-F", "prompt=make it night", "-F", "model=gemini-3-pro-image",
], (reply) => {
    assert.equal(pictures(reply).length, 1);
    assert.deepEqual(inlinePictures(), [{ mimeType: "image/png", data: night.bytes.toString("base64") }]);
});

await tryCurl("curl -F, with two pictures and a mask", [
    "-F", "model=gpt-image-2", "-F", "prompt=a window", "-F", "n=2", "-F", `image[]=@${night.path}`, "-F", `image[]=@${day.path}`,
    "-F", `mask=@${mask.path}`,
], (reply) => {
    assert.equal(pictures(reply).length, 2);
    assert.deepEqual(filesSent(), [
        ["image[]", "image/png", night.bytes], ["image[]", "image/jpeg", day.bytes], ["mask", "image/png", mask.bytes],
    ]);
});

await tryCurl("curl -F in chunks", [
    "-H", "transfer-encoding: chunked", "-F", "prompt=make it night", "-F", `file=@${day.path};type=application/octet-stream`,
], (reply) => {
    assert.equal(pictures(reply).length, 1);
    assert.deepEqual(inlinePictures(), [{ mimeType: "image/jpeg", data: day.bytes.toString("base64") }]);
});

const failures = [
    ["BadRequestError", 400, "invalid_value", "size", () => client.images.generate({ prompt: "x", size: "big" })],
    ["BadRequestError", 400, "invalid_image", "image",
        async () => client.images.edit({ prompt: "x", image: await toFile(Buffer.from("no picture"), "x.png") })],
    ["BadRequestError", 400, "unknown_parameter", "negative_prompt",
        () => client.images.generate({ prompt: "x", negative_prompt: "dogs" })],
    ["AuthenticationError", 401, "invalid_api_key", null,
        () => new OpenAI({ ...options, apiKey: "wrong" }).images.generate({ prompt: "x" })],
    ["NotFoundError", 404, "model_not_found", "model", () => client.images.generate({ prompt: "x", model: "dall-e-9" })],
];

for (const [name, status, code, param, call] of failures) {
    await test(`${status} ${code} is a ${name}`, async () => {
        const error = await errorOf(call());
        assert.ok(error instanceof OpenAI[name], `${error}`);
        assert.deepEqual([error.status, error.code, error.param ?? null], [status, code, param]);
        assert.match(error.message, /expected/);
        assert.match(error.requestID, /./);
    });
}

const google429 = { error: { code: 429, message: "Resource has been exhausted", status: "RESOURCE_EXHAUSTED",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }] } };
const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 4 } };
const upstreamFailures = [
    ["RateLimitError", 429, "rate_limit_exceeded", { status: 429, body: google429 }],
    ["InternalServerError", 502, "upstream_error", { status: 500, body: { error: { code: 500, message: "Internal" } } }],
    ["BadRequestError", 400, "content_policy_violation", { status: 200, body: blocked }],
];

for (const [name, status, code, answer] of upstreamFailures) {
    await test(`${status} ${code} is a ${name}`, async () => {
        answerAlways(answer);
        const error = await errorOf(client.images.generate({ prompt: "x", model: "gemini-3-pro-image" }));
        answerAlways(undefined);
        assert.ok(error instanceof OpenAI[name], `${error}`);
        assert.deepEqual([error.status, error.code], [status, code]);
        assert.ok(status !== 429 || Number(error.headers.get("retry-after")) > 0, "expected a Retry-After");
    });
}

await test("models.list is OpenAI's list", async () => {
    const ids = [];
    for await (const model of client.models.list()) {
        assert.equal(model.object, "model");
        ids.push(model.id);
    }
    assert.ok(ids.includes("gemini-3-pro-image"), ids.join(" "));
});

await test("models.retrieve gives one of them", async () => {
    const model = await client.models.retrieve("gemini-3-pro-image");
    assert.equal(model.id, "gemini-3-pro-image");
});

await test("pictor ends well", () => pictor.stop());
await rm(folder, { recursive: true, force: true });
await gemini.stop();
await chat.stop();
await openai.stop();
finish();
