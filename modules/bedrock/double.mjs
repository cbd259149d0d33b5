// double.mjs - what would Amazon Bedrock say to this call?
//
// A double of InvokeModel for image models. It works out each signature again by itself
// from what arrived, refuses what the real one refuses, and otherwise draws: PNG, or the
// format asked for, at about the size that was asked for.
//
//     node modules/bedrock/double.mjs --port 0
//
// SPDX-License-Identifier: MIT

import { createHash, createHmac } from "node:crypto";
import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";
import { readPixels } from "../../tests/lib/pixels.mjs";

// Spelt so that nobody overlooks them in a log or a reply.
export const account = { id: "AKIATEST", secret: "test-key/of+the=account", session: "test-key/of+a=session" };
const LATE = 5 * 60 * 1000;
const RATIOS = ["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"];

function failure(status, kind, message) {
    return { status, headers: { "x-amzn-errortype": `${kind}:http://internal.amazon.com/coral/com.amazon.bedrock/` }, body: { message } };
}

const invalid = (message) => failure(400, "ValidationException", message);

// ---- who asks ---------------------------------------------------------------------

const hash = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

// Percent-encoded by AWS's rule; a path's "/" stays.
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// As AWS describes Signature Version 4, for a path that is encoded as it was sent.
// request: { method, path, query, headers, body }; time as in x-amz-date. -> the signature
export function signature(request, names, time, region, service, secret) {
    const lines = names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, " ")}\n`).join("");
    const path = request.path.split("/").map(encoded).join("/");
    const canonical = [request.method, path, request.query, lines, names.join(";"), hash(request.body)].join("\n");
    const scope = [time.slice(0, 8), region, service, "aws4_request"];
    const key = scope.reduce(hmac, `AWS4${secret}`);
    return hmac(key, ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\n")).toString("hex");
}

const CREDENTIAL = new RegExp("^AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\\d{8})/([\\w-]+)/(\\w+)/aws4_request,"
    + " SignedHeaders=([\\w;-]+), Signature=([0-9a-f]{64})$");

function wrongTime(time, day) {
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time ?? "") ?? [];
    const [y, m, ...rest] = parts.map(Number);
    const off = Math.abs(Date.UTC(y, m - 1, ...rest) - Date.now());
    return !(off < LATE) || !time.startsWith(day);
}

function judgeSignature(call) {
    const [, id, day, region, service, list, given] = CREDENTIAL.exec(call.headers.authorization ?? "") ?? [];
    const names = list?.split(";") ?? [];
    const token = call.headers["x-amz-security-token"];
    const needed = ["host", "x-amz-date", ...(token === undefined ? [] : ["x-amz-security-token"])];
    if (!given || service !== "bedrock" || !needed.every((name) => names.includes(name)) || names.join() !== [...names].sort().join()) {
        return failure(403, "IncompleteSignatureException", "Authorization header is not of the form that is expected.");
    }
    if (id !== account.id || (token !== undefined && token !== account.session)) {
        return failure(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    if (wrongTime(call.headers["x-amz-date"], day)) {
        return failure(403, "InvalidSignatureException", "Signature expired.");
    }
    const request = { method: call.method, path: call.path, query: call.query.toString(), headers: call.headers, body: call.bytes };
    const right = signature(request, names, call.headers["x-amz-date"], region, service, account.secret);
    return given === right ? null : failure(403, "InvalidSignatureException", "The request signature we calculated does not match"
        + " the signature you provided. Check your AWS Secret Access Key and signing method.");
}

function judgeCaller(call, keys) {
    const [, key] = /^Bearer (.*)$/.exec(call.headers.authorization ?? "") ?? [];
    if (key === undefined) {
        return call.headers.authorization ? judgeSignature(call)
            : failure(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    return keys.includes(key) ? null
        : failure(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.");
}

// ---- the bodies -------------------------------------------------------------------

// A field's type: what a value must be like, and how that is said.
const text = (min, max) => [(value) => typeof value === "string" && value.length >= min && value.length <= max, `text of ${min} to ${max}`];
const whole = (min, max) => [(value) => Number.isInteger(value) && value >= min && value <= max, `an integer of ${min} to ${max}`];
const number = (min, max) => [(value) => typeof value === "number" && value >= min && value <= max, `a number of ${min} to ${max}`];
const word = (...words) => [(value) => words.includes(value), `one of ${words.join(", ")}`];
const list = ([good, words], max) => [
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= max && value.every(good), `1 to ${max}: ${words}`,
];
const image = (...types) => [(value) => {
    const picture = readPicture(decodeBase64(value) ?? Buffer.alloc(0));
    return picture?.whole === true && types.includes(picture.type);
}, `base64 of ${types.join(" or ")}`];

// fields: name -> type, or fields of an object; "name!": required
function wrongFields(fields, value, path = "") {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return `${path || "body"}: expected type: JSONObject`;
    }
    const known = new Map(Object.entries(fields).map(([name, type]) => [name.replace("!", ""), type]));
    const missing = [...known.keys()].find((name) => `${name}!` in fields && value[name] === undefined);
    if (missing) {
        return `${path || "#"}: required key [${missing}] not found`;
    }
    for (const [name, inner] of Object.entries(value)) {
        const type = known.get(name);
        const here = `${path}/${name}`;
        const wrong = !type ? `${path || "#"}: extraneous key [${name}] is not permitted`
            : !Array.isArray(type) ? wrongFields(type, inner, here)
                : type[0](inner) ? null : `${here}: expected ${type[1]}`;
        if (wrong) {
            return wrong;
        }
    }
    return null;
}

const prompt = text(1, 10000);
const seed = whole(0, 4294967294);
const any = image("png", "jpeg", "webp");
const drawing = {
    "prompt!": prompt, negative_prompt: text(0, 10000), aspect_ratio: word(...RATIOS), seed, output_format: word("png", "jpeg"),
};
const service = { "prompt!": prompt, negative_prompt: text(0, 10000), seed, output_format: word("png", "jpeg", "webp") };

const config = {
    width: whole(320, 4096), height: whole(320, 4096), quality: word("standard", "premium"), cfgScale: number(1.1, 10),
    seed: whole(0, 2147483646), numberOfImages: whole(1, 5),
};
const canvasText = text(1, 1024);
const TASKS = {
    TEXT_IMAGE: { "textToImageParams!": { "text!": canvasText, negativeText: canvasText } },
    IMAGE_VARIATION: { "imageVariationParams!": {
        text: canvasText, "images!": list(image("png", "jpeg"), 5), similarityStrength: number(0.2, 1),
    } },
    INPAINTING: { "inPaintingParams!": { text: canvasText, "image!": image("png", "jpeg"), maskImage: image("png", "jpeg") } },
};

// Only pure black and white, and as large as the picture.
function wrongMask({ image: given, maskImage }) {
    const [picture, mask] = [given, maskImage].map((one) => readPicture(decodeBase64(one)));
    if (picture.width !== mask.width || picture.height !== mask.height) {
        return "maskImage: expected the same dimensions as image";
    }
    const pixels = readPixels(decodeBase64(maskImage));
    for (let y = 0; y < mask.height; y++) {
        for (let x = 0; x < mask.width; x++) {
            if (!["0,0,0,255", "255,255,255,255"].includes(pixels.at(x, y).join())) {
                return "maskImage: must only contain pure black or white pixels";
            }
        }
    }
    return null;
}

function wrongSize({ width = 1024, height = 1024 } = {}) {
    const good = width % 16 === 0 && height % 16 === 0 && width <= 4 * height && height <= 4 * width && width * height < 4194304;
    return good ? null : `Unsupported width/height: ${width}x${height}`;
}

function wrongCanvas(body) {
    const task = TASKS[body.taskType];
    if (!task) {
        return `#/taskType: ${body.taskType} is not a valid enum value`;
    }
    const shape = body.taskType === "INPAINTING" ? { ...config, width: [() => false, "none"], height: [() => false, "none"] } : config;
    return wrongFields({ "taskType!": word(body.taskType), ...task, imageGenerationConfig: shape }, body)
        ?? wrongSize(body.imageGenerationConfig) ?? (body.inPaintingParams?.maskImage ? wrongMask(body.inPaintingParams) : null);
}

