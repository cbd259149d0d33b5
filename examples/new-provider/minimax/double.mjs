// double.mjs - what would MiniMax's image API say to this call?
//
// Refuses what the API refuses, with status 200 and base_resp as it does, and draws
// JPEGs of the size that was asked for. Runs from modules/minimax, where it finds tests/lib.
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { makePicture } from "../../tests/lib/picture.mjs";

const RATIOS = {
    "1:1": [1024, 1024], "16:9": [1280, 720], "4:3": [1152, 864], "3:2": [1248, 832],
    "2:3": [832, 1248], "3:4": [864, 1152], "9:16": [720, 1280], "21:9": [1344, 576],
};
const isSide = (value) => Number.isInteger(value) && value >= 512 && value <= 2048 && value % 8 === 0;
const isLink = (value) => /^(https?:\/\/.|data:image\/(jpeg|jpg|png);base64,[A-Za-z0-9+/]+=*$)/.test(value);
const isReference = (value) => Array.isArray(value) && value.length === 1 && value[0].type === "character" &&
    isLink(value[0].image_file) && Object.keys(value[0]).length === 2;

// What each field may be; a field that is not here is one that the API does not document.
const FIELDS = {
    model: (value) => ["image-01", "image-01-live"].includes(value),
    prompt: (value) => typeof value === "string" && value !== "" && [...value].length <= 1500,
    aspect_ratio: (value) => value in RATIOS,
    width: (value, body) => isSide(value) && "height" in body && body.model === "image-01",
    height: (value, body) => isSide(value) && "width" in body && body.model === "image-01",
    response_format: (value) => ["url", "base64"].includes(value),
    seed: (value) => Number.isSafeInteger(value),
    n: (value) => Number.isInteger(value) && value >= 1 && value <= 9,
    prompt_optimizer: (value) => typeof value === "boolean",
    subject_reference: isReference,
};

function refuse(code, message) {
    return { status: 200, body: { id: "0", base_resp: { status_code: code, status_msg: message } } };
}

function judge(call, keys) {
    if (call.method !== "POST" || call.path !== "/v1/image_generation") {
        return { status: 404, body: "404 page not found" };
    }
    if (!keys.includes(/^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1])) {
        return refuse(2049, "invalid api key");
    }
    const body = call.json;
    if (!/^application\/json/.test(call.headers["content-type"] ?? "") || typeof body !== "object" || body === null) {
        return refuse(2013, "invalid params, expected a JSON object");
    }
    const missing = ["model", "prompt"].find((name) => !(name in body));
    const wrong = Object.keys(body).find((name) => !Object.hasOwn(FIELDS, name) || !FIELDS[name](body[name], body));
    return missing || wrong ? refuse(2013, `invalid params, ${missing ?? wrong}`) : null;
}

function draw(call, pictureBytes) {
    const { n = 1, width, height, aspect_ratio: ratio = "1:1" } = call.json;
    const [wide, high] = width ? [width, height] : RATIOS[ratio];
    const pictures = Array.from({ length: n }, (_, index) =>
        makePicture("jpeg", { width: wide, height: high, seed: call.number * 10 + index, bytes: pictureBytes }).toString("base64"));
    return { status: 200, body: {
        id: `trace-${call.number}`, data: { image_base64: pictures },
        metadata: { success_count: String(n), failed_count: "0" }, base_resp: { status_code: 0, status_msg: "success" },
    } };
}

// keys: those that it knows. -> a double, as tests/lib/double.mjs describes it
export function start({ keys = ["test-key"], pictureBytes, port, delay } = {}) {
    return startDouble({
        name: "minimax", port, delay, judge: (call) => judge(call, keys), draw: (call) => draw(call, pictureBytes),
    });
}

await runFromCommandLine(import.meta.url, start);
