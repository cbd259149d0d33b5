// chat.mjs - what would a chat completions API with image output say to this call?
//
// A double of the OpenAI-style routers (OpenRouter, LLM Gateway) as an image model
// is asked through them. It refuses what they refuse, and otherwise draws: each
// call another picture in message.images, of the right pixel size.
//
//     node tests/lib/chat.mjs --port 0 --delay 2000 --picture-bytes 2000000
//
// SPDX-License-Identifier: MIT

import { geminiPixels, resoldModels, textTokens } from "./catalogue.mjs";
import { runFromCommandLine, startDouble } from "./double.mjs";
import { decodeBase64, makePicture, readPicture } from "./picture.mjs";

// Models of other makers: any ratio of OpenRouter's list, sizes as Gemini's at 1K.
const OTHERS = ["bytedance-seed/seedream-4.5", "black-forest-labs/flux-3-image", "openai/gpt-image-2"];
const RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const TIERS = ["1K", "2K", "4K"];

const is = {
    text: (value) => typeof value === "string",
    number: (value) => typeof value === "number",
    integer: (value) => Number.isInteger(value),
    flag: (value) => typeof value === "boolean",
    object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
    list: (value) => Array.isArray(value),
};

const BODY = {
    model: is.text, messages: is.list, modalities: is.list, image_config: is.object, seed: is.integer, user: is.text,
    stream: is.flag, temperature: is.number, top_p: is.number, max_tokens: is.integer, max_completion_tokens: is.integer,
    provider: is.object, models: is.list, reasoning: is.object, metadata: is.object, usage: is.object,
};
const MESSAGE = { role: is.text, content: (value) => is.text(value) || is.list(value), name: is.text };
const TEXT = { type: is.text, text: is.text };
const IMAGE = { type: is.text, image_url: is.object };
const IMAGE_URL = { url: is.text, detail: is.text };
const CONFIG = { aspect_ratio: is.text, image_size: is.text, quality: is.text, image_quality: is.text, seed: is.integer };

function failure(status, message, extra = {}) {
    return { status, body: { error: { message, code: status, ...extra }, user_id: "user_double" } };
}

// The first thing wrong with an object's fields, as text, or null.
function wrongField(fields, object, path) {
    if (!is.object(object)) {
        return `${path}: Invalid input: expected object`;
    }
    for (const [name, value] of Object.entries(object)) {
        if (!fields[name]) {
            return `${path}: Unrecognized key: "${name}"`;
        }
        if (!fields[name](value)) {
            return `${path}.${name}: Invalid input: got ${JSON.stringify(value).slice(0, 60)}`;
        }
    }
    return null;
}

// A link to fetch, or a picture in the link itself. What is fetched cannot be judged here.
function wrongUrl(url, path) {
    if (url.startsWith("https://")) {
        return null;
    }
    const [, type, data] = /^data:image\/(png|jpeg|webp|gif);base64,(.*)$/.exec(url) ?? [];
    if (!type) {
        return `${path}: Invalid input: expected https:// or data:image/…;base64,`;
    }
    const picture = readPicture(decodeBase64(data) ?? Buffer.alloc(0));
    return picture?.whole && picture.type === type ? null : `${path}: Invalid input: expected a ${type} image`;
}

function wrongImage(image, path) {
    return wrongField(IMAGE_URL, image, path) ?? (is.text(image.url) ? wrongUrl(image.url, `${path}.url`) : `${path}.url: Required`);
}

function wrongPart(part, path) {
    const fields = { text: TEXT, image_url: IMAGE }[part?.type];
    if (!fields) {
        return `${path}.type: Invalid discriminator value. Expected 'text' | 'image_url'`;
    }
    return wrongField(fields, part, path) ?? (part.type === "image_url" ? wrongImage(part.image_url, `${path}.image_url`) : null);
}

function wrongMessage(message, i) {
    const path = `messages.${i}`;
    const wrong = wrongField(MESSAGE, message, path);
    if (wrong) {
        return wrong;
    }
    if (!["system", "user", "assistant"].includes(message.role) || message.content === undefined) {
        return `${path}: Invalid input`;
    }
    const parts = is.list(message.content) ? message.content : [];
    return parts.map((part, k) => wrongPart(part, `${path}.content.${k}`)).find(Boolean) ?? null;
}

