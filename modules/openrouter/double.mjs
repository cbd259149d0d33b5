// double.mjs - what would OpenRouter's image API say to this call?
//
// A double of POST /api/v1/images. It refuses what its specification forbids, and what
// the hosts of a model refuse in its name, and otherwise draws: n pictures of the ratio
// and resolution asked for, with what they cost.
//
//     node modules/openrouter/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

const RATIOS = ["1:1", "1:2", "1:4", "1:8", "2:1", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "9:19.5",
    "19.5:9", "9:20", "20:9", "9:21", "21:9", "auto"];
const SIDES = { 512: 512, "1K": 1024, "2K": 2048, "4K": 4096 };
const REFERENCES_MAX = 16;
const ALWAYS = ["model", "prompt", "provider", "stream", "quality", "output_compression"];    // ignored where there is no knob

// By the id behind its maker's name: what its hosts take beside that, resolutions, pictures per call, the format that comes.
const models = {
    "gpt-image-2": { takes: ["aspect_ratio", "size", "background", "output_format", "n", "input_references"], n: 10, format: "png",
        tiers: ["1K"], tokens: 1767, cost: 0.053, inputs: 16, opaque: true },
    "gpt-image-2.6-sunburst": { takes: ["aspect_ratio", "size", "background", "output_format", "n", "input_references"], n: 10,
        format: "png", tiers: ["1K"], tokens: 1767, cost: 0.053, inputs: 16 },
    "grok-imagine-image-2.0": { takes: ["aspect_ratio", "resolution", "n", "input_references"], n: 10, format: "jpeg",
        tiers: ["1K", "2K"], tokens: 4175, cost: 0.06, inputs: 3 },
    "seedream-4.5": { takes: ["aspect_ratio", "resolution", "size", "seed", "input_references"], n: 1, format: "jpeg",
        tiers: ["1K", "2K", "4K"], tokens: 4175, cost: 0.04, inputs: 14 },
    "flux-3-image": { takes: ["aspect_ratio", "resolution", "size", "seed", "input_references"], n: 1, format: "jpeg",
        tiers: ["1K", "2K", "4K"], tokens: 4175, cost: 0.1, inputs: 8 },
    "recraft-v4.1-pro": { takes: ["aspect_ratio", "resolution", "size", "seed", "background", "output_format", "input_references"], n: 1,
        format: "png", tiers: ["1K", "2K"], tokens: 0, cost: 0.25, inputs: 16 },
};

function failure(status, message, metadata) {
    return { status, body: { error: { code: status, message, ...metadata && { metadata } }, user_id: "user_double" } };
}

// ---- judging ------------------------------------------------------------------------------

const text = (value) => typeof value === "string";
const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const texts = (value) => Array.isArray(value) && value.every(text);
const oneOf = (...words) => (value) => words.includes(value);

const FIELDS = {
    model: text, prompt: (value) => text(value) && value !== "", n: (value) => Number.isInteger(value) && value >= 1 && value <= 10,
    aspect_ratio: oneOf(...RATIOS), resolution: oneOf(...Object.keys(SIDES)),
    size: (value) => Object.hasOwn(SIDES, value) || /^[1-9]\d*x[1-9]\d*$/.test(value),
    quality: oneOf("auto", "low", "medium", "high"), background: oneOf("auto", "transparent", "opaque"),
    output_format: oneOf("png", "jpeg", "webp", "svg"),
    output_compression: (value) => Number.isInteger(value) && value >= 0 && value <= 100,
    seed: Number.isInteger, stream: (value) => typeof value === "boolean", provider: object,
    input_references: (value) => Array.isArray(value) && value.length <= REFERENCES_MAX,
};
const PREFERENCES = {
    only: texts, ignore: texts, order: texts, sort: oneOf("price", "throughput", "latency", "exacto"),
    allow_fallbacks: (value) => typeof value === "boolean", options: object,
};
const REFERENCE = { type: oneOf("image_url"), image_url: object };
const IMAGE_URL = { url: text, detail: text };

// The first thing wrong with an object's fields, as text, or null.
function wrongField(fields, value, path) {
    if (!object(value)) {
        return `${path}: Invalid input: expected object`;
    }
    for (const [name, one] of Object.entries(value)) {
        if (!fields[name]) {
            return `${path}: Unrecognized key: "${name}"`;
        }
        if (!fields[name](one)) {
            return `${path}.${name}: Invalid input: got ${JSON.stringify(one).slice(0, 60)}`;
        }
    }
    return null;
}

