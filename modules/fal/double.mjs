// double.mjs - does this call order what fal would take?
//
// Apps with schemas of their own, and a queue: an order is IN_QUEUE, the first question finds it
// IN_PROGRESS, the next one COMPLETED, and the result lies at a third address. The addresses drop
// what stands behind OWNER/APP, as the real ones do. What it draws lies on a file server, or in the
// answer with sync_mode.
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { makePicture, readPicture } from "../../tests/lib/picture.mjs";

const PRESETS = {
    square_hd: [1024, 1024], square: [512, 512], portrait_4_3: [768, 1024], portrait_16_9: [576, 1024],
    landscape_4_3: [1024, 768], landscape_16_9: [1024, 576],
};
const FLUX_RATIOS = ["21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"];
const BANANA_RATIOS = ["auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"];

const prompt = { type: "string", required: true };
const words = (...options) => ({ type: "string", options });
const number = (min, max) => ({ type: "integer", min, max });
const size = { type: "size", min: 64, max: 4096 };
const uri = { type: "uri", required: true };
const uris = (max) => ({ type: "uris", max, required: true });
const common = { prompt, seed: { type: "integer" }, sync_mode: { type: "boolean" } };
const checked = { ...common, enable_safety_checker: { type: "boolean" } };
const tolerance = words("1", "2", "3", "4", "5", "6");
const lossy = words("jpeg", "png");

const flux = { ...checked, image_size: size, num_images: number(1, 4), num_inference_steps: number(1, 50),
    guidance_scale: { type: "number" }, output_format: lossy, acceleration: words("none", "regular", "high") };
const pro = { ...common, num_images: number(1, 4), output_format: lossy, safety_tolerance: tolerance, enhance_prompt: { type: "boolean" } };
const kontext = { ...pro, aspect_ratio: words(...FLUX_RATIOS), guidance_scale: { type: "number" } };
const banana = { ...common, num_images: number(1, 4), aspect_ratio: words(...BANANA_RATIOS), output_format: words("jpeg", "png", "webp"),
    safety_tolerance: tolerance, resolution: words("1K", "2K", "4K"), limit_generations: { type: "boolean" } };
const seedream = { ...checked, image_size: size, num_images: number(1, 6), max_images: number(1, 6) };
const ideogram = { ...common, image_size: size, num_images: number(1, 8), rendering_speed: words("TURBO", "BALANCED", "QUALITY"),
    expand_prompt: { type: "boolean" }, style: { type: "string" } };

// fields, and the format of a picture of which none was asked for
const apps = {
    "fal-ai/flux/schnell": { fields: flux, drawn: "jpeg" },
    "fal-ai/flux/dev": { fields: flux, drawn: "jpeg" },
    "fal-ai/flux-pro/kontext": { fields: { ...kontext, image_url: uri }, drawn: "jpeg" },
    "fal-ai/flux-pro/kontext/text-to-image": { fields: kontext, drawn: "jpeg" },
    "fal-ai/flux-pro/v1/fill": { fields: { ...pro, image_url: uri, mask_url: uri }, drawn: "jpeg" },
    "fal-ai/nano-banana-pro": { fields: banana, drawn: "png" },
    "fal-ai/nano-banana-pro/edit": { fields: { ...banana, image_urls: uris(14) }, drawn: "png" },
    "fal-ai/bytedance/seedream/v4/text-to-image": { fields: seedream, drawn: "png" },
    "fal-ai/bytedance/seedream/v4/edit": { fields: { ...seedream, image_urls: uris(10) }, drawn: "png" },
    "bytedance/seedream/v5/pro/text-to-image": { fields: { ...checked, image_size: size }, drawn: "png" },
    "fal-ai/ideogram/v3": { fields: ideogram, drawn: "png" },
    "google/nano-banana-2.1": { fields: banana, drawn: "png" },
    "google/nano-banana-2.1/edit": { fields: { ...banana, image_urls: uris(14) }, drawn: "png" },
    "somebody/sketch": { fields: { ...common, image_size: size, num_images: number(1, 4) }, drawn: "png", one: true },
    "somebody/sketch/edit": { fields: { ...common, image_urls: uris(4), aspect_ratio: words(...FLUX_RATIOS) }, drawn: "png", one: true },
};

