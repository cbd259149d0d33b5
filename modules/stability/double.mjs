// double.mjs - what would Stability AI's API say to this call?
//
// A double of POST /v2beta/stable-image/generate/{ultra,core,sd3} and .../edit/inpaint. It
// refuses what the real one refuses, in its shape of errors, and fields that a service does
// not have. Otherwise it draws: about a megapixel of the ratio asked for, or as large as
// the picture that came along.
//
//     node modules/stability/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { makePicture, readPicture } from "../../tests/lib/picture.mjs";

const RATIOS = ["21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21"];
const MODELS = ["sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash"];
const STYLES = ("enhance anime photographic digital-art comic-book fantasy-art line-art analog-film neon-punk isometric low-poly"
    + " origami modeling-compound cinematic 3d-model pixel-art tile-texture").split(" ");
const PROMPT_MAX = 10000;
const BODY_MAX = 10 * 1024 * 1024, SIDE_MIN = 64, PIXELS_MIN = 4096, PIXELS_MAX = 9437184;

// ---- fields: each gives what is wrong with a text, or undefined ---------------------------------

function oneOf(words) {
    return (value) => words.includes(value) ? undefined : `must be one of ${words.join(", ")}`;
}

function number(min, max, pattern = /^-?\d+(\.\d+)?$/) {
    return (value) => !pattern.test(value) ? "must be a number"
        : Number(value) < min || Number(value) > max ? `must be between ${min} and ${max}` : undefined;
}

function words(value) {
    return value.length < 1 ? "cannot be blank" : value.length > PROMPT_MAX ? `cannot exceed ${PROMPT_MAX} characters` : undefined;
}

const common = { prompt: words, negative_prompt: words, seed: number(0, 4294967294, /^\d+$/), style_preset: oneOf(STYLES) };
const lossy = { output_format: oneOf(["png", "jpeg", "webp"]) };
const drawn = { aspect_ratio: oneOf(RATIOS) };
const redrawn = { strength: number(0, 1) };

// fields; files: those that it may be sent
const SERVICES = {
    "generate/ultra": { fields: { ...common, ...lossy, ...drawn, ...redrawn }, files: ["image"] },
    "generate/core": { fields: { ...common, ...lossy, ...drawn }, files: [] },
    "generate/sd3": {
        fields: { ...common, ...drawn, ...redrawn, output_format: oneOf(["png", "jpeg"]), model: oneOf(MODELS), cfg_scale: number(1, 10),
            mode: oneOf(["text-to-image", "image-to-image"]) },
        files: ["image"],
    },
    "edit/inpaint": { fields: { ...common, ...lossy, grow_mask: number(0, 100) }, files: ["image", "mask"] },
};

// ---- the judge ----------------------------------------------------------------------------------

function refusal(status, name, ...errors) {
    return { status, body: { id: "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6", name, errors } };
}

const bad = (...errors) => refusal(400, "bad_request", ...errors);

function wrongFile(part) {
    const picture = readPicture(part.bytes);
    const pixels = picture && picture.width * picture.height;
    return !picture?.whole || `image/${picture.type}` !== part.type || !part.filename ? `${part.name}: must be a valid image`
        : Math.min(picture.width, picture.height) < SIDE_MIN ? `${part.name}: each side must be at least ${SIDE_MIN} pixels`
            : pixels < PIXELS_MIN || pixels > PIXELS_MAX ? `${part.name}: total pixel count must be between ${PIXELS_MIN} and ${PIXELS_MAX}`
                : undefined;
}

function wrongPart(part, i, parts, { fields, files }) {
    if (parts.findIndex(({ name }) => name === part.name) < i) {
        return `${part.name}: may be given once`;
    }
    if (part.bytes !== undefined) {
        return files.includes(part.name) ? wrongFile(part) : `${part.name}: unexpected file`;
    }
    const problem = fields[part.name] ? fields[part.name](part.text) : "unexpected field";
    return problem && `${part.name}: ${problem}`;
}

// What is wrong with what was asked for together.
function wrongTogether(service, { image, mask, strength, mode, aspect_ratio: ratio }) {
    if (service === "edit/inpaint") {
        const [below, above] = [image, mask].map((bytes) => bytes && readPicture(bytes));
        return !image ? "image: required" : !mask && !below.alpha ? "mask: required, as the image has no alpha channel"
            : mask && (below.width !== above.width || below.height !== above.height) ? "mask: must have the size of the image" : undefined;
    }
    return (service === "generate/sd3" && (mode === "image-to-image") !== Boolean(image)) ? "mode: must be image-to-image with an image"
        : Boolean(strength) !== Boolean(image) ? "strength: required with an image, and only then"
            : ratio && image ? "aspect_ratio: may be given without an image only" : undefined;
}

function judgeForm(call, service) {
    if (!call.parts) {
        return bad("content-type: must be multipart/form-data");
    }
    if (call.bytes.length > BODY_MAX) {
        return refusal(413, "payload_too_large", "body: must not exceed 10MiB");
    }
    call.asked = Object.fromEntries(call.parts.map(({ name, text, bytes }) => [name, bytes ?? text]));
    const found = call.parts.map((part, i) => wrongPart(part, i, call.parts, SERVICES[service])).find(Boolean)
        ?? (call.asked.prompt === undefined ? "prompt: required" : wrongTogether(service, call.asked));
    return found ? bad(found) : null;
}

function judge(call, keys) {
    const [, service] = /^\/v2beta\/stable-image\/(\w+\/\w+)$/.exec(call.path) ?? [];
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (!SERVICES[service]) {
        return refusal(404, "not_found", "the requested resource does not exist");
    }
    if (call.method !== "POST") {
        return refusal(405, "method_not_allowed", `${call.method} is not supported`);
    }
    if (!keys.includes(key)) {
        return refusal(401, "unauthorized", "authorization: invalid or missing header value");
    }
    return call.headers.accept === "application/json" ? judgeForm(call, service) : bad("accept: must be application/json or image/*");
}

// ---- drawing ------------------------------------------------------------------------------------

function sizeOf({ image, aspect_ratio: ratio = "1:1" }) {
    if (image) {
        return readPicture(image);
    }
    const [width, height] = ratio.split(":").map(Number);
    const scale = 1024 / Math.sqrt(width * height);
    return { width: 64 * Math.round(width * scale / 64), height: 64 * Math.round(height * scale / 64) };
}

function draw(call, { pictureBytes }) {
    const { output_format: kind = "png", seed = "0" } = call.asked;
    const { width, height } = sizeOf(call.asked);
    const chosen = Number(seed) || 1000 + call.number;
    const picture = makePicture(kind, { width, height, bytes: pictureBytes, seed: chosen, label: `stability ${call.number}` });
    return { status: 200, headers: { "x-request-id": `double${call.number}` },
        body: { image: picture.toString("base64"), finish_reason: "SUCCESS", seed: chosen } };
}

// options: keys (those that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, delay, port } = {}) {
    return startDouble({
        name: "stability", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), delay, port,
    });
}

await runFromCommandLine(import.meta.url, start);