function wrongReference(reference, i) {
    const path = `input_references.${i}`;
    const wrong = wrongField(REFERENCE, reference, path) ?? wrongField(IMAGE_URL, reference.image_url, `${path}.image_url`);
    if (wrong || /^https?:\/\//.test(reference.image_url.url)) {
        return wrong;
    }
    const [, type, data] = /^data:image\/(png|jpeg|webp|gif);base64,(.*)$/.exec(reference.image_url.url ?? "") ?? [];
    const picture = readPicture(decodeBase64(data) ?? Buffer.alloc(0));
    return picture?.whole && picture.type === type ? null : `${path}.image_url.url: Invalid input: expected an image`;
}

function wrongCombination({ size = "", aspect_ratio: ratio, resolution, background, output_format: format }) {
    if (size.includes("x") && (ratio || resolution)) {
        return "size conflicts with aspect_ratio or resolution";
    }
    return background === "transparent" && format === "jpeg" ? "background transparent requires output_format png or webp" : null;
}

// What the hosts of a model refuse: parameters are its own.
function judgeModel(body) {
    const [vendor, id] = body.model.split("/");
    const model = vendor && models[id];
    if (!model) {
        return failure(404, `No endpoints found for ${body.model}.`);
    }
    const strange = Object.keys(body).find((name) => ![...ALWAYS, ...model.takes].includes(name));
    if (strange) {
        return failure(400, `Parameter ${strange} is not supported by any endpoint for ${body.model}`);
    }
    if ((body.n ?? 1) > model.n || (body.input_references ?? []).length > model.inputs) {
        return failure(400, `${body.model}: too many images`);
    }
    if (body.resolution && !model.tiers.includes(body.resolution)) {
        return failure(400, `resolution: expected one of ${model.tiers.join(", ")}`);
    }
    const raw = JSON.stringify({ error: { message: "Transparent background is not supported for this model.", code: "invalid_value" } });
    return model.opaque && body.background === "transparent"
        ? failure(400, "Provider returned error", { raw, provider_name: "Maker" }) : null;
}

function judgeBody(call) {
    const body = call.json;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return failure(415, "Content-Type must be application/json");
    }
    const wrong = wrongField(FIELDS, body, "body")
        ?? ["model", "prompt"].filter((name) => body[name] === undefined).map((name) => `body.${name}: Required`)[0]
        ?? wrongField(PREFERENCES, body.provider ?? {}, "provider")
        ?? (body.input_references ?? []).map(wrongReference).find(Boolean) ?? wrongCombination(body);
    return wrong ? failure(400, wrong) : judgeModel(body);
}

function judge(call, keys) {
    if (call.path !== "/api/v1/images" || call.method !== "POST") {
        return failure(404, "Not Found");
    }
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (!keys.includes(key)) {
        return failure(401, key ? "User not found." : "Missing Authentication header");
    }
    return judgeBody(call);
}

// ---- drawing ------------------------------------------------------------------------------

function pixels({ size = "", aspect_ratio: ratio = "1:1", resolution = "1K" }) {
    if (size.includes("x")) {
        const [width, height] = size.split("x").map(Number);
        return { width, height };
    }
    const [w, h] = (ratio === "auto" ? "1:1" : ratio).split(":").map(Number);
    const scale = SIDES[SIDES[size] ? size : resolution] / Math.sqrt(w * h);
    const side = (value) => Math.round(value * scale / 16) * 16;
    return { width: side(w), height: side(h) };
}

function draw(call, { pictureBytes }) {
    const body = call.json;
    const { n = 1, background } = body;
    const model = models[body.model.split("/")[1]];
    const format = body.output_format ?? model.format;
    const data = Array.from({ length: n }, (_, i) => ({
        b64_json: makePicture(format, {
            ...pixels(body), bytes: pictureBytes, seed: call.number * 100 + i, label: `openrouter ${call.number}.${i + 1}`,
            transparent: background === "transparent",
        }).toString("base64"),
        media_type: `image/${format}`,
    }));
    const usage = { prompt_tokens: 0, completion_tokens: n * model.tokens, total_tokens: n * model.tokens, cost: n * model.cost,
        completion_tokens_details: { image_tokens: n * model.tokens }, is_byok: false };
    return { status: 200, body: { created: 1795392000, data, usage } };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, ...rest } = {}) {
    return startDouble({ name: "openrouter", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