function wrongStable(fields) {
    return (body) => wrongFields(fields, body);
}

// Aspect ratio and picture exclude each other there.
function wrongLarge(body) {
    const mode = word("text-to-image", "image-to-image");
    const { aspect_ratio: _, ...edit } = { ...drawing, mode, "image!": any, "strength!": number(0, 1) };
    return wrongFields(body.mode === "image-to-image" ? edit : { ...drawing, mode }, body);
}

// The mask may be the picture's own alpha channel.
function wrongInpaint(body) {
    const wrong = wrongFields({ ...service, "image!": any, mask: any, grow_mask: whole(0, 20) }, body);
    const shown = body.mask || readPicture(decodeBase64(body.image ?? ""))?.alpha;
    return wrong ?? (shown ? null : "mask: expected a mask, or an image with an alpha channel");
}

const control = { ...service, "image!": any, control_strength: number(0, 1) };
const upscale = { ...service, "image!": any, creativity: number(0.1, 0.5) };

const MODELS = {
    "stability.stable-image-ultra-v1:1": wrongStable(drawing),
    "stability.stable-image-core-v1:1": wrongStable(drawing),
    "stability.sd3-5-large-v1:0": wrongLarge,
    "us.stability.stable-image-inpaint-v1:0": wrongInpaint,
    "us.stability.stable-image-control-sketch-v1:0": wrongStable(control),
    "us.stability.stable-image-control-structure-v1:0": wrongStable(control),
    "us.stability.stable-image-style-guide-v1:0": wrongStable({
        ...service, "image!": any, aspect_ratio: word(...RATIOS), fidelity: number(0, 1),
    }),
    "us.stability.stable-style-transfer-v1:0": wrongStable({ ...service, "init_image!": any, "style_image!": any }),
    "us.stability.stable-conservative-upscale-v1:0": wrongStable(upscale),
    "us.stability.stable-creative-upscale-v1:0": wrongStable(upscale),
    "amazon.nova-canvas-v1:0": wrongCanvas,
    "amazon.titan-image-generator-v2:0": wrongCanvas,
};
const ONLY_BY_PROFILE = Object.keys(MODELS).filter((id) => id.startsWith("us.")).map((id) => id.slice(3));

