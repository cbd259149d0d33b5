// double.mjs - does this call order what Replicate would take?
//
// Models with schemas of their own, which it holds the input against, and a queue: an order
// is `starting`, the first question finds it `processing`, the next one ended; an order that may be
// held (Prefer: wait) is done at once. What it draws lies on a file server, as links.
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { makePicture, readPicture } from "../../tests/lib/picture.mjs";

const RATIOS = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"];
const SEED = { type: "integer" };
const prompt = { type: "string", required: true };
const ratio = { type: "string", options: RATIOS };
const matching = { type: "string", options: [...RATIOS, "match_input_image"] };
const custom = (min, max) => ({ type: "integer", min, max });
const format = (...options) => ({ type: "string", options });
const uri = { type: "uri" };
const uris = (max) => ({ type: "uris", max });

const flux = {
    prompt, aspect_ratio: ratio, num_outputs: { type: "integer", min: 1, max: 4 }, seed: SEED, output_format: format("webp", "jpg", "png"),
    output_quality: { type: "integer", min: 0, max: 100 }, num_inference_steps: { type: "integer", min: 1, max: 50 },
    disable_safety_checker: { type: "boolean" }, go_fast: { type: "boolean" }, megapixels: format("1", "0.25"),
};
const kontext = {
    prompt, input_image: uri, aspect_ratio: matching, seed: SEED, output_format: format("jpg", "png"),
    prompt_upsampling: { type: "boolean" }, safety_tolerance: { type: "integer", min: 0, max: 6 },
};
const tolerance = { type: "integer", min: 1, max: 6 };
const sequential = { sequential_image_generation: format("disabled", "auto"), max_images: { type: "integer", min: 1, max: 15 } };
const ideogram = {
    prompt, resolution: { type: "string" },
    aspect_ratio: format("1:3", "3:1", "1:2", "2:1", "9:16", "16:9", "10:16", "16:10", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "1:1"),
    magic_prompt_option: format("Auto", "On", "Off"), seed: SEED, image: uri, mask: uri,
};

// list: the output is a list; drawn: the format of a picture of which none was asked for.
const models = {
    "black-forest-labs/flux-schnell": { fields: flux, list: true, drawn: "webp" },
    "black-forest-labs/flux-dev": { fields: { ...flux, image: uri, guidance: { type: "number" } }, list: true, drawn: "webp" },
    "black-forest-labs/flux-1.1-pro": {
        fields: {
            prompt, aspect_ratio: format(...RATIOS, "custom"), width: custom(256, 1440), height: custom(256, 1440), seed: SEED,
            output_format: format("webp", "jpg", "png"), safety_tolerance: tolerance, prompt_upsampling: { type: "boolean" },
        },
        drawn: "webp",
    },
    "black-forest-labs/flux-fill-pro": {
        fields: { prompt, image: { ...uri, required: true }, mask: uri, seed: SEED, output_format: format("jpg", "png") }, drawn: "jpeg",
    },
    "black-forest-labs/flux-kontext-pro": { fields: kontext, drawn: "png" },
    "black-forest-labs/flux-2-flex": {
        fields: {
            prompt, input_images: uris(10), aspect_ratio: format(...RATIOS, "match_input_image", "custom"), seed: SEED,
            width: custom(256, 2048), height: custom(256, 2048), output_format: format("webp", "jpg", "png"), safety_tolerance: tolerance,
            prompt_upsampling: { type: "boolean" }, resolution: format("match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"),
        },
        drawn: "webp",
    },
    "bytedance/seedream-4": {
        fields: {
            prompt, image_input: uris(10), size: format("1K", "2K", "4K", "custom"), aspect_ratio: matching,
            width: custom(1024, 4096), height: custom(1024, 4096), enhance_prompt: { type: "boolean" }, ...sequential,
        },
        list: true, drawn: "jpeg",
    },
    "bytedance/seedream-5-lite": {
        fields: {
            prompt, image_input: uris(14), size: format("2K", "3K"), aspect_ratio: matching, output_format: format("png", "jpeg"),
            ...sequential,
        },
        list: true, drawn: "png",
    },
    "ideogram-ai/ideogram-v3-turbo": { fields: ideogram, drawn: "png" },
    "openai/gpt-image-2": {
        fields: {
            prompt, input_images: uris(10), aspect_ratio: format("1:1", "3:2", "2:3"), quality: format("low", "medium", "high", "auto"),
            number_of_images: { type: "integer", min: 1, max: 10 }, output_format: format("png", "jpeg", "webp"),
        },
        list: true, drawn: "webp",
    },
    "somebody/watercolour": { fields: { prompt, aspect_ratio: ratio, seed: SEED, image: uri, paper: { type: "string" } }, drawn: "png" },
};
const VERSION = "0a".repeat(32);

