// doubles_test.mjs - do the upstream doubles refuse what the real APIs refuse?
//
// One good call each, then the same call with one thing wrong, as a table.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { finish, test } from "./harness.mjs";
import { startChat } from "./chat.mjs";
import { startGemini } from "./gemini.mjs";
import { decodeBase64, makePicture, readPicture } from "./picture.mjs";

const gemini = await startGemini();
const chat = await startChat();

async function ask(url, key, body, { method = "POST", type = "application/json" } = {}) {
    const headers = { ...(type && { "content-type": type }), ...key };
    const response = await fetch(url, { method, headers, body: method === "GET" ? undefined : body });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : null };
}

function askGemini(change = {}, { model = "gemini-3-pro-image", key = "test-key", query = "", ...rest } = {}) {
    const body = {
        contents: [{ role: "user", parts: [{ text: "a red fox" }] }],
        generationConfig: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "16:9", imageSize: "2K" } },
    };
    const headers = key ? { "x-goog-api-key": key } : {};
    const url = `${gemini.url}/v1beta/models/${model}:generateContent${query}`;
    return ask(url, headers, JSON.stringify({ ...body, ...change }), rest);
}

function askChat(change = {}, { key = "test-key", path = "/v1/chat/completions", ...rest } = {}) {
    const body = {
        model: "google/gemini-3-pro-image", messages: [{ role: "user", content: "a red fox" }],
        modalities: ["image", "text"], image_config: { aspect_ratio: "16:9", image_size: "1K" },
    };
    const headers = key ? { authorization: `Bearer ${key}` } : {};
    return ask(chat.url + path, headers, JSON.stringify({ ...body, ...change }), rest);
}

const config = (generationConfig) => ({ generationConfig });
const image = (imageConfig) => config({ imageConfig });
const picture = (inlineData) => ({ contents: [{ parts: [{ text: "x" }, { inlineData }] }] });

const geminiRefuses = [
    ["a field that it does not know", { size: "1K" }, {}, 400, "Unknown name \"size\": Cannot find field"],
    ["an unknown field deep inside", image({ style: "vivid" }), {}, 400, "at 'generation_config.image_config'"],
    ["an unknown field in a part", { contents: [{ parts: [{ text: "x", mask: 1 }] }] }, {}, 400, "contents[0].parts[0]"],
    ["Vertex-only outputMimeType", image({ outputMimeType: "image/png" }), {}, 400, "outputMimeType"],
    ["lower-case imageSize", image({ imageSize: "2k" }), {}, 400, "Unsupported image_size '2k'"],
    ["512 of the pro model", image({ imageSize: "512" }), {}, 400, "Unsupported image_size '512'"],
    ["2K of the lite model", image({ imageSize: "2K" }), { model: "gemini-3.1-flash-lite-image" }, 400, "image_size"],
    ["8:1 of the pro model", image({ aspectRatio: "8:1" }), {}, 400, "aspect_ratio must be one of '1:1'"],
    ["a ratio nobody has", image({ aspectRatio: "7:4" }), {}, 400, "aspect_ratio must be one of"],
    ["candidateCount 2", config({ candidateCount: 2 }), {}, 400, "Multiple candidates is not enabled"],
    ["candidate_count 2", { ...config(), generation_config: { candidate_count: 2 } }, {}, 400, "Multiple candidates"],
    ["lower-case modalities", config({ responseModalities: ["image"] }), {}, 400, "response_modalities[0]"],
    ["a seed beyond 32 bits", config({ seed: 2 ** 31 }), {}, 400, "generation_config.seed"],
    ["a seed of text", config({ seed: "x" }), {}, 400, "TYPE_INT32"],
    ["a thinking level for the pro model", config({ thinkingConfig: { thinkingLevel: "HIGH" } }), {}, 400, "Thinking"],
    ["responseMimeType image/png", config({ responseMimeType: "image/png" }), {}, 400, "response_mime_type"],
    ["mediaResolution", config({ mediaResolution: "MEDIA_RESOLUTION_LOW" }), {}, 400, "Media resolution"],
    ["no contents", { contents: [] }, {}, 400, "contents is not specified"],
    ["an empty prompt", { contents: [{ parts: [{ text: "" }] }] }, {}, 400, "required oneof field"],
    ["a GIF as input", picture({ mimeType: "image/gif", data: "AAAA" }), {}, 400, "Unsupported MIME type: image/gif"],
    ["an input that is not base64", picture({ mimeType: "image/png", data: "A" }), {}, 400, "image is not valid"],
    ["no key", {}, { key: "" }, 403, "unregistered callers"],
    ["a wrong key", {}, { key: "wrong" }, 400, "API_KEY_INVALID"],
    ["an unknown model", {}, { model: "gemini-9-image" }, 404, "models/gemini-9-image is not found"],
    ["a model that was shut down", {}, { model: "gemini-3-pro-image-preview" }, 404, "NOT_FOUND"],
    ["GET", {}, { method: "GET" }, 404, "Not Found"],
    ["a form", {}, { type: "application/x-www-form-urlencoded" }, 400, "content type"],
    ["an unknown query parameter", {}, { query: "?model=x" }, 400, "Cannot bind query parameter"],
];

