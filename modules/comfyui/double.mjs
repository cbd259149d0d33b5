// double.mjs - what would ComfyUI say to this call?
//
// A double of its server: pictures are brought, orders are taken and checked, and their
// history is there at the first look. A document that wants a longer wait, or an order
// that fails, says so in its answers. What was ordered really becomes pictures.
//
//     node modules/comfyui/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { makePicture, readPicture } from "../../tests/lib/picture.mjs";
import { keepers, wrongGraph } from "./nodes.mjs";

const ORDER_FIELDS = ["prompt", "client_id", "extra_data", "front", "number", "prompt_id", "partial_execution_targets"];
const ROUTES = [
    ["POST", /^\/upload\/image$/, "bring"], ["POST", /^\/prompt$/, "order"], ["GET", /^\/history\/([\w-]+)$/, "look"],
    ["GET", /^\/view$/, "view"], ["POST", /^\/api\/jobs\/([\w-]+)\/cancel$/, "cancel"],
    ["POST", /^\/queue$/, "queue"],
];

// ---- refusals -------------------------------------------------------------------------

// Each route is there twice, below /api and not; jobs are below it anyway.
function judgePath(call) {
    for (const [method, pattern, name] of ROUTES) {
        const [found, id] = pattern.exec(call.path.replace(/^\/api(?!\/jobs\/)/, "")) ?? [];
        if (found) {
            Object.assign(call, { route: name, id });
            return method === call.method ? null : { status: 405, body: "405: Method Not Allowed" };
        }
    }
    return { status: 404, body: "404: Not Found" };
}

// The server itself wants no key; a wrong one is what something in front of it refuses.
function judgeKey(call, keys) {
    const key = call.headers["x-api-key"];
    return key === undefined || keys.includes(key) ? null : { status: 401, body: { message: "Invalid API key" } };
}

function judgeUpload(call) {
    const part = (name) => call.parts?.find((one) => one.name === name);
    const file = part("image");
    const type = part("type")?.text ?? "input";
    const strange = call.parts?.find(({ name }) => !["image", "type", "subfolder", "overwrite"].includes(name));
    const good = file?.filename && !file.filename.includes("/") && readPicture(file.bytes)?.whole && !strange
        && ["input", "temp", "output"].includes(type) && !part("subfolder")?.text.includes("..");
    call.file = { file, type, subfolder: part("subfolder")?.text ?? "" };
    return good ? null : { status: 400, body: "" };
}

function invalid(type, message) {
    return { status: 400, body: { error: { type, message, details: message, extra_info: {} }, node_errors: {} } };
}

function judgeOrder(call, files) {
    const order = call.json;
    if (!/^application\/json(;|$)/.test(call.headers["content-type"] ?? "") || order === null || typeof order !== "object") {
        return { status: 500, body: "500 Internal Server Error\n\nServer got itself in trouble" };
    }
    const strange = Object.keys(order).find((name) => !ORDER_FIELDS.includes(name));
    if (strange || order.prompt === null || typeof order.prompt !== "object") {
        return invalid("no_prompt", strange ? `Nobody knows ${strange}` : "No prompt provided");
    }
    const body = wrongGraph(order.prompt, files);
    return body && { status: 400, body };
}

function judgeView(call, files) {
    const { filename, subfolder = "", type = "output" } = Object.fromEntries(call.query);
    call.found = files.get(`${type}/${subfolder ? `${subfolder}/` : ""}${filename}`);
    return filename === undefined ? { status: 404, body: "" } : null;
}

function judgeQueue({ json }) {
    const good = json && Object.keys(json).join() === "delete" && Array.isArray(json.delete) && json.delete.every((id) => typeof id === "string");
    return good ? null : { status: 500, body: "500 Internal Server Error\n\nServer got itself in trouble" };
}

const JUDGES = { bring: judgeUpload, order: judgeOrder, view: judgeView, look: () => null, cancel: () => null, queue: judgeQueue };

// ---- what it does ---------------------------------------------------------------------

function bring(call, { files }) {
    const { file, type, subfolder } = call.file;
    const { width, height } = readPicture(file.bytes);
    files.set(`${type}/${subfolder ? `${subfolder}/` : ""}${file.filename}`, { bytes: file.bytes, size: { width, height } });
    return { status: 200, body: { name: file.filename, subfolder, type } };
}

function keep(state, { kept, width, height, count }, pictureBytes) {
    return Array.from({ length: count }, () => {
        const number = ++state.pictures;
        const filename = `comfy_${String(number).padStart(5, "0")}_.png`;
        const bytes = makePicture("png", { width, height, bytes: pictureBytes, seed: number, label: `comfy ${number}` });
        state.files.set(`${kept}/pictor/${filename}`, { bytes });
        return { filename, subfolder: "pictor", type: kept };
    });
}

function order(call, state, pictureBytes) {
    const number = ++state.orders;
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    const graph = call.json.prompt;
    const outputs = Object.fromEntries(keepers(graph, state.files).map((one) => [one.id, { images: keep(state, one, pictureBytes) }]));
    state.history.set(id, {
        prompt: [number, id, graph, {}, Object.keys(outputs)], outputs, meta: {},
        status: {
            status_str: "success", completed: true,
            messages: [["execution_start", { prompt_id: id }], ["execution_success", { prompt_id: id }]],
        },
    });
    return { status: 200, body: { prompt_id: id, number, node_errors: {} } };
}

function draw(call, state, pictureBytes) {
    switch (call.route) {
        case "bring": return bring(call, state);
        case "order": return order(call, state, pictureBytes);
        case "look": return { status: 200, body: state.history.has(call.id) ? { [call.id]: state.history.get(call.id) } : {} };
        case "queue": return { status: 200, body: "" };
        case "cancel": return { status: 200, body: { cancelled: !state.history.has(call.id) } };
        default: return call.found ? { status: 200, headers: { "content-type": "image/png" }, body: call.found.bytes }
            : { status: 404, body: "" };
    }
}

// options: keys (that something in front of it takes), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, port, delay } = {}) {
    const state = { files: new Map(), history: new Map(), orders: 0, pictures: 0 };
    return startDouble({
        name: "comfyui", draw: (call) => draw(call, state, pictureBytes), port, delay,
        judge: (call) => judgePath(call) ?? judgeKey(call, keys) ?? JUDGES[call.route](call, state.files),
    });
}

await runFromCommandLine(import.meta.url, start);
