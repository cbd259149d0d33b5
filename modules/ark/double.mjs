// double.mjs - what would ByteDance's Ark say to this call?
//
// A double of POST /api/v3/images/generations for Seedream. It refuses what the real one
// refuses (a size that the model does not draw, a field that it does not have), and also
// what would leave a watermark. Otherwise it draws a picture of the size asked for, and
// counts a token for every 256 pixels.
//
//     node modules/ark/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { startFiles } from "../../tests/lib/files.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

const BYTES_MAX = 30e6;
const TIERS = { "1K": 1024, "1.5K": 1536, "2K": 2048, "3K": 3072, "4K": 4096 };
const NEWER = { tiers: ["1K", "1.5K", "2K"], area: [921600, 4624220], inputs: 10, formats: true };
const OLDER = { area: [3686400, 16777216], inputs: 14, sequence: true, own: "jpeg" };

// area: pixels; formats, sequence: it has that field; background: the words that it has for it; always: it draws something
// transparent whatever it is given; own: the format that it draws unasked.
const MODELS = {
    "seedream-5-5-261028": { ...NEWER, background: ["auto", "opaque", "transparent"], always: true, own: "png" },
    "dola-seedream-5-0-pro-260628": { ...NEWER, background: ["transparent"], own: "jpeg" },
    "seedream-5-0-flash-260915": { ...NEWER, background: ["transparent"], own: "jpeg" },
    "seedream-5-0-260128": { ...OLDER, tiers: ["2K", "3K", "4K"], formats: true },
    "seedream-4-5-251128": { ...OLDER, tiers: ["2K", "4K"] },
    "seedream-4-0-250828": { ...OLDER, tiers: ["1K", "2K", "4K"], area: [921600, 16777216] },
};

// In China the same are called doubao-.
function modelOf(id) {
    const [, bare] = /^doubao-(.+)$/.exec(id) ?? [];
    return bare ? MODELS[bare] ?? MODELS[`dola-${bare}`] : MODELS[id];
}

const refusal = (status, code, message, param = "", type = "") => ({ status, body: { error: { code, message, param, type } } });
const invalid = (param, why) => refusal(400, "InvalidParameter", `The parameter \`${param}\` specified in the request is not valid: ${why}.`
    + " Request id: 0217double", param, "BadRequest");

// ---- judging ----------------------------------------------------------------------------------------------------------

function wrongPicture(link) {
    const [, type, data] = /^data:image\/(png|jpeg|webp|gif);base64,(.*)$/.exec(link) ?? [];
    const bytes = decodeBase64(data);
    const picture = bytes?.length && readPicture(bytes);
    return !picture?.whole || picture.type !== type ? invalid("image", "the image cannot be decoded")
        : bytes.length > BYTES_MAX ? invalid("image", "image size exceeds 30 MB") : null;
}

function wrongImages({ image }, model) {
    const all = [image ?? []].flat();
    return all.length > model.inputs ? invalid("image", `the number of images must be at most ${model.inputs}`)
        : all.map(wrongPicture).find(Boolean) ?? null;
}

function wrongSize({ size = "2K" }, model) {
    const [, width, height] = (/^(\d+)x(\d+)$/.exec(size) ?? []).map(Number);
    if (!width) {
        return model.tiers.includes(size) ? null : invalid("size", "the specified size is not supported for the model");
    }
    const pixels = width * height;
    return pixels < model.area[0] ? invalid("size", `image size must be at least ${model.area[0]} pixels`)
        : pixels > model.area[1] ? invalid("size", `image size must be at most ${model.area[1]} pixels`)
            : Math.max(width, height) > 16 * Math.min(width, height) ? invalid("size", "the aspect ratio must be in [1/16, 16]") : null;
}

// Those that could draw something transparent, but not with this.
function wrongBackground({ background, output_format: format, image }, model) {
    const one = typeof image === "string" && readPicture(decodeBase64(image.split(",")[1]));
    const good = background !== "transparent" || (format === "png" && (model.always || (one?.type === "png" && one.alpha)));
    return good ? null : invalid("background", "transparent is not supported with this output_format or image");
}