const chatRefuses = [
    ["a field that it does not know", { size: "1024x1024" }, {}, 400, "size"],
    ["n", { n: 2 }, {}, 400, "\"n\""],
    ["an unknown field of a message", { messages: [{ role: "user", content: "x", parts: [] }] }, {}, 400, "parts"],
    ["an unknown part", { messages: [{ role: "user", content: [{ type: "image" }] }] }, {}, 400, "messages.0.content.0"],
    ["an unknown image_config", { image_config: { ratio: "1:1" } }, {}, 400, "ratio"],
    ["lower-case image_size", { image_config: { image_size: "2k" } }, {}, 400, "Unsupported image_size '2k'"],
    ["a ratio that the model cannot do", { image_config: { aspect_ratio: "8:1" } }, {}, 400, "Provider returned error"],
    ["a size in place of a ratio", { image_config: { aspect_ratio: "1792x1024" } }, {}, 400, "aspect_ratio"],
    ["upper-case modalities", { modalities: ["IMAGE"] }, {}, 400, "modalities"],
    ["no messages", { messages: [] }, {}, 400, "messages"],
    ["no key", {}, { key: "" }, 401, "No auth credentials found"],
    ["a wrong key", {}, { key: "wrong" }, 401, "User not found"],
    ["an unknown model", { model: "google/gemini-9-image" }, {}, 404, "No endpoints found for google/gemini-9-image"],
    ["a model that was shut down", { model: "google/gemini-3-pro-image-preview" }, {}, 404, "No endpoints"],
    ["GET", {}, { method: "GET" }, 405, "Method Not Allowed"],
    ["the images endpoint", {}, { path: "/v1/images/generations" }, 404, "Not Found"],
    ["a form", {}, { type: "text/plain" }, 415, "application/json"],
];

for (const [name, ask, cases] of [["gemini", askGemini, geminiRefuses], ["chat", askChat, chatRefuses]]) {
    for (const [what, change, options, status, words] of cases) {
        await test(`${name} refuses ${what}`, async () => {
            const reply = await ask(change, options);
            assert.equal(reply.status, status, reply.text.slice(0, 300));
            assert.ok(reply.text.includes(words) || reply.json?.error.message.includes(words), reply.text);
        });
    }
}

function geminiPicture(reply) {
    return readPicture(decodeBase64(reply.json.candidates[0].content.parts.at(-1).inlineData.data));
}

await test("gemini draws at the size of ratio and tier, another picture each time", async () => {
    const [one, two] = [geminiPicture(await askGemini()), geminiPicture(await askGemini())];
    assert.deepEqual([one.type, one.width, one.height, one.whole], ["jpeg", 2752, 1536, true]);
    assert.notEqual(one.label, two.label);
});

await test("gemini takes snake case, tools and the other model's ratios", async () => {
    const body = { generation_config: { image_config: { aspect_ratio: "1:8" } }, tools: [{ google_search: {} }] };
    const reply = await askGemini({ ...body, generationConfig: undefined }, { model: "gemini-nano-banana-2.1" });
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    assert.deepEqual(reply.json.candidates[0].content.parts.length, 2);
    assert.equal(geminiPicture(reply).height, 3072);
});

await test("gemini counts tokens", async () => {
    const { usageMetadata: usage } = (await askGemini()).json;
    assert.equal(usage.totalTokenCount, usage.promptTokenCount + usage.candidatesTokenCount + usage.thoughtsTokenCount);
});

await test("chat puts its picture into message.images, another each time", async () => {
    const urls = [];
    for (const reply of [await askChat(), await askChat({ image_config: undefined })]) {
        urls.push(reply.json.choices[0].message.images[0].image_url.url);
    }
    const [one, two] = urls.map((url) => readPicture(decodeBase64(url.replace("data:image/png;base64,", ""))));
    assert.deepEqual([one.width, one.height, two.width, two.height], [1376, 768, 1024, 1024]);
    assert.notEqual(one.label, two.label);
});

await test("chat only talks when nobody asks for the image modality", async () => {
    const reply = await askChat({ modalities: undefined });
    assert.equal(reply.json.choices[0].message.images, undefined);
});

await test("a scripted answer comes once, and only after the checks", async () => {
    gemini.queue.push({ status: 503, headers: { "retry-after": "7" }, body: { error: { code: 503 } } });
    assert.equal((await askGemini({}, { key: "wrong" })).status, 400);
    assert.equal((await askGemini()).status, 503);
    assert.equal((await askGemini()).status, 200);
});

for (const [what, answer] of [["reset", { reset: true }], ["cut", { cut: true }], ["raw", { raw: "no HTTP" }]]) {
    await test(`a double can break the connection: ${what}`, async () => {
        gemini.queue.push(answer);
        await assert.rejects(askGemini());
    });
}

await test("a double records what came", async () => {
    gemini.reset();
    await askGemini({}, { key: "wrong" });
    const [call] = gemini.calls;
    assert.equal(`${call.method} ${call.path}`, "POST /v1beta/models/gemini-3-pro-image:generateContent");
    assert.equal(call.headers["x-goog-api-key"], "wrong");
    assert.equal(call.json.contents[0].parts[0].text, "a red fox");
    assert.match(gemini.refused[0], /API key not valid/);
});

for (const type of ["png", "jpeg", "webp", "gif"]) {
    await test(`a ${type} is read back as it was made`, async () => {
        const bytes = makePicture(type, { width: 321, height: 123, seed: 5, bytes: type === "gif" ? 0 : 150000 });
        const { width, height, whole, ...found } = readPicture(bytes);
        assert.deepEqual([found.type, width, height, whole], [type, 321, 123, true]);
        assert.ok(type === "gif" || (bytes.length >= 150000 && bytes.length < 152000), `${bytes.length} bytes`);
    });
}

await gemini.stop();
await chat.stop();
finish();
