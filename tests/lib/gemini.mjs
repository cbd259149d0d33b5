// gemini.mjs - what would Google's generateContent say to this call?
//
// A double of the Gemini API for image models. It refuses what the real one
// refuses, in the real one's words, and otherwise draws: each call another
// picture, of the pixel size that the ratio and the tier stand for.
//
//     node tests/lib/gemini.mjs --port 0 --delay 2000 --picture-bytes 2000000
//
// SPDX-License-Identifier: MIT

import { geminiModels, geminiPixels, textTokens } from "./catalogue.mjs";
import { runFromCommandLine, startDouble } from "./double.mjs";
import { generateContent, violations } from "./gemini-fields.mjs";
import { decodeBase64, makePicture, readPicture } from "./picture.mjs";

const TYPES = "type.googleapis.com/google.rpc";
const INPUTS = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"];
const BODY_MAX = 20 * 1024 * 1024;

function failure(status, name, message, details) {
    return { status, body: { error: { code: status, message, status: name, ...(details && { details }) } } };
}

function invalid(message, details) {
    return failure(400, "INVALID_ARGUMENT", message, details);
}

function judgeKey(call, keys) {
    const key = call.headers["x-goog-api-key"] ?? call.query.get("key");
    if (!key) {
        return failure(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established"
            + " identity). Please use API Key or other form of API consumer identity to call this API.");
    }
    if (keys.includes(key)) {
        return null;
    }
    return invalid("API key not valid. Please pass a valid API key.", [
        { "@type": `${TYPES}.ErrorInfo`, reason: "API_KEY_INVALID", domain: "googleapis.com",
            metadata: { service: "generativelanguage.googleapis.com" } },
        { "@type": `${TYPES}.LocalizedMessage`, locale: "en-US", message: "API key not valid. Please pass a valid API key." },
    ]);
}

function judgeBody(call) {
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return invalid(`Invalid content type: expected application/json, got ${call.headers["content-type"] ?? "none"}`);
    }
    if (call.bytes.length > BODY_MAX) {
        return invalid(`Request payload size exceeds the limit: ${BODY_MAX} bytes.`);
    }
    if (call.json === null || typeof call.json !== "object" || Array.isArray(call.json)) {
        return invalid("Invalid JSON payload received. Expected an object.");
    }
    const wrong = violations(generateContent, call.json);
    if (wrong.length === 0) {
        return null;
    }
    return invalid(wrong.map((one) => one.description).join("\n"), [
        { "@type": `${TYPES}.BadRequest`, fieldViolations: wrong },
    ]);
}