// A model's id has no ":" or "/" in an address.
function idOf(path) {
    const [, id] = /^\/model\/([\w.%-]+)\/invoke$/.exec(path) ?? [];
    return id && decodeURIComponent(id);
}

function judge(call, keys) {
    const id = idOf(call.path);
    if (!id || call.method !== "POST" || [...call.query.keys()].length > 0) {
        return failure(404, "UnknownOperationException", "Unknown operation");
    }
    const refusal = judgeCaller(call, keys);
    if (refusal) {
        return refusal;
    }
    if (ONLY_BY_PROFILE.includes(id)) {
        return invalid(`Invocation of model ID ${id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN`
            + " of an inference profile that contains this model.");
    }
    const wrong = MODELS[id];
    if (!wrong) {
        return invalid("The provided model identifier is invalid.");
    }
    if (!/^application\/json(;|$)/i.test(call.headers["content-type"] ?? "") || call.json === undefined) {
        return invalid("Malformed input request, please reformat your input and try again.");
    }
    const found = wrong(call.json);
    return found ? invalid(`Malformed input request: ${found}, please reformat your input and try again.`) : null;
}

// ---- drawing ----------------------------------------------------------------------

function sideOf(ratio = "1:1") {
    const [w, h] = ratio.split(":").map(Number);
    const side = (stretch) => Math.round(1024 * Math.sqrt(stretch) / 64) * 64;
    return { width: side(w / h), height: side(h / w) };
}

// An edit is as large as what it began with.
function sizeOf({ image: one, init_image: other, inPaintingParams: paint, imageGenerationConfig: asked, aspect_ratio: ratio }) {
    const from = one ?? other ?? paint?.image;
    if (from && !ratio) {
        const { width, height } = readPicture(decodeBase64(from));
        return { width, height };
    }
    return asked ? { width: asked.width ?? 1024, height: asked.height ?? 1024 } : sideOf(ratio);
}

// The same seed gives the same picture, as the real one does for some time.
function draw(call) {
    const body = call.json;
    const asked = body.imageGenerationConfig ?? {};
    const given = asked.seed ?? body.seed;
    const count = asked.numberOfImages ?? 1;
    const images = Array.from({ length: count }, (_, i) => {
        const number = given === undefined ? call.number * 100 + i : `${given} ${i}`;
        return makePicture(body.output_format ?? "png", { ...sizeOf(body), seed: number, label: `bedrock ${number}` }).toString("base64");
    });
    return body.taskType ? { status: 200, body: { images, error: null } }
        : { status: 200, body: { seeds: [given ?? call.number], finish_reasons: [null], images } };
}

// options: keys (the Bedrock API keys that are good), delay, port
export function start({ keys = ["test-key"], delay, port } = {}) {
    return startDouble({ name: "bedrock", judge: (call) => judge(call, keys), draw, delay, port });
}

await runFromCommandLine(import.meta.url, start);
