// double.mjs - what would xAI's image API say to this call?
//
// A double of POST /v1/images/generations and /v1/images/edits. It refuses what the
// real one refuses, in its three shapes of errors, and otherwise draws JPEGs of the
// ratio and resolution asked for, and says in ticks what they cost.
//
//     node modules/xai/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

const RATIOS = ["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto"];
const SIDES = { "1k": 1024, "1.5k": 1536, "2k": 2048 };
const INPUTS_MAX = 3;       // as documented; more were seen to work

// ticks: of one picture, by quality and resolution; one price where the model has no qualities.
const models = {
    "grok-imagine-image-2.0": {
        resolutions: ["1k", "1.5k", "2k"], qualities: ["low", "medium", "auto"], input: 1e8,
        ticks: { low: { "1k": 4e8, "1.5k": 5e8, "2k": 6e8 }, medium: { "1k": 6e8, "1.5k": 7e8, "2k": 8e8 } },
    },
    "grok-imagine-image": { resolutions: ["1k", "2k"], input: 0, ticks: 2e8 },
};

const text = (value) => typeof value === "string";
const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// name -> what its value must be, in the words of a 422
const FIELDS = {
    model: [text, "a string"], prompt: [text, "a string"], user: [text, "a string"],
    n: [Number.isInteger, "u32"], response_format: [(value) => ["url", "b64_json"].includes(value), "`url` or `b64_json`"],
    aspect_ratio: [(value) => RATIOS.includes(value), `one of ${RATIOS.join(", ")}`],
    resolution: [(value) => Object.hasOwn(SIDES, value), "one of `1k`, `1.5k`, `2k`"],
    quality: [(value) => ["low", "medium", "high", "auto"].includes(value), "one of `low`, `medium`, `high`, `auto`"],
    storage_options: [object, "a map"],
};
const EDIT = { ...FIELDS, image: [object, "a map"], images: [Array.isArray, "a sequence"] };
const IMAGE = { type: [(value) => value === "image_url", "`image_url`"], url: [text, "a string"], file_id: [text, "a string"] };

// ---- its three shapes of errors ---------------------------------------------------------

const flat = (status, code, error) => ({ status, body: { code, error } });
const invalid = (error) => flat(400, "Client specified an invalid argument", error);
const unreadable = (error) => ({ status: 422, body: { error: `Failed to deserialize the JSON body into the target type: ${error}` } });

// ---- judging ------------------------------------------------------------------------------

function judgeKey(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (!key) {
        return flat(401, "unauthenticated:missing-credentials", "No authorization header or an invalid authorization token is provided.");
    }
    return keys.includes(key) ? null : invalid(`Incorrect API key provided: ${key.slice(0, 2)}***. You can obtain an API key from`
        + " https://console.x.ai.");
}

function judgePath(call) {
    const [, endpoint] = /^\/v1\/images\/(generations|edits)$/.exec(call.path) ?? [];
    if (!endpoint || [...call.query.keys()].length > 0) {
        return { status: 404, body: { error: { message: `Not found: ${call.path}`, type: "not_found_error", param: null, code: null } } };
    }
    call.endpoint = endpoint;
    return call.method === "POST" ? null : { status: 405, body: { error: "Method Not Allowed" } };
}

