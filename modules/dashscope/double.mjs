// double.mjs - what would Alibaba's Model Studio say to this call?
//
// A double of the three generations of its image API: a message that is answered at once,
// the same as an order, and orders with a bare prompt; and of GET /tasks/ID. It refuses what
// the real one refuses, and also what would cost more than was asked for: n, watermark and
// prompt_extend must be said. Otherwise it draws, behind links.
//
//     node modules/dashscope/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { startFiles } from "../../tests/lib/files.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

const PATHS = {
    "/api/v1/services/aigc/multimodal-generation/generation": { form: "message", order: false },
    "/api/v1/services/aigc/image-generation/generation": { form: "message", order: true },
    "/api/v1/services/aigc/text2image/image-synthesis": { form: "prompt", order: true },
    "/api/v1/services/aigc/image2image/image-synthesis": { form: "pictures", order: true },
};
const BYTES_MAX = 10e6;
const PARAMETERS = { size: "string", n: "number", seed: "number", prompt_extend: "boolean", watermark: "boolean" };

// ---- models: what each draws, and where ------------------------------------------------------------------------------

const area = (min, max, ratio = Infinity) => ({ width, height }) => width * height >= min && width * height <= max
    && Math.max(width, height) <= ratio * Math.min(width, height);
const sides = (min, max, most = Infinity) => ({ width, height }) => Math.min(width, height) >= min && Math.max(width, height) <= max
    && width * height <= most;
const oneOf = (words) => ({ width, height }) => words.split(" ").includes(`${width}*${height}`);

const free = area(512 ** 2, 2048 ** 2, 8);
const five = oneOf("1664*928 1472*1104 1328*1328 1104*1472 928*1664");
const old = area(1280 ** 2, 1440 ** 2, 4);

// size: is it good? tiers: words in its place; n: at most; inputs: at least and at most; at: forms that it takes;
// own: what it draws unasked; plain: it rewrites no prompts.
const MODELS = {
    "qwen-image-3.0-pro": { size: free, n: 6, inputs: [0, 3], at: ["message"], own: "2048*2048" },
    "qwen-image-3.0": { size: free, n: 6, inputs: [0, 3], at: ["message"], own: "2048*2048" },
    "qwen-image-2.1-pro": { size: free, n: 6, inputs: [0, 10], at: ["message"], own: "2048*2048" },
    "qwen-image-2.0-pro": { size: free, n: 6, inputs: [0, 3], at: ["message"], own: "2048*2048" },
    "qwen-image-2.0": { size: free, n: 6, inputs: [0, 3], at: ["message"], own: "2048*2048" },
    "qwen-image-edit-max": { size: sides(512, 2048), n: 6, inputs: [1, 3], at: ["message"], own: "1024*1024" },
    "qwen-image-edit-plus": { size: sides(512, 2048), n: 6, inputs: [1, 3], at: ["message"], own: "1024*1024" },
    "qwen-image-edit": { size: () => false, n: 1, inputs: [1, 3], at: ["message"], own: "1024*1024", plain: true },
    "qwen-image-max": { size: five, n: 1, inputs: [0, 0], at: ["message"], own: "1664*928" },
    "qwen-image-plus": { size: five, n: 1, inputs: [0, 0], at: ["message", "prompt"], own: "1664*928" },
    "qwen-image": { size: five, n: 1, inputs: [0, 0], at: ["message", "prompt"], own: "1664*928" },
    "z-image-turbo": { size: area(512 ** 2, 2048 ** 2), n: 1, inputs: [0, 0], at: ["message"], own: "1024*1536" },
    "wan2.7-image-pro": {
        size: area(768 ** 2, 4096 ** 2, 8), edit: area(768 ** 2, 2048 ** 2, 8), tiers: ["1K", "2K", "4K"], n: 4, inputs: [0, 9],
        at: ["message"], own: "2048*2048", plain: true,
    },
    "wan2.7-image": {
        size: area(768 ** 2, 2048 ** 2, 8), tiers: ["1K", "2K"], n: 4, inputs: [0, 9], at: ["message"], own: "2048*2048", plain: true,
    },
    "wan2.6-image": { size: area(768 ** 2, 2048 ** 2, 4), tiers: ["1K", "2K"], n: 4, inputs: [1, 4], at: ["message"], own: "1280*1280" },
    "wan2.6-t2i": { size: old, n: 4, inputs: [0, 0], at: ["message"], own: "1280*1280" },
    "wan2.5-t2i-preview": { size: old, n: 4, inputs: [0, 0], at: ["prompt"], own: "1280*1280" },
    "wan2.5-i2i-preview": { size: area(768 ** 2, 1280 ** 2, 4), n: 4, inputs: [1, 3], at: ["pictures"], own: "1280*1280" },
    "wan2.2-t2i-plus": { size: sides(512, 1440), n: 4, inputs: [0, 0], at: ["prompt"], own: "1024*1024" },
    "wan2.2-t2i-flash": { size: sides(512, 1440), n: 4, inputs: [0, 0], at: ["prompt"], own: "1024*1024" },
};