function failure(status, title, detail, more = {}) {
    return { status, body: { title, detail, status, ...more } };
}

function invalid(field, type, description) {
    return failure(422, "Input validation failed", `- input.${field}: ${description}\n`,
        { invalid_fields: [{ type, field: `input.${field}`, description }] });
}

// ---- where it goes, and who asks ------------------------------------------------------

function judgeKey(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    return keys.includes(key) ? null
        : failure(401, "Unauthenticated", `You did not pass ${key ? "a valid" : "an"} authentication token`);
}

const ROUTES = [
    ["POST", /^\/v1\/models\/([\w.-]+\/[\w.-]+)\/predictions$/, "create"],
    ["POST", /^\/v1\/predictions$/, "create"],
    ["GET", /^\/v1\/predictions\/([\w-]+)$/, "get"],
    ["POST", /^\/v1\/predictions\/([\w-]+)\/cancel$/, "cancel"],
];

function judgePath(call) {
    const found = ROUTES.map(([method, pattern, what]) => ({ method, what, match: pattern.exec(call.path) }))
        .find(({ method, match }) => match && method === call.method);
    if (!found) {
        return { status: 404, body: { detail: "The requested resource could not be found.", status: 404 } };
    }
    call.what = found.what;
    call.subject = found.match[1];
    return null;
}

// ---- the input ------------------------------------------------------------------------

function isPicture(value) {
    const [, data] = /^data:image\/[a-z]+;base64,(.+)$/.exec(value) ?? [];
    return data !== undefined && readPicture(Buffer.from(data, "base64"))?.whole === true;
}

function wrongString(value, { options }) {
    if (typeof value !== "string") {
        return ["invalid_type", `Invalid type. Expected: string, given: ${typeof value}`];
    }
    return options && !options.includes(value)
        ? ["enum", `${JSON.stringify(value)} is not one of ${JSON.stringify(options)}`] : null;
}

function wrongInteger(value, { min = -Infinity, max = Infinity }) {
    if (!Number.isInteger(value)) {
        return ["invalid_type", `Invalid type. Expected: integer, given: ${typeof value}`];
    }
    return value < min ? ["number_gte", `Must be greater than or equal to ${min}`]
        : value > max ? ["number_lte", `Must be less than or equal to ${max}`] : null;
}

const CHECKS = {
    string: wrongString,
    integer: wrongInteger,
    number: (value) => typeof value === "number" ? null : ["invalid_type", `Invalid type. Expected: number, given: ${typeof value}`],
    boolean: (value) => typeof value === "boolean" ? null : ["invalid_type", `Invalid type. Expected: boolean, given: ${typeof value}`],
    uri: (value) => typeof value === "string" && isPicture(value) ? null : ["format", "Does not match format 'uri'"],
    uris: (value, { max }) => Array.isArray(value) && value.length > 0 && value.length <= max && value.every(isPicture) ? null
        : ["array", `Expected 1 to ${max} items of format 'uri'`],
};

function wrongField(fields, name, value) {
    const field = fields[name];
    const problem = field ? CHECKS[field.type](value, field)
        : ["additional_property_not_allowed", `Additional property ${name} is not allowed`];
    return problem && invalid(name, ...problem);
}

function wrongInput(input, fields) {
    const missing = Object.keys(fields).find((name) => fields[name].required && input[name] === undefined);
    if (missing) {
        return invalid(missing, "required", `${missing} is required`);
    }
    const sized = input.width !== undefined && ![input.aspect_ratio, input.size].includes("custom");
    return Object.entries(input).map(([name, value]) => wrongField(fields, name, value)).find(Boolean)
        ?? (sized ? invalid("width", "ignored", "width and height are read for custom only") : null);
}

// By its name in the path, or by a version in the body.
function modelOf(call) {
    const { version } = call.json;
    if (call.subject) {
        return version === undefined ? models[call.subject] : undefined;
    }
    const [, name, hash] = /^(?:([\w.-]+\/[\w.-]+):)?([0-9a-f]{64})$/.exec(version) ?? [];
    return hash === VERSION ? models[name ?? "somebody/watercolour"] : undefined;
}

