// double.mjs - what would Black Forest Labs say to this call?
//
// A double of POST /v1/MODEL and GET /v1/get_result. It refuses what the real API refuses,
// in its words where they are known, and also what the real one would drop in silence: a
// field that the model does not have. Otherwise it takes the order, says once that it is
// pending, and then gives a link to a picture of the size that was ordered.
//
//     node modules/bfl/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { startFiles } from "../../tests/lib/files.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

const FORMATS = ["jpeg", "png", "webp"];
const RATIOS = "21:9 2:1 16:9 3:2 7:5 4:3 5:4 1:1 4:5 3:4 5:7 2:3 9:16 1:2 9:21 auto".split(" ");
const RESOLUTIONS = { "768sq": 768, "1k": 1024, "1.5k": 1536, "2k": 2048, "4k": 4096 };
const BYTES_MAX = 20e6, PIXELS_MAX = 20e6;

// ---- fields: each gives what is wrong with a value, or undefined ------------------------------

const text = (value) => typeof value === "string" ? undefined : "Input should be a valid string";
const flag = (value) => typeof value === "boolean" ? undefined : "Input should be a valid boolean";

function whole(min, max = Infinity, step = 1) {
    return (value) => !Number.isInteger(value) ? "Input should be a valid integer"
        : value < min ? `Input should be greater than or equal to ${min}`
            : value > max ? `Input should be less than or equal to ${max}`
                : value % step ? `Input should be a multiple of ${step}` : undefined;
}

function oneOf(words) {
    return (value) => words.includes(value) ? undefined : `Input should be ${words.map((word) => `'${word}'`).join(", ")}`;
}

function ratio(value) {
    const [, width, height] = (/^(\d+):(\d+)$/.exec(value) ?? []).map(Number);
    return width / height <= 21 / 9 && width / height >= 9 / 21 ? undefined : "Value error, Aspect ratio must be between 21:9 and 9:21";
}

// Base64 of a whole picture. The real one takes links and data links too; nobody here shall send them.
function picture(value) {
    const bytes = decodeBase64(value);
    const found = bytes && readPicture(bytes);
    return !found?.whole ? "Value error, Invalid base64 image"
        : bytes.length > BYTES_MAX || found.width * found.height > PIXELS_MAX ? "Value error, Image is too large" : undefined;
}

function references(value) {
    if (!Array.isArray(value) || value.length < 1 || value.length > 10) {
        return "List should have 1 to 10 items";
    }
    const small = (one) => ["width", "height"].some((side) => readPicture(decodeBase64(one))[side] < 256);
    return value.map(picture).find(Boolean) ?? (value.some(small) ? "Value error, Image must be at least 256x256" : undefined);
}

function numbered(count) {
    return Object.fromEntries(Array.from({ length: count }, (_, i) => [i ? `input_image_${i + 1}` : "input_image", picture]));
}

// ---- models -----------------------------------------------------------------------------------

const common = { prompt: text, seed: whole(0), output_format: oneOf(FORMATS) };
const second = { ...common, width: whole(64), height: whole(64), safety_tolerance: whole(0, 5) };
const first = { ...common, safety_tolerance: whole(0, 6), prompt_upsampling: flag };
const pixels = { width: whole(256, 1440, 32), height: whole(256, 1440, 32), image_prompt: picture };
const kontext = { ...first, ...numbered(4), aspect_ratio: ratio };

// fields; needs: those that must be there; cost: credits, or [first megapixel, each further one]
const MODELS = {
    "flux-3-image": {
        fields: { prompt: text, images: references, aspect_ratio: oneOf(RATIOS), resolution: oneOf(Object.keys(RESOLUTIONS)),
            safety_tolerance: whole(0, 4), grounding: flag, version: text },
        cost: [4.8, 1.3],
    },
    "flux-2-max": { fields: { ...second, ...numbered(8), disable_pup: flag }, cost: [7, 3] },
    "flux-2-pro": { fields: { ...second, ...numbered(8), disable_pup: flag }, cost: [3, 1.5] },
    "flux-2-flex": { fields: { ...second, ...numbered(8), prompt_upsampling: flag }, cost: [5, 5] },
    "flux-2-klein-9b": { fields: { ...second, ...numbered(4) }, cost: [1.5, 0.2] },
    "flux-2-klein-4b": { fields: { ...second, ...numbered(4) }, cost: [1.4, 0.1] },
    "flux-kontext-max": { fields: kontext, cost: 8 },
    "flux-kontext-pro": { fields: kontext, cost: 4 },
    "flux-pro-1.1-ultra": { fields: { ...first, aspect_ratio: ratio, raw: flag, image_prompt: picture }, cost: 6 },
    "flux-pro-1.1": { fields: { ...first, ...pixels }, cost: 4 },
    "flux-dev": { fields: { ...first, ...pixels, steps: whole(1, 50) }, cost: 2.5 },
    "flux-pro-1.0-fill": { fields: { ...first, image: picture, mask: picture, steps: whole(15, 50) }, needs: ["image"], cost: 5 },
};

// ---- the judge --------------------------------------------------------------------------------

function refusal(status, detail) {
    return { status, body: { detail } };
}

function invalid(field, msg, type) {
    return refusal(422, [{ type, loc: ["body", field], msg, input: "…" }]);
}

