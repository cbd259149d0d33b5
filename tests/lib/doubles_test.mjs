// doubles_test.mjs - do the upstream doubles refuse what the real APIs refuse?
//
// One good call each, then the same call with one thing wrong, as a table.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { finish, test } from "./harness.mjs";
import { startChat } from "./chat.mjs";
import { startGemini } from "./gemini.mjs";
import { decodeForm, encodeForm, newBoundary } from "./multipart.mjs";
import { notVerified, startOpenai } from "./openai.mjs";
import { decodeBase64, makePicture, readPicture } from "./picture.mjs";
import { changedOutside, readPixels } from "./pixels.mjs";

const gemini = await startGemini();
const chat = await startChat();
const openai = await startOpenai({ unverified: ["gpt-image-2.6-sunburst"] });
const azure = await startOpenai({ azure: true });

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

function askOpenai(change = {}, { key = "test-key", path = "/v1/images/generations", ...rest } = {}) {
    const body = { model: "gpt-image-2", prompt: "a red fox", size: "1536x864", quality: "low" };
    const headers = key ? { authorization: `Bearer ${key}` } : {};
    return ask(openai.url + path, headers, JSON.stringify({ ...body, ...change }), rest);
}

const shape = { width: 64, height: 48 };
const file = (type, name = "image", options = {}) => ({
    name, filename: `${name}.x`, type: `image/${type}`, bytes: makePicture(type, { ...shape, ...options }),
});
const mask = (options) => ({
    name: "mask", filename: "m.png", type: "image/png", bytes: makePicture("mask", { ...shape, ...options }),
});
const word = (name, text) => ({ name, bytes: text });
const files = (count) => Array.from({ length: count }, (_, i) => file("png", "image[]", { seed: i }));

// parts: behind model and prompt; one of their names comes in place of them.
function askEdit(parts, { key = "test-key", ...rest } = {}) {
    const first = [word("model", "gpt-image-2"), word("prompt", "make it night")];
    const all = [...first.filter(({ name }) => !parts.some((part) => part.name === name)), ...parts];
    const boundary = newBoundary();
    const options = { type: `multipart/form-data; boundary=${boundary}`, ...rest };
    return ask(`${openai.url}/v1/images/edits`, { authorization: `Bearer ${key}` }, encodeForm(all, boundary), options);
}

const link = (type, bytes = makePicture(type, shape)) => ({ image_url: `data:image/${type};base64,${bytes.toString("base64")}` });

function askJsonEdit(change, options) {
    return askOpenai({ size: undefined, images: [link("png")], ...change }, { path: "/v1/images/edits", ...options });
}

const config = (generationConfig) => ({ generationConfig });
const image = (imageConfig) => config({ imageConfig });
const picture = (inlineData) => ({ contents: [{ parts: [{ text: "x" }, { inlineData }] }] });

const inline = { inlineData: { mimeType: "image/png", data: makePicture("png", shape).toString("base64") } };
const content = (url) => ({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] });

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
    ["an input that is no picture", picture({ mimeType: "image/png", data: "AAAA" }), {}, 400, "process input image"],
    ["15 inputs", { contents: [{ parts: Array(15).fill(inline) }] }, {}, 400, "Too many images"],
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
    ["a link to http", content("http://example.com/x.png"), {}, 400, "messages.0.content.0.image_url.url"],
    ["a data link that is no picture", content("data:image/png;base64,AAAA"), {}, 400, "expected a png image"],
    ["a data link of another type", content(link("jpeg").image_url.replace("jpeg", "png")), {}, 400, "expected a png image"],
    ["a part without its link", content(undefined), {}, 400, "Required"],
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