// proto-JSON takes both spellings of a name; after judgeBody one look is enough.
function field(object, name) {
    return object?.[name] ?? object?.[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

function judgePicture(part) {
    const blob = field(part, "inlineData");
    if (!blob) {
        return null;
    }
    if (!INPUTS.includes(field(blob, "mimeType"))) {
        return invalid(`Unsupported MIME type: ${field(blob, "mimeType")}`);
    }
    const bytes = decodeBase64(blob.data);
    if (!bytes?.length) {
        return invalid("Provided image is not valid.");
    }
    const known = /^image\/hei[cf]$/.test(field(blob, "mimeType")) || readPicture(bytes)?.whole;
    return known ? null : invalid("Unable to process input image. Please retry or report in"
        + " https://developers.generativeai.google/guide/troubleshooting");
}

function judgeContents(body, model) {
    const parts = (body.contents ?? []).flatMap((content) => content.parts ?? []);
    if (parts.length === 0) {
        return invalid("* GenerateContentRequest.contents: contents is not specified\n");
    }
    if (parts.some((part) => Object.keys(part).length === 0 || part.text === "")) {
        return invalid("* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one"
            + " initialized field\n");
    }
    const count = parts.filter((part) => field(part, "inlineData")).length;
    if (count > model.inputs) {
        return invalid(`Too many images: expected at most ${model.inputs}, got ${count}.`);
    }
    return parts.map(judgePicture).find(Boolean) ?? null;
}

function list(words) {
    return `${words.slice(0, -1).map((word) => `'${word}'`).join(", ")}, or '${words.at(-1)}'`;
}

function judgeImageConfig(imageConfig, model) {
    const ratio = field(imageConfig, "aspectRatio");
    const size = field(imageConfig, "imageSize");
    if (ratio !== undefined && !model.ratios.includes(ratio)) {
        return invalid(`aspect_ratio must be one of ${list(model.ratios)}`);
    }
    if (size !== undefined && !model.tiers.includes(size)) {
        return invalid(`Unsupported image_size '${size}'. Supported values are: ${model.tiers.join(", ")}.`);
    }
    return null;
}

function judgeModalities(config) {
    const wanted = field(config, "responseModalities") ?? ["TEXT", "IMAGE"];
    return wanted.includes("IMAGE") ? null
        : invalid("The requested combination of response modalities is not supported by the model.");
}

function judgeConfig(config, model, id) {
    if ((field(config, "candidateCount") ?? 1) > 1) {
        return invalid("Multiple candidates is not enabled for this model");
    }
    if (field(config, "mediaResolution")) {
        return invalid(`Media resolution is not enabled for models/${id}`);
    }
    if (/^image\//.test(field(config, "responseMimeType") ?? "")) {
        return invalid("* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`,"
            + " `application/json`, `application/xml`, `application/yaml` and `text/x.enum`.\n");
    }
    const level = field(field(config, "thinkingConfig"), "thinkingLevel");
    if (level !== undefined && !model.thinking.includes(level)) {
        return invalid(`Thinking level ${level} is not supported for this model.`);
    }
    return judgeModalities(config) ?? judgeImageConfig(field(config, "imageConfig"), model);
}

function judgeTools(body, model) {
    for (const tool of body.tools ?? []) {
        if (field(tool, "functionDeclarations")) {
            return invalid("Function calling is not enabled for this model");
        }
        if (field(tool, "googleSearch") && !model.search) {
            return invalid("Search Grounding is not supported.");
        }
    }
    return null;
}

function judgeQuery(call) {
    const strange = [...call.query.keys()].find((name) => name !== "key" && name !== "$alt" && name !== "alt");
    return strange === undefined ? null : invalid(`Invalid JSON payload received. Unknown name "${strange}": Cannot bind`
        + ` query parameter. Field '${strange}' could not be found in request message.`);
}

function judge(call, keys) {
    const [, id, verb] = /^\/v1beta\/models\/([^/:]+):(\w+)$/.exec(call.path) ?? [];
    if (call.method !== "POST" || verb !== "generateContent") {
        return { status: 404, headers: { "content-type": "text/html; charset=UTF-8" },
            body: "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>" };
    }
    const refusal = judgeKey(call, keys) ?? judgeQuery(call) ?? judgeBody(call);
    if (refusal) {
        return refusal;
    }
    const model = geminiModels[id];
    if (!model) {
        return failure(404, "NOT_FOUND", `models/${id} is not found for API version v1beta, or is not supported for`
            + " generateContent. Call ListModels to see the list of available models and their supported methods.");
    }
    const config = field(call.json, "generationConfig") ?? {};
    return judgeContents(call.json, model) ?? judgeConfig(config, model, id) ?? judgeTools(call.json, model);
}

function usage(call, model, tier) {
    const parts = call.json.contents.flatMap((content) => content.parts);
    const prompt = parts.reduce((sum, part) => sum + textTokens(part.text ?? ""), 0);
    const inputs = parts.filter((part) => field(part, "inlineData")).length * 258;
    const image = model.tokens[tier];
    return {
        promptTokenCount: prompt + inputs, candidatesTokenCount: image,
        ...(model.thoughts && { thoughtsTokenCount: model.thoughts }),
        totalTokenCount: prompt + inputs + image + model.thoughts,
        promptTokensDetails: [
            { modality: "TEXT", tokenCount: prompt },
            ...(inputs ? [{ modality: "IMAGE", tokenCount: inputs }] : []),
        ],
        candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: image }],
        serviceTier: "standard",
    };
}

// The parts of the usual answer: a text where texts are wanted, then the picture.
function drawParts(call, model, size, bytes) {
    const config = field(call.json, "generationConfig");
    const wanted = field(config, "responseModalities") ?? ["TEXT", "IMAGE"];
    const picture = makePicture(model.mime.slice(6), { ...size, bytes, seed: call.number, label: `gemini ${call.number}` });
    const image = {
        inlineData: { mimeType: model.mime, data: picture.toString("base64") },
        thoughtSignature: Buffer.from(`thought ${call.number}`).toString("base64"),
    };
    return wanted.includes("TEXT") ? [{ text: "Here is your picture." }, image] : [image];
}

function draw(call, pictureBytes) {
    const id = /models\/([^/:]+):/.exec(call.path)[1];
    const model = geminiModels[id];
    const imageConfig = field(field(call.json, "generationConfig"), "imageConfig");
    const tier = field(imageConfig, "imageSize") ?? "1K";
    const size = geminiPixels(field(imageConfig, "aspectRatio"), tier);
    const content = { role: "model", parts: drawParts(call, model, size, pictureBytes) };
    return {
        status: 200,
        body: {
            candidates: [{ content, finishReason: "STOP", index: 0 }],
            usageMetadata: usage(call, model, tier),
            modelVersion: id, responseId: `response-${call.number}`,
        },
    };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function startGemini({ keys = ["test-key"], pictureBytes = 6000, ...rest } = {}) {
    return startDouble({
        name: "gemini", judge: (call) => judge(call, keys), draw: (call) => draw(call, pictureBytes), ...rest,
    });
}

await runFromCommandLine(import.meta.url, startGemini);