function plain(status, detail, headers = {}) {
    return { status, headers, body: { detail } };
}

function invalid(name, type, msg, input) {
    const detail = [{ loc: ["body", name], msg, type, input, url: `https://docs.fal.ai/errors#${type}` }];
    return plain(422, detail, { "x-fal-retryable": "false" });
}

// ---- where it goes, and who asks ------------------------------------------------------

function judgeKey(call, keys) {
    const [, key] = /^Key (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    return keys.includes(key) ? null
        : plain(401, key ? "No user found for Key ID and Secret" : "Authentication is required to access this application.");
}

const REQUEST = /^\/([\w.-]+\/[\w.-]+)\/requests\/([\w-]+)(\/status|\/cancel)?$/;
const WHAT = { "GET /status": "status", "GET ": "response", "PUT /cancel": "cancel" };

function judgePath(call) {
    const [, app, id, tail = ""] = REQUEST.exec(call.path) ?? [];
    call.what = id ? WHAT[`${call.method} ${tail}`] : call.method === "POST" ? "order" : undefined;
    if (!call.what) {
        return plain(405, "Method Not Allowed");
    }
    call.subject = id ?? call.path.slice(1);
    return call.what !== "order" || apps[call.subject] ? null
        : plain(404, `Application "${call.subject.split("/").slice(0, 2).join("/")}" not found`);
}

// ---- the body -------------------------------------------------------------------------

function isPicture(value) {
    const [, data] = /^data:image\/[a-z]+;base64,(.+)$/.exec(value) ?? [];
    return data !== undefined && readPicture(Buffer.from(data, "base64"))?.whole === true;
}

const side = (value, { min, max }) => Number.isInteger(value) && value >= min && value <= max;

const CHECKS = {
    string: (value, { options }) => typeof value !== "string" ? ["string_type", "Input should be a valid string"]
        : options && !options.includes(value) ? ["enum", `Input should be ${options.map((one) => `'${one}'`).join(", ")}`] : null,
    integer: (value, { min = -Infinity, max = Infinity }) => !Number.isInteger(value) ? ["int_type", "Input should be a valid integer"]
        : value < min ? ["greater_than_equal", `Input should be greater than or equal to ${min}`]
            : value > max ? ["less_than_equal", `Input should be less than or equal to ${max}`] : null,
    number: (value) => typeof value === "number" ? null : ["float_type", "Input should be a valid number"],
    boolean: (value) => typeof value === "boolean" ? null : ["bool_type", "Input should be a valid boolean"],
    size: (value, field) => PRESETS[value] ? null
        : side(value?.width, field) && side(value?.height, field) && Object.keys(value).length === 2 ? null
            : ["enum", `Input should be ${Object.keys(PRESETS).join(", ")} or { width, height }`],
    uri: (value) => isPicture(value) ? null : ["file_download_error", "Failed to download the file. Please check the URL and try again."],
    uris: (value, { max }) => !Array.isArray(value) || value.length === 0 || value.length > max
        ? ["too_long", `List should have 1 to ${max} items`]
        : value.every(isPicture) ? null : ["image_load_error", "Failed to load the image. Please check that it is whole."],
};

function judgeOrder(call) {
    const declared = /^application\/json(;|$)/.test(call.headers["content-type"] ?? "");
    if (!declared || call.json === null || typeof call.json !== "object") {
        return plain(422, [{ loc: ["body"], msg: "JSON decode error", type: "json_invalid" }]);
    }
    const { fields } = apps[call.subject];
    const missing = Object.keys(fields).find((name) => fields[name].required && call.json[name] === undefined);
    if (missing) {
        return invalid(missing, "missing", "Field required", call.json);
    }
    for (const [name, value] of Object.entries(call.json)) {
        const problem = fields[name] ? CHECKS[fields[name].type](value, fields[name])
            : ["extra_forbidden", "Extra inputs are not permitted"];
        if (problem) {
            return invalid(name, ...problem, value);
        }
    }
    return null;
}

function judge(call, { keys }) {
    return judgeKey(call, keys) ?? judgePath(call) ?? (call.what === "order" ? judgeOrder(call) : null);
}

// ---- orders ---------------------------------------------------------------------------

function sizeOf({ image_size: asked = "square_hd", aspect_ratio: ratio }) {
    const [w, h] = /^\d+:\d+$/.test(ratio ?? "") ? ratio.split(":").map(Number) : PRESETS[asked] ?? [asked.width, asked.height];
    const scale = ratio ? Math.sqrt(1024 * 1024 / (w * h)) : 1;
    return { width: Math.round(w * scale), height: Math.round(h * scale) };
}

function resultOf(call, { files, pictureBytes }) {
    const app = apps[call.subject];
    const asked = call.json;
    const type = asked.output_format ?? app.drawn;
    const images = Array.from({ length: asked.num_images ?? 1 }, (_, i) => {
        const shape = sizeOf(asked);
        const bytes = makePicture(type, {
            ...shape, bytes: pictureBytes, seed: call.number * 100 + i, label: `fal ${call.number}.${i + 1}`,
        });
        const url = files && !asked.sync_mode ? files.add(bytes, { type: `image/${type}` })
            : `data:image/${type};base64,${bytes.toString("base64")}`;
        return { url, ...shape, content_type: `image/${type}`, file_name: null, file_size: bytes.length };
    });
    return app.one ? { image: images[0], seed: asked.seed ?? 1 }
        : { images, seed: asked.seed ?? 1, has_nsfw_concepts: images.map(() => false), prompt: asked.prompt, timings: { inference: 1.2 } };
}

function takeOrder(call, state, base) {
    const id = `order${call.number}`;
    const place = `${base}/${call.subject.split("/").slice(0, 2).join("/")}/requests/${id}`;
    state.orders.set(id, { asked: 0, result: resultOf(call, state) });
    return {
        status: 200, headers: { "x-fal-request-id": id },
        body: {
            status: "IN_QUEUE", request_id: id, queue_position: 0, response_url: place, status_url: `${place}/status`,
            cancel_url: `${place}/cancel`, logs: null, metrics: {},
        },
    };
}

function draw(call, state) {
    const base = `http://${call.headers.host}`;
    if (call.what === "order") {
        return takeOrder(call, state, base);
    }
    const order = state.orders.get(call.subject);
    if (!order) {
        return plain(404, "Request not found");
    }
    if (call.what === "status") {
        const done = ++order.asked > 1;
        return { status: done ? 200 : 202, body: { status: done ? "COMPLETED" : "IN_PROGRESS", request_id: call.subject, logs: null,
            metrics: done ? { inference_time: 1.2 } : {} } };
    }
    if (call.what === "cancel") {
        return { status: order.asked > 1 ? 400 : 202, body: { status: order.asked > 1 ? "ALREADY_COMPLETED" : "CANCELLATION_REQUESTED" } };
    }
    return order.asked > 1 ? { status: 200, body: order.result } : plain(400, "Request is still in progress");
}

// options: keys (the keys that are good), files (where pictures lie; without it they are data links), pictureBytes (of each
// picture, at least), delay, port.
export function start({ keys = ["test-key"], files, pictureBytes = 6000, ...rest } = {}) {
    const state = { files, pictureBytes, orders: new Map() };
    return startDouble({ name: "fal", judge: (call) => judge(call, { keys }), draw: (call) => draw(call, state), ...rest });
}

await runFromCommandLine(import.meta.url, start);