const openaiRefuses = [
    ["response_format", { response_format: "b64_json" }, {}, 400, "Unknown parameter: 'response_format'."],
    ["seed", { seed: 7 }, {}, 400, "Unknown parameter: 'seed'."],
    ["style", { style: "vivid" }, {}, 400, "Unknown parameter: 'style'."],
    ["aspect_ratio", { aspect_ratio: "16:9" }, {}, 400, "Unknown parameter: 'aspect_ratio'."],
    ["negative_prompt", { negative_prompt: "dogs" }, {}, 400, "Unknown parameter: 'negative_prompt'."],
    ["images where none are edited", { images: [link("png")] }, {}, 400, "Unknown parameter: 'images'."],
    ["no prompt", { prompt: undefined }, {}, 400, "missing_required_parameter"],
    ["an empty prompt", { prompt: "" }, {}, 400, "empty_string"],
    ["a prompt that is too long", { prompt: "x".repeat(32001) }, {}, 400, "string_above_max_length"],
    ["n of text", { n: "2" }, {}, 400, "Invalid type for 'n': expected an integer, but got a string instead."],
    ["n = 0", { n: 0 }, {}, 400, "integer_below_min_value"],
    ["n = 11", { n: 11 }, {}, 400, "integer_above_max_value"],
    ["a size that is none", { size: "big" }, {}, 400, "Invalid size 'big'."],
    ["sides that 16 does not divide", { size: "1920x1080" }, {}, 400, "divisible by 16"],
    ["a size longer than 3840", { size: "4096x2048" }, {}, 400, "longest edge"],
    ["a size flatter than 3:1", { size: "3200x1024" }, {}, 400, "aspect ratio"],
    ["a size with too few pixels", { size: "512x512" }, {}, 400, "minimum pixel budget"],
    ["a size with too many pixels", { size: "3840x3840" }, {}, 400, "maximum pixel budget"],
    ["a free size for an older model", { model: "gpt-image-1.5" }, {}, 400, "'1536x1024', '1024x1536', and 'auto'"],
    ["quality standard", { quality: "standard" }, {}, 400, "'low', 'medium', 'high', and 'auto'"],
    ["quality max of gpt-image-2", { quality: "max" }, {}, 400, "Invalid value: 'max'"],
    ["transparent of gpt-image-2", { background: "transparent" }, {}, 400, "not supported for this model"],
    ["transparent with jpeg", { model: "gpt-image-2.5-flare", background: "transparent", output_format: "jpeg" }, {}, 400, "JPEG"],
    ["compression of png", { output_compression: 50 }, {}, 400, "invalid_png_output_compression"],
    ["compression above 100", { output_compression: 101, output_format: "webp" }, {}, 400, "integer_above_max_value"],
    ["an unknown output_format", { output_format: "avif" }, {}, 400, "Supported values are: 'png', 'jpeg', and 'webp'."],
    ["an unknown moderation", { moderation: "none" }, {}, 400, "Supported values are: 'low', and 'auto'."],
    ["partial images without a stream", { partial_images: 2 }, {}, 400, "streaming"],
    ["input_fidelity where none are edited", { input_fidelity: "high" }, {}, 400, "Unknown parameter: 'input_fidelity'."],
    ["an unknown model", { model: "gpt-image-9" }, {}, 404, "model_not_found"],
    ["a model that was shut down", { model: "dall-e-3" }, {}, 404, "model_not_found"],
    ["an organisation that is not verified", { model: "gpt-image-2.6-sunburst" }, {}, 403, "must be verified"],
    ["no key", {}, { key: "" }, 401, "You didn't provide an API key"],
    ["a wrong key", {}, { key: "wrong" }, 401, "invalid_api_key"],
    ["GET", {}, { method: "GET" }, 405, "Not allowed to GET"],
    ["another path", {}, { path: "/v1/images/variations" }, 404, "Invalid URL"],
    ["a query parameter", {}, { path: "/v1/images/generations?api-version=v1" }, 400, "Unknown parameter: 'api-version'."],
    ["a form where none are edited", {}, { type: "multipart/form-data; boundary=x" }, 415, "Unsupported content type"],
];

const octets = { ...file("png"), type: "application/octet-stream" };