// ---- judging ----------------------------------------------------------------------------------------------------------

const refusal = (status, code, message) => ({ status, body: { code, message, request_id: "00000000-0000-9000-8000-000000000000" } });
const invalid = (message) => refusal(400, "InvalidParameter", message);
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function strangeIn(object, names, where) {
    const strange = isObject(object) ? Object.keys(object).find((name) => !names.includes(name)) : "";
    return strange === undefined ? null : invalid(`Unexpected field ${where}.${strange}`);
}

function wrongPicture(link) {
    const [, type, data] = /^data:image\/(png|jpeg|webp);base64,(.*)$/.exec(link) ?? [];
    const bytes = decodeBase64(data);
    const picture = bytes?.length && readPicture(bytes);
    return !picture?.whole || picture.type !== type ? refusal(400, "InvalidImage.FileFormat", "The image format is illegal or cannot be opened.")
        : bytes.length > BYTES_MAX ? refusal(400, "InvalidImage.FileSize", "The image file is too large.") : null;
}

// -> the words and pictures of a message, or what is wrong with it
function readMessage(input) {
    const [message, ...more] = Array.isArray(input.messages) ? input.messages : [];
    if (!isObject(message) || more.length > 0 || message.role !== "user" || !Array.isArray(message.content)) {
        return { problem: invalid("input.messages must have exactly one message, of the role user") };
    }
    const kinds = message.content.map((part) => Object.keys(part).join());
    const texts = message.content.filter((part) => part.text !== undefined);
    if (texts.length !== 1 || kinds.some((kind) => !["text", "image"].includes(kind))) {
        return { problem: invalid("content must have one text, and images") };
    }
    return { prompt: texts[0].text, images: message.content.filter((part) => part.image !== undefined).map(({ image }) => image) };
}

function readInput(call, { input }) {
    const fields = { message: ["messages"], prompt: ["prompt"], pictures: ["prompt", "images"] }[call.way.form];
    const problem = strangeIn(input, fields, "input");
    if (problem) {
        return { problem };
    }
    return call.way.form === "message" ? readMessage(input) : { prompt: input.prompt, images: input.images ?? [] };
}

function sizeOf(text) {
    const [, width, height] = (/^(\d+)\*(\d+)$/.exec(text) ?? []).map(Number);
    return { width, height };
}

function judgeParameters(call, { parameters }) {
    const { known, images } = call;
    const wrong = Object.entries(PARAMETERS).find(([name, type]) => parameters[name] !== undefined && typeof parameters[name] !== type);
    const { n, seed = 0, size, watermark, prompt_extend: extend } = parameters;
    if (wrong) {
        return invalid(`parameters.${wrong[0]} must be a ${wrong[1]}`);
    }
    if (!Number.isInteger(n) || n < 1 || n > known.n || watermark !== false || (extend === undefined) !== (known.plain === true)) {
        return invalid(`num_images_per_prompt must be 1..${known.n}, and watermark and prompt_extend must be said, where it is known`);
    }
    if (!Number.isInteger(seed) || seed < 0 || seed > 2147483647) {
        return invalid("seed must be in [0, 2147483647]");
    }
    const good = size === undefined || known.tiers?.includes(size)
        || (sizeOf(size).width && (images.length && known.edit ? known.edit : known.size)(sizeOf(size)));
    return good ? null : invalid("Expected format: '<width>*<height>', e.g. '1024*1024', within the limits of the model");
}

function judgeBody(call) {
    const { json } = call;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "") || !isObject(json)) {
        return invalid("Required parameter(s) missing or invalid, please check the request parameters.");
    }
    const known = MODELS[json.model];
    if (!known) {
        return refusal(404, "ModelNotFound", "Model not exist.");
    }
    const strange = strangeIn(json, ["model", "input", "parameters"], "") ?? strangeIn(json.parameters, Object.keys(PARAMETERS), "parameters");
    if (strange || !known.at.includes(call.way.form)) {
        return strange ?? invalid("url error, please check url!");
    }
    const { problem, prompt, images } = readInput(call, json);
    if (problem || typeof prompt !== "string" || prompt === "" || !Array.isArray(images)) {
        return problem ?? invalid("prompt must be a text, and images a list");
    }
    if (images.length < known.inputs[0] || images.length > known.inputs[1]) {
        return invalid(`Expected ${known.inputs.join(" to ")} images, got ${images.length}`);
    }
    Object.assign(call, { known, prompt, images });
    return images.map(wrongPicture).find(Boolean) ?? judgeParameters(call, json);
}