function judgeBody(call) {
    const body = call.json;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return failure(415, "Content-Type must be application/json");
    }
    if (!is.object(body)) {
        return failure(400, "Invalid JSON body");
    }
    const wrong = wrongField(BODY, body, "body")
        ?? (body.messages?.length ? null : "Input required: specify \"prompt\" or \"messages\"")
        ?? body.messages.map(wrongMessage).find(Boolean)
        ?? wrongField(CONFIG, body.image_config ?? {}, "image_config");
    return wrong ? failure(400, wrong) : null;
}

function modelOf(id) {
    if (OTHERS.includes(id)) {
        return { ratios: RATIOS, tiers: TIERS, tokens: { "1K": 1000, "2K": 2000, "4K": 4000 } };
    }
    return resoldModels[id.replace(/^google\//, "")];
}

// What the maker refuses comes back wrapped, as OpenRouter wraps it.
function providerFailure(message) {
    const raw = JSON.stringify({ error: { code: 400, message, status: "INVALID_ARGUMENT" } });
    return failure(400, "Provider returned error", { metadata: { raw, provider_name: "Google AI Studio" } });
}

function judgeModel(body) {
    const model = modelOf(body.model ?? "");
    const modalities = body.modalities ?? ["text"];
    if (!model) {
        return failure(404, `No endpoints found for ${body.model}.`);
    }
    if (!modalities.every((one) => one === "image" || one === "text")) {
        return failure(400, `modalities: Invalid input: got ${JSON.stringify(modalities)}`);
    }
    const { aspect_ratio: ratio, image_size: size } = body.image_config ?? {};
    if (ratio !== undefined && !model.ratios.includes(ratio)) {
        return providerFailure(`aspect_ratio must be one of ${model.ratios.join(", ")}`);
    }
    if (size !== undefined && !model.tiers.includes(size)) {
        return providerFailure(`Unsupported image_size '${size}'. Supported values are: ${model.tiers.join(", ")}.`);
    }
    return null;
}

function judge(call, keys) {
    if (call.path !== "/v1/chat/completions") {
        return failure(404, "Not Found");
    }
    if (call.method !== "POST") {
        return failure(405, "Method Not Allowed");
    }
    const key = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (!key) {
        return failure(401, "No auth credentials found");
    }
    if (!keys.includes(key)) {
        return failure(401, "User not found.");
    }
    return judgeBody(call) ?? judgeModel(call.json);
}

function promptText(messages) {
    const contents = messages.flatMap((message) => message.content);
    return contents.map((part) => part.text ?? (is.text(part) ? part : "")).join("");
}

function inputImages(messages) {
    return messages.flatMap((message) => message.content).filter((part) => part.type === "image_url").length;
}

function drawImages(call, pictureBytes) {
    if (!call.json.modalities?.includes("image")) {
        return {};      // nobody asked for a picture: the model only talks
    }
    const { aspect_ratio: ratio, image_size: tier } = call.json.image_config ?? {};
    const label = `chat ${call.number}`;
    const picture = makePicture("png", { ...geminiPixels(ratio, tier), bytes: pictureBytes, seed: call.number, label });
    const url = `data:image/png;base64,${picture.toString("base64")}`;
    return { images: [{ type: "image_url", image_url: { url }, index: 0 }] };
}

function draw(call, pictureBytes) {
    const { model, messages, image_config: config } = call.json;
    const input = textTokens(promptText(messages)) + 258 * inputImages(messages);
    const output = modelOf(model).tokens[config?.image_size ?? "1K"];
    const message = { role: "assistant", content: "Here is your picture.", ...drawImages(call, pictureBytes) };
    return {
        status: 200,
        body: {
            id: `gen-${call.number}`, object: "chat.completion", created: 1795392000, model, provider: "Google AI Studio",
            choices: [{ index: 0, message, finish_reason: "stop", native_finish_reason: "STOP" }],
            usage: {
                prompt_tokens: input, completion_tokens: output, total_tokens: input + output,
                completion_tokens_details: { image_tokens: output }, cost: 0.04,
            },
        },
    };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function startChat({ keys = ["test-key"], pictureBytes = 6000, ...rest } = {}) {
    return startDouble({
        name: "chat", judge: (call) => judge(call, keys), draw: (call) => draw(call, pictureBytes), ...rest,
    });
}

await runFromCommandLine(import.meta.url, startChat);