const editRefuses = [
    ["no picture", [], {}, 400, "Missing required parameter: 'image'."],
    ["no prompt", [word("prompt", ""), file("png")], {}, 400, "empty_string"],
    ["17 pictures", files(17), {}, 400, "array_above_max_length"],
    ["image twice", [file("png"), file("png")], {}, 400, "array syntax instead e.g. 'image[]=<value>'."],
    ["image beside image[]", [file("png"), file("png", "image[]")], {}, 400, "duplicate_parameter"],
    ["image[0]", [file("png", "image[0]")], {}, 400, "Unknown parameter: 'image[0]'."],
    ["a word twice", [word("n", "1"), word("n", "2"), file("png")], {}, 400, "Duplicate parameter: 'n'."],
    ["a picture as text", [word("image", "data:image/png;base64,AAAA")], {}, 400, "expected a file, but got a string"],
    ["a prompt as a file", [{ ...file("png"), name: "prompt" }, file("png")], {}, 400, "expected a string, but got a file"],
    ["an undeclared type", [octets], {}, 400, "unsupported mimetype ('application/octet-stream')"],
    ["a picture without file name", [{ ...file("png"), filename: undefined }], {}, 400, "expected a file name"],
    ["a GIF", [file("gif")], {}, 400, "unsupported mimetype ('image/gif')"],
    ["another type than declared", [{ ...file("jpeg"), type: "image/png" }], {}, 400, "invalid_image_file"],
    ["what is no picture", [{ ...file("png"), bytes: makePicture("png", shape).subarray(0, 80) }], {}, 400, "mode for image 1"],
    ["n = x", [file("png"), word("n", "x")], {}, 400, "Invalid type for 'n'"],
    ["moderation", [file("png"), word("moderation", "low")], {}, 400, "Unknown parameter: 'moderation'."],
    ["response_format", [file("png"), word("response_format", "b64_json")], {}, 400, "Unknown parameter: 'response_format'."],
    ["input_fidelity of gpt-image-2", [file("png"), word("input_fidelity", "high")], {}, 400, "invalid_input_fidelity_model"],
    ["a mask that is no PNG", [file("png"), { ...file("jpeg"), name: "mask" }], {}, 400, "Supported file formats are 'image/png'."],
    ["a mask without alpha", [file("png"), file("png", "mask")], {}, 400, "missing alpha channel"],
    ["a mask of another size", [file("png"), mask({ width: 65 })], {}, 400, "mask size does not match"],
    ["a form that breaks off", [file("png")], { type: "multipart/form-data; boundary=other" }, 400, "Could not parse multipart form"],
    ["another kind of form", [file("png")], { type: "application/x-www-form-urlencoded" }, 415, "'multipart/form-data' and"],
];

const jsonEditRefuses = [
    ["no images", { images: undefined }, {}, 400, "Missing required parameter: 'images'."],
    ["an empty list", { images: [] }, {}, 400, "array_below_min_length"],
    ["17 pictures", { images: Array(17).fill(link("png")) }, {}, 400, "array_above_max_length"],
    ["image", { image: "x" }, {}, 400, "Unknown parameter: 'image'."],
    ["another key", { images: [{ ...link("png"), detail: "high" }] }, {}, 400, "Unknown parameter: 'images[0].detail'."],
    ["two references in one", { images: [{ ...link("png"), file_id: "file-1" }] }, {}, 400, "exactly one of"],
    ["a link as text", { images: ["data:,"] }, {}, 400, "Invalid type for 'images[0]': expected an object"],
    ["a link to http", { images: [{ image_url: "http://example.com/x.png" }] }, {}, 400, "Invalid 'images[0].image_url'"],
    ["bad base64", { images: [{ image_url: "data:image/png;base64,A" }] }, {}, 400, "invalid_base64_image"],
    ["what is no picture", { images: [link("png", Buffer.from("x"))] }, {}, 400, "invalid_image_file"],
    ["a mask without alpha", { mask: link("png") }, {}, 400, "missing alpha channel"],
    ["a mask with another key", { mask: { url: "x" } }, {}, 400, "Unknown parameter: 'mask.url'."],
];