function judgeWait(call) {
    const { prefer } = call.headers;
    const [, seconds] = /^wait(?:=(\d+))?$/.exec(prefer ?? "wait") ?? [];
    const good = prefer === undefined || prefer === "wait" || (Number(seconds) >= 1 && Number(seconds) <= 60);
    return good ? null : failure(400, "Invalid header", `Prefer: expected wait=1 to wait=60, got ${prefer}`);
}

function judgeOrder(call) {
    if (!/^application\/json(;|$)/.test(call.headers["content-type"] ?? "") || typeof call.json?.input !== "object") {
        return failure(400, "Invalid request", "The request body must be JSON with an input");
    }
    const model = modelOf(call);
    if (!model) {
        return call.subject ? { status: 404, body: { detail: "The requested resource could not be found.", status: 404 } }
            : failure(422, "Invalid version or not permitted", "The specified version does not exist"
                + " (or perhaps you don't have permission to use it?)");
    }
    call.model = model;
    const strange = Object.keys(call.json).find((name) => !["input", "version", "webhook", "webhook_events_filter"].includes(name));
    return strange ? failure(422, "Invalid request", `- ${strange}: Additional property ${strange} is not allowed\n`)
        : judgeWait(call) ?? wrongInput(call.json.input, model.fields);
}

function judge(call, { keys }) {
    return judgePath(call) ?? judgeKey(call, keys) ?? (call.what === "create" ? judgeOrder(call) : null);
}

// ---- predictions ----------------------------------------------------------------------

function sizeOf({ width, height, aspect_ratio: asked = "1:1" }) {
    const [w, h] = /^\d+:\d+$/.test(asked) ? asked.split(":").map(Number) : [1, 1];
    const scale = Math.sqrt(1024 * 1024 / (w * h));
    return width ? { width, height } : { width: Math.round(w * scale / 16) * 16, height: Math.round(h * scale / 16) * 16 };
}

function drawFor(call, files, pictureBytes) {
    const { input } = call.json;
    const type = { jpg: "jpeg" }[input.output_format] ?? input.output_format ?? call.model.drawn;
    const links = Array.from({ length: input.num_outputs ?? input.number_of_images ?? 1 }, (_, i) => {
        const picture = makePicture(type, {
            ...sizeOf(input), bytes: pictureBytes, seed: call.number * 100 + i, label: `replicate ${call.number}.${i + 1}`,
        });
        return files ? files.add(picture, { type: `image/${type}` }) : `data:image/${type};base64,${picture.toString("base64")}`;
    });
    return call.model.list ? links : links[0];
}

function shown(order, base) {
    const done = order.status === "succeeded";
    return {
        id: order.id, model: order.model, version: "hidden", input: {}, logs: "", output: done ? order.output : null, error: null,
        data_removed: false, status: order.status, created_at: "2026-11-25T12:00:00.000Z",
        metrics: done ? { predict_time: 1.5 } : {},
        urls: { get: `${base}/v1/predictions/${order.id}`, cancel: `${base}/v1/predictions/${order.id}/cancel` },
    };
}

const NEXT = { starting: "processing", processing: "succeeded" };

function draw(call, state) {
    const base = `http://${call.headers.host}`;
    if (call.what === "create") {
        const id = `order${call.number}`;
        const status = call.headers.prefer ? "succeeded" : "starting";
        const order = { id, status, model: call.subject, output: drawFor(call, state.files, state.pictureBytes) };
        state.orders.set(id, order);
        return { status: 201, body: shown(order, base) };
    }
    const order = state.orders.get(call.subject);
    if (!order) {
        return { status: 404, body: { detail: "The requested resource could not be found.", status: 404 } };
    }
    order.status = call.what === "cancel" ? "canceled" : NEXT[order.status] ?? order.status;
    return { status: 200, body: shown(order, base) };
}

// options: keys (the tokens that are good), files (where pictures lie; without it they are data links), pictureBytes (of
// each picture, at least), delay, port.
export function start({ keys = ["test-key"], files, pictureBytes = 6000, ...rest } = {}) {
    const state = { files, pictureBytes, orders: new Map() };
    return startDouble({ name: "replicate", judge: (call) => judge(call, { keys }), draw: (call) => draw(call, state), ...rest });
}

await runFromCommandLine(import.meta.url, start);
