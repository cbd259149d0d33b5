// double.mjs - what would Fireworks' image API say to this call?
//
// A double of POST …/text_to_image for FLUX.1, and of orders and get_result for Kontext.
// It refuses what the real one refuses; an order is ready when it is asked about for the
// second time.
//
//     node modules/fireworks/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { bodyOf, dataLink, drawn, flag, keyTrouble, number, oneOf, text, whole, wrongField } from "../shared/images-double.mjs";

const RATIOS = ["1:1", "2:3", "3:2", "4:5", "5:4", "16:9", "9:16", "9:21", "21:9"];

// Anything from 3:7 to 7:3
const anyRatio = (value) => {
    const [, w, h] = /^(\d+):(\d+)$/.exec(value)?.map(Number) ?? [];
    return w / h >= 3 / 7 && w / h <= 7 / 3;
};

const DRAW = {
    prompt: text, aspect_ratio: oneOf(...RATIOS), guidance_scale: number, num_inference_steps: whole(1, 50), seed: whole(),
};
const ORDER = {
    prompt: text, aspect_ratio: anyRatio, input_image: dataLink, seed: whole(), output_format: oneOf("jpeg", "png"),
    safety_tolerance: whole(0, 6), prompt_upsampling: flag, webhook_url: text,
};
const KINDS = [
    { id: /^flux-1-(schnell|dev)-fp8$/, calls: { text_to_image: [DRAW, ["prompt"]] } },
    { id: /^flux-kontext-(pro|max)$/, calls: { "": [ORDER, ["prompt"]], get_result: [{ id: text }, ["id"]] } },
];

const failure = (status, code, message) => ({
    status, body: { error: { message, param: null, code, type: "error" }, request_id: "double" },
});

function judge(call, keys) {
    const [, id, what = ""] = /^\/inference\/v1\/workflows\/accounts\/fireworks\/models\/([^/]+)(?:\/(\w+))?$/.exec(call.path) ?? [];
    const kind = KINDS.find((one) => one.id.test(id ?? ""));
    if (!kind?.calls[what] || call.method !== "POST") {
        return failure(404, "NOT_FOUND", "Model not found, inaccessible, and/or not deployed");
    }
    if (keyTrouble(call, keys)) {
        return failure(401, "UNAUTHORIZED", "The API key you provided is invalid.");
    }
    const [fields, required] = kind.calls[what];
    const asked = bodyOf(call);
    const wrong = asked ? wrongField(fields, required, asked) : { name: "body", reason: "invalid" };
    if (wrong) {
        return failure(400, "INVALID_ARGUMENT", `${wrong.reason}: ${wrong.name}`);
    }
    call.what = what;
    return what !== "text_to_image" || call.headers.accept === "application/json" ? null
        : failure(400, "INVALID_ARGUMENT", "Accept: expected application/json here, since the double sends no bytes");
}

function shapeOf(ratio = "1:1") {
    const [w, h] = ratio.split(":").map(Number);
    const fit = (value) => Math.round(value * 1024 / Math.sqrt(w * h) / 16) * 16;
    return { width: fit(w), height: fit(h) };
}

function drawNow(call, { pictureBytes }) {
    const [{ base64 }] = drawn(call, 1, { ...shapeOf(call.json.aspect_ratio), format: "png", pictureBytes });
    return { status: 200, body: { id: `double-${call.number}`, base64: [base64], finishReason: "SUCCESS", seed: call.json.seed ?? 1 } };
}

function take(call, { orders, pictureBytes, files }) {
    const { aspect_ratio: ratio, output_format: format = "jpeg" } = call.json;
    const [{ bytes }] = drawn(call, 1, { ...shapeOf(ratio), format, pictureBytes });
    const id = `order-${call.number}`;
    orders.set(id, { link: files.add(bytes, { type: `image/${format}` }), asked: 0 });
    return { status: 200, body: { request_id: id } };
}

function tell(call, { orders }) {
    const { id } = call.json;
    const order = orders.get(id);
    if (!order) {
        return { status: 200, body: { id, status: "Task not found", result: null, progress: null, details: null } };
    }
    order.asked++;
    const ready = order.asked > 1;
    return {
        status: 200,
        body: {
            id, status: ready ? "Ready" : "Pending", result: ready ? { sample: order.link } : null, progress: ready ? 1 : 0.5,
            details: null,
        },
    };
}

const ANSWERS = { "": take, get_result: tell, text_to_image: drawNow };

// options: keys (the API keys that are good), files (where links lead), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], files, pictureBytes = 6000, ...rest } = {}) {
    const orders = new Map();
    return startDouble({
        name: "fireworks", judge: (call) => judge(call, keys),
        draw: (call) => ANSWERS[call.what](call, { orders, pictureBytes, files }), ...rest,
    });
}

await runFromCommandLine(import.meta.url, start);