for (const [name, ask, cases] of [
    ["gemini", askGemini, geminiRefuses], ["chat", askChat, chatRefuses], ["openai", askOpenai, openaiRefuses],
    ["an edit at openai", askEdit, editRefuses], ["an edit in JSON at openai", askJsonEdit, jsonEditRefuses],
]) {
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

function openaiPictures(reply) {
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    return reply.json.data.map((entry) => readPicture(decodeBase64(entry.b64_json)));
}

await test("gemini and chat take pictures to start from", async () => {
    assert.equal((await askGemini({ contents: [{ parts: [{ text: "x" }, inline] }] })).status, 200);
    assert.equal((await askChat(content(link("webp").image_url))).status, 200);
});

await test("openai draws n different pictures in one call, of the size and in the format asked for", async () => {
    const reply = await askOpenai({ n: 3, output_format: "webp", output_compression: 60 });
    const drawn = openaiPictures(reply);
    assert.equal(new Set(reply.json.data.map((entry) => entry.b64_json)).size, 3);
    assert.ok(drawn.every(({ type, width, height, whole }) => type === "webp" && width === 1536 && height === 864 && whole));
    const { size, quality, background, output_format: format } = reply.json;
    assert.deepEqual([size, quality, background, format], ["1536x864", "low", "opaque", "webp"]);
});

await test("openai decides what is left open", async () => {
    const { size, quality, background, output_format: format } = (await askOpenai({ size: null, quality: "auto" })).json;
    assert.deepEqual([size, quality, background, format], ["1024x1024", "medium", "opaque", "png"]);
});

await test("openai draws a transparent background that is one", async () => {
    const [drawn] = openaiPictures(await askOpenai({ model: "gpt-image-2.5-flare", background: "transparent" }));
    assert.deepEqual([drawn.type, drawn.alpha], ["png", true]);
});

await test("openai counts tokens: of words, of pictures to start from, and of those that it drew", async () => {
    const { usage } = (await askEdit([file("png"), word("n", "2"), word("size", "1024x1024"), word("quality", "high")])).json;
    assert.deepEqual(usage, {
        total_tokens: 14056, input_tokens: 8, output_tokens: 14048,
        input_tokens_details: { text_tokens: 4, image_tokens: 4 }, output_tokens_details: { image_tokens: 14048, text_tokens: 0 },
    });
});

await test("openai takes a form of 16 pictures and a mask, and records its parts", async () => {
    const parts = [...files(16), mask(), word("output_format", "jpeg"), word("background", "auto")];
    assert.equal(openaiPictures(await askEdit(parts))[0].type, "jpeg");
    const call = openai.calls.at(-1);
    assert.deepEqual(call.parts.map(({ name }) => name), ["model", "prompt", ...parts.map(({ name }) => name)]);
    assert.deepEqual([call.parts[1].text, call.parts[2].filename, call.parts[2].type], ["make it night", "image[].x", "image/png"]);
    assert.ok(call.parts[3].bytes.equals(parts[1].bytes));
});

await test("openai takes an edit in JSON", async () => {
    const masked = { mask: link("png", makePicture("mask", shape)), moderation: "low", n: null };
    assert.equal(openaiPictures(await askJsonEdit({ ...masked, images: [link("png"), link("jpeg"), link("webp")] })).length, 1);
    assert.equal(openai.calls.at(-1).json.images.length, 3);
});

await test("only some models have input_fidelity", async () => {
    const parts = [file("png"), word("input_fidelity", "high")];
    openaiPictures(await askEdit([...parts, word("model", "gpt-image-1.5")]));
    assert.equal((await askEdit([...parts, word("model", "gpt-image-1-mini")])).status, 400);
    openaiPictures(await askEdit([file("png"), word("input_fidelity", "low"), word("model", "gpt-image-1-mini")]));
});

await test("azure has its own path, version and key", async () => {
    const path = "/openai/v1/images/generations?api-version=v1";
    const body = JSON.stringify({ model: "gpt-image-2", prompt: "a red fox" });
    const status = async (key, where) => (await ask(azure.url + where, key, body)).status;
    assert.equal(await status({ "api-key": "test-key" }, path), 200);
    assert.equal(await status({ authorization: "Bearer test-key" }, path), 200);
    assert.equal(await status({ "api-key": "wrong" }, path), 401);
    assert.equal(await status({}, path), 401);
    assert.equal(await status({ "api-key": "test-key" }, "/openai/v1/images/generations"), 404);
    assert.equal(await status({ "api-key": "test-key" }, "/v1/images/generations"), 404);
});

await test("a refusal can be scripted in the real one's words", async () => {
    openai.queue.push(notVerified("gpt-image-2"));
    assert.match((await askOpenai()).json.error.message, /verified to use the model `gpt-image-2`/);
});

await test("a form is read back as it was written", () => {
    const parts = [word("prompt", "two\r\nlines -- --x"), file("png"), { ...word("n", "2"), type: "text/plain" }];
    const [prompt, image, n] = decodeForm(encodeForm(parts, "x"), "multipart/form-data; boundary=\"x\"");
    assert.deepEqual([prompt.text, n.text, n.type, image.filename], ["two\r\nlines -- --x", "2", "text/plain", "image.x"]);
    assert.ok(image.bytes.equals(parts[1].bytes));
});

const whole = encodeForm([word("prompt", "x")], "b").toString();
const broken = [
    ["without its end", whole.replace("--b--", "")],
    ["with something in front", `x${whole}`],
    ["whose part has no name", whole.replace("; name=\"prompt\"", "")],
    ["whose part has no empty line", whole.replace("\r\n\r\n", "\r\n")],
    ["with a header twice", whole.replace("Content", "Content-Type: a\r\nContent-Type: b\r\nContent")],
    ["with bare line ends", whole.replaceAll("\r\n", "\n")],
];

for (const [what, text] of broken) {
    await test(`a form ${what} is none`, () => {
        assert.throws(() => decodeForm(Buffer.from(text), "multipart/form-data; boundary=b"));
    });
}

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

for (const type of ["png", "photo", "mask", "jpeg", "webp", "gif"]) {
    await test(`a ${type} is read back as it was made`, async () => {
        const bytes = makePicture(type, { width: 321, height: 123, seed: 5, bytes: type === "gif" ? 0 : 150000 });
        const { width, height, whole, alpha, ...found } = readPicture(bytes);
        const real = { photo: "png", mask: "png" }[type] ?? type;
        assert.deepEqual([found.type, width, height, whole, alpha], [real, 321, 123, true, type === "mask"]);
        assert.ok(type === "gif" || (bytes.length >= 150000 && bytes.length < 152000), `${bytes.length} bytes`);
    });
}

await test("pixels are read as they were made", () => {
    const [photo, other, mask, plain] = [["photo", { seed: 1 }], ["photo", { seed: 2 }], ["mask", { hole: "left" }],
        ["png", { transparent: true }]].map(([type, options]) => readPixels(makePicture(type, { ...shape, ...options })));
    assert.deepEqual(photo.at(32, 12).slice(0, 2), [127, 63]);
    assert.deepEqual([mask.at(31, 0), mask.at(32, 47)], [[0, 0, 0, 0], [0, 0, 0, 255]]);
    assert.deepEqual(new Set(Array.from({ length: 64 }, (_, x) => plain.at(x, 0)[3])), new Set([0, 255]));
    assert.deepEqual(changedOutside(photo, photo, mask), { changed: 0, kept: 32 * 48 });
    assert.ok(changedOutside(photo, other, mask).changed > 1400);
});

for (const double of [gemini, chat, openai, azure]) {
    await double.stop();
}
finish();
