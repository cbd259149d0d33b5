// run.mjs - does OpenAI's own client get along with Pictor?
//
//     npm --prefix tests/client ci && node tests/client/run.mjs
//
// The package that users install, unchanged: what it sends must be understood, and
// what comes back must be what its types and its error classes promise.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import OpenAI from "openai";
import { startChat } from "../lib/chat.mjs";
import { startGemini } from "../lib/gemini.mjs";
import { finish, test } from "../lib/harness.mjs";
import { decodeBase64, readPicture } from "../lib/picture.mjs";
import { startPictor } from "../lib/pictor.mjs";

const gemini = await startGemini();
const chat = await startChat();
const pictor = await startPictor({
    config: `return {
        listen = "$LISTEN",
        keys = { { name = "test", key = "test-key" } },
        providers = {
            google = { kind = "gemini", api_key = "test-key", base_url = "${gemini.url}/v1beta" },
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

const failures = [
    ["BadRequestError", 400, "invalid_value", "size", () => client.images.generate({ prompt: "x", size: "big" })],
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
await gemini.stop();
await chat.stop();
finish();