const FIELDS = {
    model: (value) => typeof value === "string", prompt: (value) => typeof value === "string" && value !== "",
    image: (value) => [value].flat().every((one) => typeof one === "string"), size: (value) => typeof value === "string",
    response_format: (value) => ["url", "b64_json"].includes(value), watermark: (value) => typeof value === "boolean",
    output_format: (value, model) => model.formats && ["png", "jpeg"].includes(value),
    sequential_image_generation: (value, model) => model.sequence && ["auto", "disabled"].includes(value),
    background: (value, model) => (model.background ?? []).includes(value),
};

function judgeBody(call) {
    const { json } = call;
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "") || json === null || typeof json !== "object") {
        return invalid("body", "failed to parse the request body as JSON");
    }
    const model = modelOf(json.model);
    if (!model) {
        return refusal(404, "InvalidEndpointOrModel.NotFound", `The model or endpoint ${json.model} does not exist or you do not have access to it.`);
    }
    const wrong = Object.entries(json).find(([name, value]) => !FIELDS[name]?.(value, model));
    if (wrong || json.prompt === undefined) {
        return wrong ? invalid(wrong[0], `\`${wrong[0]}\` is not supported by the current model, or not with this value`)
            : refusal(400, "MissingParameter", "The request failed because it is missing `prompt` parameter.", "prompt", "BadRequest");
    }
    call.model = model;
    return json.watermark === false ? wrongImages(json, model) ?? wrongSize(json, model) ?? wrongBackground(json, model)
        : invalid("watermark", "nobody here wants one");
}

function judge(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (call.path !== "/api/v3/images/generations" || [...call.query.keys()].length > 0) {
        return refusal(404, "InvalidAction", "The specified action is invalid");
    }
    if (call.method !== "POST") {
        return refusal(405, "MethodNotAllowed", "The method is not allowed");
    }
    return keys.includes(key) ? judgeBody(call)
        : refusal(401, "AuthenticationError", "The API key in the request is missing or invalid.", "", "Unauthorized");
}

// ---- drawing ----------------------------------------------------------------------------------------------------------

// With a tier, the model chooses the ratio: the first picture's, or a square.
function shapeOf({ json: { size = "2K", image } }) {
    const [, width, height] = (/^(\d+)x(\d+)$/.exec(size) ?? []).map(Number);
    if (width) {
        return { width, height };
    }
    const first = image && readPicture(decodeBase64([image].flat()[0].split(",")[1]));
    const ratio = first ? first.width / first.height : 1;
    return { width: Math.round(TIERS[size] * Math.sqrt(ratio) / 16) * 16, height: Math.round(TIERS[size] / Math.sqrt(ratio) / 16) * 16 };
}

function draw(call, files) {
    const { json, model } = call;
    const { width, height } = shapeOf(call);
    const format = json.output_format ?? model.own;
    const picture = makePicture(format, { width, height, seed: call.number, label: `ark ${call.number}`, transparent: json.background === "transparent" });
    const data = json.response_format === "b64_json" ? { b64_json: picture.toString("base64") } : { url: files.add(picture, { type: `image/${format}` }) };
    const tokens = Math.round(width * height / 256);
    const named = model.formats ? { output_format: format } : {};
    return { status: 200, body: {
        model: json.model, created: 1795392000, data: [{ ...data, size: `${width}x${height}`, ...named }],
        usage: { generated_images: 1, output_tokens: tokens, total_tokens: tokens, ...json.image && { input_images: [json.image].flat().length } },
    } };
}

// options: keys (those that are good), files (where pictures lie; see tests/lib/files.mjs), delay, port.
export async function start({ keys = ["test-key"], files, ...rest } = {}) {
    const shelf = files ?? await startFiles();
    return startDouble({ name: "ark", judge: (call) => judge(call, keys), draw: (call) => draw(call, shelf), ...rest });
}

await runFromCommandLine(import.meta.url, start);
