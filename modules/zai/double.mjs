// double.mjs - what would Z.AI say to this call?
//
// A double of POST /images/generations, of the same for orders, and of GET /async-result/ID.
// It refuses what the real one refuses, by its numbers of four digits, and also what would
// leave a watermark. Otherwise it draws one picture, behind a link.
//
//     node modules/zai/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { startFiles } from "../../tests/lib/files.mjs";
import { makePicture } from "../../tests/lib/picture.mjs";

const BASE = "/api/paas/v4";
const GLM = "1280x1280 1568x1056 1056x1568 1472x1088 1088x1472 1728x960 960x1728".split(" ");
const COGVIEW = "1024x1024 768x1344 864x1152 1344x768 1152x864 1440x720 720x1440".split(" ");

function custom(min, max, step, pixels) {
    return (width, height) => [width, height].every((side) => side >= min && side <= max && side % step === 0) && width * height <= pixels;
}

// sizes: those that it recommends, the first being its own; custom: which others; qualities: words that it has.
const MODELS = {
    "glm-image": { sizes: GLM, custom: custom(1024, 2048, 32, 2 ** 22), qualities: ["hd"], order: true },
    "cogview-4-250304": { sizes: COGVIEW, custom: custom(512, 2048, 16, 2 ** 21), qualities: ["hd", "standard"] },
    "cogview-4": { sizes: COGVIEW, custom: custom(512, 2048, 16, 2 ** 21), qualities: ["hd", "standard"] },
    "cogview-3-flash": { sizes: COGVIEW, custom: custom(512, 2048, 16, 2 ** 21), qualities: [] },
};

const refusal = (status, code, message) => ({ status, body: { error: { code: String(code), message } } });

// ---- judging ----------------------------------------------------------------------------------------------------------

function wrongSize({ size }, model) {
    const [, width, height] = (/^(\d+)x(\d+)$/.exec(size ?? model.sizes[0]) ?? []).map(Number);
    return model.sizes.includes(size ?? model.sizes[0]) || (width && model.custom(width, height)) ? null : refusal(400, 1214, "size: invalid parameter");
}

function judgeBody(call, order) {
    const { json } = call;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "") || json === null || typeof json !== "object") {
        return refusal(400, 1210, "Incorrect API call parameters, please check the document.");
    }
    const model = MODELS[json.model];
    if (!model || (order && !model.order)) {
        return refusal(400, 1211, "Unknown Model, please check the model code.");
    }
    const fields = {
        model: () => true, prompt: (value) => typeof value === "string" && value !== "", size: (value) => typeof value === "string",
        quality: (value) => model.qualities.includes(value), watermark_enabled: (value) => value === false,
        user_id: (value) => typeof value === "string" && value.length >= 6 && value.length <= 128,
    };
    const wrong = Object.entries(json).find(([name, value]) => !fields[name]?.(value));
    call.model = model;
    return wrong ? refusal(400, 1214, `${wrong[0]}: invalid parameter`)
        : json.prompt === undefined || json.watermark_enabled === undefined ? refusal(400, 1213, "prompt and watermark_enabled: not received properly")
            : wrongSize(json, model);
}

function judge(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    const order = call.path === `${BASE}/async/images/generations`;
    const asked = call.path.startsWith(`${BASE}/async-result/`);
    if ((!order && !asked && call.path !== `${BASE}/images/generations`) || [...call.query.keys()].length > 0) {
        return { status: 404, body: { timestamp: "2026-11-23T00:00:00.000+00:00", status: 404, error: "Not Found", path: call.path } };
    }
    if (call.method !== (asked ? "GET" : "POST")) {
        return { status: 405, body: { status: 405, error: "Method Not Allowed" } };
    }
    if (!keys.includes(key)) {
        return refusal(401, key ? 1002 : 1001, key ? "Authorization Token is invalid" : "Header is missing the Authorization parameter");
    }
    return asked ? null : judgeBody(call, order);
}

// ---- drawing ----------------------------------------------------------------------------------------------------------

function drawLink(call, files) {
    const [width, height] = (call.json.size ?? call.model.sizes[0]).split("x").map(Number);
    return { url: files.add(makePicture("png", { width, height, seed: call.number, label: `zai ${call.number}` }), { type: "image/png" }) };
}

function tellOrder(call, orders, files) {
    const id = call.path.split("/").at(-1);
    const order = orders.get(id);
    if (!order) {
        return refusal(404, 1220, "Task not found");
    }
    const ready = order.asked++ > 0;
    return { status: 200, body: {
        id, model: "glm-image", request_id: id, task_status: ready ? "SUCCESS" : "PROCESSING", ...ready && { image_result: [drawLink(order.call, files)] },
    } };
}

function answer(call, orders, files) {
    if (call.method === "GET") {
        return tellOrder(call, orders, files);
    }
    const id = `20261123${String(call.number).padStart(24, "0")}`;
    if (call.path.includes("/async/")) {
        orders.set(id, { call, asked: 0 });
        return { status: 200, body: { id, model: call.json.model, request_id: id, task_status: "PROCESSING" } };
    }
    return { status: 200, body: {
        created: 1795392000, id, request_id: id, data: [drawLink(call, files)], content_filter: [{ role: "assistant", level: 3 }],
    } };
}

// options: keys (those that are good), files (where pictures lie; see tests/lib/files.mjs), delay, port.
export async function start({ keys = ["test-key"], files, ...rest } = {}) {
    const shelf = files ?? await startFiles();
    const orders = new Map();
    return startDouble({ name: "zai", judge: (call) => judge(call, keys), draw: (call) => answer(call, orders, shelf), ...rest });
}

await runFromCommandLine(import.meta.url, start);