// The first thing wrong with an object's fields, in the words of a 422.
function wrongField(fields, value) {
    for (const [name, one] of Object.entries(value)) {
        const [good, expected] = fields[name] ?? [];
        if (!good) {
            return `unknown field \`${name}\`, expected one of ${Object.keys(fields).map((field) => `\`${field}\``).join(", ")}`;
        }
        if (!good(one)) {
            return `${name}: invalid value ${JSON.stringify(one).slice(0, 60)}, expected ${expected}`;
        }
    }
    return null;
}

function judgeImage(image) {
    const wrong = object(image) ? wrongField(IMAGE, image) : "expected a map";
    if (wrong) {
        return unreadable(wrong);
    }
    if ((image.url === undefined) === (image.file_id === undefined)) {
        return invalid("Exactly one of url and file_id must be given for an image.");
    }
    const [, type, data] = /^data:image\/(png|jpeg|webp);base64,(.*)$/.exec(image.url ?? "") ?? [];
    const picture = readPicture(decodeBase64(data) ?? Buffer.alloc(0));
    return picture?.whole && picture.type === type ? null : invalid("Failed to decode the image: expected a PNG, JPEG or WebP image.");
}

function judgeImages({ image, images }) {
    if ((image === undefined) === (images === undefined)) {
        return invalid("Exactly one of `image` and `images` must be given.");
    }
    const all = images ?? [image];
    if (all.length < 1 || all.length > INPUTS_MAX) {
        return invalid(`At most ${INPUTS_MAX} images can be edited in one request, got ${all.length}.`);
    }
    return all.map(judgeImage).find(Boolean) ?? null;
}

function judgeModel({ model, n = 1, resolution = "1k", quality = "auto" }) {
    const known = models[model];
    if (!known) {
        return flat(404, "Some requested entity was not found",
            `The model ${model} does not exist or your team does not have access to it.`);
    }
    if (n < 1 || n > 10) {
        return invalid(`n must be between 1 and 10, got ${n}.`);
    }
    if (!known.resolutions.includes(resolution)) {
        return invalid(`${resolution.toUpperCase()} resolution is not supported for this model.`);
    }
    return !known.qualities || known.qualities.includes(quality) ? null
        : invalid(`This model only supports the following quality value(s): ${known.qualities.join(", ")}.`);
}

function judgeBody(call) {
    const body = call.json;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return { status: 415, body: { error: "Expected request with `Content-Type: application/json`" } };
    }
    if (!object(body)) {
        return { status: 400, body: { error: "Failed to parse the request body as JSON" } };
    }
    const wrong = wrongField(call.endpoint === "edits" ? EDIT : FIELDS, body)
        ?? (body.prompt === undefined ? "missing field `prompt`" : null);
    if (wrong) {
        return unreadable(wrong);
    }
    return (body.prompt === "" ? invalid("The prompt must not be empty.") : null) ?? judgeModel(body)
        ?? (call.endpoint === "edits" ? judgeImages(body) : null);
}

// ---- drawing ------------------------------------------------------------------------------

function pixels(ratio, resolution) {
    const [w, h] = (ratio === "auto" ? "1:1" : ratio).split(":").map(Number);
    const scale = SIDES[resolution] / Math.sqrt(w * h);
    const side = (value) => Math.round(value * scale / 16) * 16;
    return { width: side(w), height: side(h) };
}

function ticksOf({ model, n = 1, resolution = "1k", quality = "auto", image, images }) {
    const { ticks, input } = models[model];
    const one = typeof ticks === "number" ? ticks : ticks[quality === "auto" ? "medium" : quality][resolution];
    return n * one + (images ?? (image ? [image] : [])).length * input;
}

function draw(call, { pictureBytes, files }) {
    const { n = 1, aspect_ratio: ratio = "auto", resolution = "1k", response_format: format = "url" } = call.json;
    const data = Array.from({ length: n }, (_, i) => {
        const picture = makePicture("jpeg", {
            ...pixels(ratio, resolution), bytes: pictureBytes, seed: call.number * 100 + i, label: `xai ${call.number}.${i + 1}`,
        });
        const held = format === "url" && files ? { url: files.add(picture, { type: "image/jpeg" }) } : { b64_json: picture.toString("base64") };
        return { ...held, revised_prompt: "", respect_moderation: true };
    });
    return { status: 200, body: { data, usage: { cost_in_usd_ticks: ticksOf(call.json) } } };
}

// options: keys (the API keys that are good), files (where links lead), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], files, pictureBytes = 6000, ...rest } = {}) {
    return startDouble({
        name: "xai", judge: (call) => judgePath(call) ?? judgeKey(call, keys) ?? judgeBody(call),
        draw: (call) => draw(call, { pictureBytes, files }), ...rest,
    });
}

await runFromCommandLine(import.meta.url, start);