function judgeMask({ image, mask }) {
    const [below, above] = [image, mask].map((one) => one && readPicture(decodeBase64(one)));
    if (!mask) {
        return below.alpha ? null : refusal(400, "Mask is required when the image has no alpha channel");
    }
    return below.width === above.width && below.height === above.height && !above.alpha ? null
        : refusal(400, "Mask must be black and white and have the dimensions of the image");
}

function judgeBody(call, { fields, needs = ["prompt"] }) {
    const { json } = call;
    if (!/^application\/json(;|$)/.test(call.headers["content-type"] ?? "") || json === null || typeof json !== "object") {
        return refusal(422, [{ type: "json_invalid", loc: ["body", 0], msg: "JSON decode error" }]);
    }
    const missing = needs.find((name) => json[name] === undefined);
    const strange = Object.keys(json).find((name) => !fields[name]);
    const wrong = Object.entries(json).map(([name, value]) => [name, fields[name]?.(value)]).find(([, problem]) => problem);
    return missing ? invalid(missing, "Field required", "missing")
        : strange ? invalid(strange, "Extra inputs are not permitted", "extra_forbidden")
            : wrong ? invalid(...wrong, "value_error") : fields.mask ? judgeMask(json) : null;
}

function judge(call, keys) {
    const [, name] = /^\/v1\/([^/]+)$/.exec(call.path) ?? [];
    const model = MODELS[name];
    if (!model && name !== "get_result") {
        return refusal(404, "Not Found");
    }
    if (call.method !== (model ? "POST" : "GET")) {
        return refusal(405, "Method Not Allowed");
    }
    if (!keys.includes(call.headers["x-key"])) {
        return refusal(403, "Not authenticated");
    }
    if (!model) {
        return call.query.get("id") ? null : refusal(422, [{ type: "missing", loc: ["query", "id"], msg: "Field required" }]);
    }
    call.model = { name, ...model };
    return [...call.query.keys()].length > 0 ? refusal(400, "Unexpected query") : judgeBody(call, model);
}

// ---- orders and pictures ----------------------------------------------------------------------

function ofRatio(words = "1:1", area) {
    const [width, height] = (words === "auto" ? "1:1" : words).split(":").map(Number);
    const scale = Math.sqrt(area / (width * height));
    return { width: 16 * Math.round(width * scale / 16), height: 16 * Math.round(height * scale / 16) };
}

// What is left open, the model decides: the first picture's size, or its own.
function sizeOf({ json, model }) {
    const input = json.input_image ?? json.image;
    if (json.width || json.height) {
        return { width: json.width ?? 1024, height: json.height ?? 1024 };
    }
    if (input && !json.aspect_ratio) {
        const { width, height } = readPicture(decodeBase64(input));
        return { width, height };
    }
    return model.name === "flux-pro-1.1-ultra" ? ofRatio(json.aspect_ratio ?? "16:9", 2048 ** 2)
        : ofRatio(json.aspect_ratio, RESOLUTIONS[json.resolution ?? "1k"] ** 2);
}

function creditsOf({ json, model }, { width, height }) {
    if (!Array.isArray(model.cost)) {
        return model.cost;
    }
    const inputs = Object.keys(json).filter((name) => name.startsWith("input_image")).length + (json.images?.length ?? 0);
    const further = Math.max(1, Math.round(width * height / 1e6)) - 1 + inputs;
    return Math.round((model.cost[0] + further * model.cost[1]) * 10) / 10;
}

function takeOrder(call, state) {
    const id = `00000000-0000-4000-8000-${String(call.number).padStart(12, "0")}`;
    const size = sizeOf(call);
    state.orders.set(id, { call, size, asked: 0 });
    return { status: 200, body: { id, polling_url: `${state.url}/v1/get_result?id=${id}`, cost: creditsOf(call, size), input_mp: 0,
        output_mp: Math.round(size.width * size.height / 1e4) / 100 } };
}

function result({ call, size }, files) {
    const kind = call.json.output_format ?? (call.model.name.startsWith("flux-kontext") ? "png" : "jpeg");
    const bytes = makePicture(kind, { ...size, seed: call.json.seed ?? call.number, label: `bfl ${call.number}` });
    return { sample: files.add(bytes, { type: `image/${kind}` }), prompt: call.json.prompt, seed: call.json.seed ?? 42, duration: 3.1 };
}

function tellOrder(call, state, files) {
    const id = call.query.get("id");
    const order = state.orders.get(id);
    if (!order) {
        return { status: 200, body: { id, status: "Task not found", result: null, progress: null, details: null } };
    }
    const ready = order.asked++ > 0;
    return { status: 200, body: { id, status: ready ? "Ready" : "Pending", result: ready ? result(order, files) : null, progress: null,
        details: null } };
}

// options: keys (those that are good), files (where pictures lie; see tests/lib/files.mjs), delay, port.
export async function start({ keys = ["test-key"], files, ...rest } = {}) {
    const shelf = files ?? await startFiles();
    const state = { orders: new Map(), url: "" };
    const double = await startDouble({
        name: "bfl", judge: (call) => judge(call, keys),
        draw: (call) => call.method === "POST" ? takeOrder(call, state) : tellOrder(call, state, shelf), ...rest,
    });
    state.url = double.url;
    return double;
}

await runFromCommandLine(import.meta.url, start);