function judgeKey(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    return keys.includes(key) ? null : refusal(401, "InvalidApiKey", "Invalid API-key provided.");
}

function judge(call, keys) {
    const [, task, cancel] = /^\/api\/v1\/tasks\/([\w-]+)(\/cancel)?$/.exec(call.path) ?? [];
    call.way = PATHS[call.path];
    if (!task && !call.way) {
        return refusal(404, "NotFound", "url error, please check url!");
    }
    if (call.method !== (task && !cancel ? "GET" : "POST") || [...call.query.keys()].length > 0) {
        return refusal(405, "MethodNotAllowed", "Method Not Allowed");
    }
    if (task) {
        return judgeKey(call, keys);
    }
    const order = call.headers["x-dashscope-async"];
    if (order !== (call.way.order ? "enable" : undefined)) {
        return refusal(403, "AccessDenied", call.way.order ? "current user api does not support synchronous calls."
            : "current user api does not support asynchronous calls.");
    }
    return judgeKey(call, keys) ?? judgeBody(call);
}

// ---- drawing ----------------------------------------------------------------------------------------------------------

function shapeOf({ json, known, images }) {
    const { size } = json.parameters;
    if (size?.includes("*")) {
        return sizeOf(size);
    }
    if (images.length > 0) {
        const { width, height } = readPicture(decodeBase64(images.at(-1).split(",")[1]));
        return { width, height };
    }
    return sizeOf(size === "1K" ? "1024*1024" : known.own);
}

function drawLinks(call, files) {
    const shape = shapeOf(call);
    return Array.from({ length: call.json.parameters.n }, (_, i) => files.add(makePicture("png", {
        ...shape, seed: call.number * 100 + i, label: `dashscope ${call.number}.${i + 1}`,
    }), { type: "image/png" }));
}

function rewritten(call) {
    return call.json.parameters.prompt_extend ? `${call.prompt}, in soft light` : undefined;
}

function choicesOf(call, files) {
    const said = rewritten(call);
    return drawLinks(call, files).map((image) => ({
        finish_reason: "stop", message: { role: "assistant", content: [{ image }, ...said ? [{ text: said }] : []] },
    }));
}

function resultsOf(call, files) {
    return drawLinks(call, files).map((url) => ({ url, orig_prompt: call.prompt, actual_prompt: rewritten(call) }));
}

const good = (output, usage) => ({ status: 200, body: { output, usage, request_id: "00000000-0000-9000-8000-000000000000" } });

function takeOrder(call, orders) {
    const task = `00000000-0000-4000-8000-${String(call.number).padStart(12, "0")}`;
    orders.set(task, { call, asked: 0 });
    return good({ task_id: task, task_status: "PENDING" });
}

function tellOrder(call, orders, files) {
    const [, task, cancel] = /tasks\/([\w-]+)(\/cancel)?$/.exec(call.path);
    const order = orders.get(task);
    if (cancel) {
        return good();
    }
    if (!order) {
        return good({ task_id: task, task_status: "UNKNOWN" });
    }
    if (order.asked++ === 0) {
        return good({ task_id: task, task_status: "RUNNING" });
    }
    const drawn = order.call.way.form === "message" ? { choices: choicesOf(order.call, files) } : { results: resultsOf(order.call, files) };
    const { n } = order.call.json.parameters;
    return good({ task_id: task, task_status: "SUCCEEDED", ...drawn, task_metrics: { TOTAL: n, SUCCEEDED: n, FAILED: 0 } }, { image_count: n });
}

function answer(call, orders, files) {
    if (!call.way) {
        return tellOrder(call, orders, files);
    }
    return call.way.order ? takeOrder(call, orders) : good({ choices: choicesOf(call, files) }, { image_count: call.json.parameters.n });
}

// options: keys (those that are good), files (where pictures lie; see tests/lib/files.mjs), delay, port.
export async function start({ keys = ["test-key"], files, ...rest } = {}) {
    const shelf = files ?? await startFiles();
    const orders = new Map();
    return startDouble({
        name: "dashscope", judge: (call) => judge(call, keys), draw: (call) => answer(call, orders, shelf), ...rest,
    });
}

await runFromCommandLine(import.meta.url, start);
