// openai.mjs - what would OpenAI's Images API say to this call?
//
// A double of POST /v1/images/generations and /v1/images/edits for GPT image models,
// and of Azure's variant of both. It refuses what the real one refuses, in the real
// one's words where they are known, and otherwise draws: n pictures, each another
// one, of the size and in the format asked for.
//
//     node tests/lib/openai.mjs --port 0 --delay 2000 --picture-bytes 2000000
//
// SPDX-License-Identifier: MIT

import { openaiModels, openaiTokens, textTokens } from "./catalogue.mjs";
import { runFromCommandLine, startDouble } from "./double.mjs";
import { fields, fromText, supported, unknown, wrong, wrongParameter } from "./openai-fields.mjs";
import { decodeBase64, makePicture, readPicture } from "./picture.mjs";

const IMAGES_MAX = 16;
const IMAGE_BYTES_MAX = 50e6;
const MASK_BYTES_MAX = 4e6;
const EDGE_MAX = 3840, PIXELS_MIN = 655360, PIXELS_MAX = 8294400;
const INPUTS = ["image/jpeg", "image/png", "image/webp"];
const USER = "image_generation_user_error";
const IMAGE_PART = /^image(\[\])?$/;

function failure(status, error) {
    return { status, body: { error } };
}

// What the real one says to an organisation that has not shown who it is. For scripts.
export function notVerified(model) {
    return failure(403, wrong(null, null, `Your organization must be verified to use the model \`${model}\`. Please go to:`
        + " https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified,"
        + " it can take up to 15 minutes for access to propagate."));
}

// ---- who is asking, and for what ------------------------------------------------------

function judgeBearer(call, keys) {
    const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (!key) {
        return failure(401, wrong(null, null, "You didn't provide an API key. You need to provide your API key in an"
            + " Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."));
    }
    return keys.includes(key) ? null : failure(401, wrong(null, "invalid_api_key", "Incorrect API key provided:"
        + ` ${key.slice(0, 2)}***. You can find your API key at https://platform.openai.com/account/api-keys.`));
}

function judgeAzureKey(call, keys) {
    return keys.includes(call.headers["api-key"]) ? null : { status: 401, body: { error: { code: "401",
        message: "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an"
            + " active subscription and use a correct regional API endpoint for your resource." } } };
}

const PATHS = {
    openai: /^\/v1\/images\/(?<endpoint>generations|edits)$/,
    azure: /^\/openai\/(v1|deployments\/(?<deployment>[^/]+))\/images\/(?<endpoint>generations|edits)$/,
};

// Of Azure's two surfaces: one with the deployment in the body, and the older one with it in the address.
const VERSIONS = { body: /^(v1|latest|preview|\d{4}-\d\d-\d\d(-preview)?)$/, address: /^\d{4}-\d\d-\d\d(-preview)?$/ };

function judgePath(call, azure) {
    const { endpoint, deployment } = (azure ? PATHS.azure : PATHS.openai).exec(call.path)?.groups ?? {};
    const version = call.query.get("api-version") ?? "";
    call.deployment = deployment;
    if (azure && (!endpoint || !(deployment ? VERSIONS.address : VERSIONS.body).test(version))) {
        return { status: 404, body: { error: { code: "404", message: "Resource not found" } } };
    }
    if (!endpoint) {
        return failure(404, wrong(null, null, `Invalid URL (${call.method} ${call.path})`));
    }
    if (call.method !== "POST") {
        return failure(405, wrong(null, "method_not_supported", `Not allowed to ${call.method} on ${call.path}.`));
    }
    call.endpoint = endpoint;
    return null;
}

// ---- the body -------------------------------------------------------------------------

function judgeJson(call) {
    if (call.json === null || typeof call.json !== "object" || Array.isArray(call.json)) {
        return failure(400, wrong(null, null, "We could not parse the JSON body of your request. The OpenAI API expects a JSON"
            + " payload, but what was sent was not valid JSON."));
    }
    const found = wrongParameter(call.endpoint, call.json);
    call.asked = Object.fromEntries(Object.entries(call.json).filter(([, value]) => value !== null));
    return found && failure(400, found);
}

function duplicate(name) {
    return wrong(name, "duplicate_parameter", `Duplicate parameter: '${name}'. You provided multiple values for this`
        + " parameter, whereas only one is allowed. If you are trying to provide a list of values, use the array syntax instead e.g."
        + ` '${name}[]=<value>'.`);
}

function wrongPart(part, i, parts) {
    const file = IMAGE_PART.test(part.name) || part.name === "mask";
    if (!file && !fields.form[part.name]) {
        return unknown(part.name);
    }
    const plain = part.name.replace("[]", "");
    const again = parts.slice(0, i).some(({ name }) => name.replace("[]", "") === plain && [name, part.name].includes(plain));
    if (again) {
        return duplicate(plain);
    }
    if (file === (part.bytes !== undefined)) {
        return null;
    }
    const [expected, got] = file ? ["a file", "a string"] : ["a string", "a file"];
    return wrong(part.name, "invalid_type", `Invalid type for '${part.name}': expected ${expected}, but got ${got} instead.`);
}

function judgeForm(call) {
    if (!call.parts) {
        return failure(400, wrong(null, null, `Could not parse multipart form: ${call.broken}`));
    }
    const files = call.parts.filter((part) => IMAGE_PART.test(part.name));
    const mask = call.parts.find((part) => part.name === "mask");
    const texts = call.parts.filter((part) => !files.includes(part) && part.name !== "mask");
    call.asked = Object.fromEntries(texts.map(({ name, text }) => [name, fromText(name, text)]));
    const found = call.parts.map(wrongPart).find(Boolean)
        ?? wrongParameter("form", call.asked)
        ?? (files.length > 0 ? null : wrong("image", "missing_required_parameter", "Missing required parameter: 'image'."))
        ?? (files.length <= IMAGES_MAX ? null : wrong("image", "array_above_max_length", "Invalid 'image': array too long."
            + ` Expected an array with maximum length ${IMAGES_MAX}, but got an array with length ${files.length} instead.`));
    call.inputs = { images: files, mask };
    return found && failure(400, found);
}

function judgeBody(call) {
    const type = call.headers["content-type"] ?? "none";
    if (call.endpoint === "edits" && /^multipart\/form-data(;|$)/i.test(type)) {
        return judgeForm(call);
    }
    if (/^application\/json(;|$)/i.test(type)) {
        return judgeJson(call);
    }
    const accepted = call.endpoint === "edits" ? "'multipart/form-data' and 'application/json'" : "'application/json'";
    return failure(415, wrong(null, "unsupported_content_type", `Unsupported content type: '${type}'. This API method only`
        + ` accepts ${accepted} requests, but you specified the header 'Content-Type: ${type}'.`));
}

// ---- what the model can do ------------------------------------------------------------

function sizeOf(text) {
    const [, width, height] = /^(\d+)x(\d+)$/.exec(text).map(Number);
    return { width, height };
}

// The first rule that a free size breaks, as the end of its message.
function brokenRule({ width, height }) {
    const rules = [
        [width % 16 === 0 && height % 16 === 0, "Width and height must both be divisible by 16."],
        [Math.max(width, height) <= EDGE_MAX, `The longest edge must be less than or equal to ${EDGE_MAX}.`],
        [width <= 3 * height && height <= 3 * width, "The aspect ratio must be between 1:3 and 3:1."],
        [width * height >= PIXELS_MIN, "Requested resolution is below the current minimum pixel budget."],
        [width * height <= PIXELS_MAX, "Requested resolution is above the current maximum pixel budget."],
    ];
    return rules.find(([good]) => !good)?.[1];
}

function wrongSize(size, model) {
    if (size === undefined || size === "auto") {
        return null;
    }
    if (model.sizes) {
        return model.sizes.includes(size) ? null : supported("size", size, [...model.sizes, "auto"]);
    }
    if (!/^[1-9]\d*x[1-9]\d*$/.test(size)) {
        return wrong("size", "invalid_value", `Invalid size '${size}'. Expected WIDTHxHEIGHT or auto.`, USER);
    }
    const rule = brokenRule(sizeOf(size));
    return rule ? wrong("size", "invalid_value", `Invalid size '${size}'. ${rule}`, USER) : null;
}

function wrongBackground({ background, output_format: format }, model) {
    if (background !== "transparent") {
        return null;
    }
    if (!model.transparent) {
        return wrong("background", "invalid_value", "Transparent background is not supported for this model.", USER);
    }
    return format === "jpeg" ? wrong("background", "invalid_value", "Transparent background is not supported for JPEG output"
        + " format.", USER) : null;
}

function wrongCombination(asked, model) {
    const { output_compression: compression = 100, output_format: format = "png", input_fidelity: fidelity } = asked;
    if (compression < 100 && format === "png") {
        return wrong("output_compression", "invalid_png_output_compression",
            "Compression less than 100 is not supported for PNG output format", USER);
    }
    if (asked.complexity !== undefined && !model.complexity) {
        return wrong("complexity", "unknown_parameter", "Unknown parameter: 'complexity'.");
    }
    if (fidelity !== undefined && !model.fidelity.includes(fidelity)) {
        return wrong("input_fidelity", "invalid_input_fidelity_model",
            `The model '${asked.model}' does not support the 'input_fidelity' parameter.`, USER);
    }
    return asked.partial_images && !asked.stream ? wrong("partial_images", "invalid_value", "Partial images are only supported"
        + " with streaming.", USER) : null;
}

function judgeModel(call, unverified, azure) {
    const { asked } = call;
    const id = call.deployment ?? asked.model ?? "gpt-image-1.5";
    const model = openaiModels[id];
    if (!model) {
        return azure ? failure(404, { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." })
            : failure(404, wrong("model", "model_not_found", `The model '${id}' does not exist or you do not have access to it.`));
    }
    if (unverified.includes(id)) {
        return notVerified(id);
    }
    const words = [...model.qualities, "auto"];
    const found = (words.includes(asked.quality ?? "auto") ? null : supported("quality", asked.quality, words))
        ?? wrongSize(asked.size, model) ?? wrongBackground(asked, model) ?? wrongCombination(asked, model);
    return found && failure(400, found);
}

// ---- pictures to start from -----------------------------------------------------------

function wrongFile(part, name, types) {
    if (!types.includes(part.type)) {
        const list = types.map((type) => `'${type}'`);
        const all = list.length > 1 ? `${list.slice(0, -1).join(", ")}, and ${list.at(-1)}` : list[0];
        return wrong(name, "unsupported_file_mimetype", `Invalid file '${name}': unsupported mimetype ('${part.type}').`
            + ` Supported file formats are ${all}.`);
    }
    return part.filename ? null : wrong(name, "invalid_value", `Invalid file '${name}': expected a file name.`);
}

// What is declared must be what it is: the real one opens the file by its declared type.
function wrongPixels(part, i) {
    const picture = readPicture(part.bytes);
    const good = picture?.whole && `image/${picture.type}` === part.type && part.bytes.length < IMAGE_BYTES_MAX;
    return good ? null : wrong(null, "invalid_image_file", `Invalid image file or mode for image ${i + 1}, please check your`
        + " image file.", USER);
}

function wrongMask(mask, [first]) {
    const picture = readPicture(mask.bytes);
    const { width, height } = readPicture(first.bytes);
    const reason = !picture?.whole || picture.type !== "png" ? "mask image is not a PNG"
        : picture.width !== width || picture.height !== height ? "mask size does not match image size"
            : !picture.alpha ? "mask image missing alpha channel"
                : mask.bytes.length >= MASK_BYTES_MAX ? "mask image is too large" : null;
    return reason && wrong(null, "invalid_mask_image_format", `Invalid mask image format - ${reason}`, USER);
}

// A reference of a JSON body as a part; links cannot be followed here.
function partOf(reference, name) {
    const [, type, data] = /^data:(image\/[a-z+]+);base64,(.*)$/.exec(reference.image_url ?? "") ?? [];
    const bytes = decodeBase64(data);
    if (reference.file_id) {
        return { problem: wrong(name, "image_file_not_found", `No such File object: ${reference.file_id}`) };
    }
    if (!type) {
        return { problem: wrong(`${name}.image_url`, "invalid_value", `Invalid '${name}.image_url'. Expected a valid URL, got a`
            + " value that could not be downloaded.") };
    }
    return bytes?.length ? { type, bytes, filename: "data" }
        : { problem: wrong(`${name}.image_url`, "invalid_base64_image", `Invalid '${name}.image_url': invalid base64 image.`) };
}

function inputsOfJson({ images, mask }) {
    return {
        images: images.map((one, i) => partOf(one, `images[${i}]`)),
        mask: mask && partOf(mask, "mask"),
    };
}

function judgeInputs(call) {
    if (call.endpoint !== "edits") {
        return null;
    }
    call.inputs ??= inputsOfJson(call.asked);
    const { images, mask } = call.inputs;
    const label = (i) => images.length > 1 ? `image[${i}]` : "image";
    const found = [...images, mask].find((one) => one?.problem)?.problem
        ?? images.map((part, i) => wrongFile(part, label(i), INPUTS)).find(Boolean)
        ?? (mask ? wrongFile(mask, "mask", ["image/png"]) : null)
        ?? images.map(wrongPixels).find(Boolean)
        ?? (mask ? wrongMask(mask, images) : null);
    return found ? failure(400, found) : null;
}

function judgeQuery(call, azure) {
    const strange = [...call.query.keys()].find((name) => !azure || name !== "api-version");
    return strange === undefined ? null : failure(400, unknown(strange));
}

// ---- Entra, which gives Azure's tokens ------------------------------------------------------

const TOKEN = "token-of-entra";
const SCOPE = "https://cognitiveservices.azure.com/.default";

function entraFailure(status, error, description) {
    return { status, body: { error, error_description: description, error_codes: [], trace_id: "double" } };
}

// One application, "client", whose secret is any of the keys.
function judgeLogin(call, keys) {
    const asked = new URLSearchParams(call.bytes.toString("utf8"));
    if (call.method !== "POST" || !/^application\/x-www-form-urlencoded(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return entraFailure(400, "invalid_request", "AADSTS900144: The request body must contain the following parameter: 'grant_type'.");
    }
    if (asked.get("grant_type") !== "client_credentials" || [...asked.keys()].length !== 4) {
        return entraFailure(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.");
    }
    if (asked.get("scope") !== SCOPE) {
        return entraFailure(400, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.");
    }
    return asked.get("client_id") === "client" && keys.includes(asked.get("client_secret")) ? null
        : entraFailure(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
}

function isLogin(call) {
    return /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(call.path);
}

function logIn() {
    return { status: 200, body: { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: TOKEN } };
}

function judge(call, { keys, azure, unverified }) {
    if (azure && isLogin(call)) {
        return judgeLogin(call, keys);
    }
    const key = azure && call.headers["api-key"] !== undefined ? judgeAzureKey(call, keys) : judgeBearer(call, azure ? [...keys, TOKEN] : keys);
    return judgePath(call, azure) ?? key ?? judgeQuery(call, azure) ?? judgeBody(call) ?? judgeModel(call, unverified, azure)
        ?? judgeInputs(call);
}

// ---- drawing --------------------------------------------------------------------------

// What is left open, the model decides: a square, of medium quality.
function decided({ size = "auto", quality = "auto", background = "auto", output_format: format = "png" }) {
    return {
        ...sizeOf(size === "auto" ? "1024x1024" : size), format,
        quality: quality === "auto" ? "medium" : quality, background: background === "auto" ? "opaque" : background,
    };
}

// An input picture costs a token for each patch of 32x32, seen at 1024 pixels at most.
function inputTokens({ images = [], mask } = {}) {
    const patches = [...images, mask].filter(Boolean).map(({ bytes }) => {
        const { width, height } = readPicture(bytes);
        const scale = Math.min(1, 1024 / Math.max(width, height));
        return Math.ceil(width * scale / 32) * Math.ceil(height * scale / 32);
    });
    return patches.reduce((sum, count) => sum + count, 0);
}

function usage(call, { width, height, quality }, n) {
    const words = textTokens(call.asked.prompt);
    const seen = inputTokens(call.inputs);
    const drawn = n * openaiTokens(width, height, quality);
    return {
        total_tokens: words + seen + drawn, input_tokens: words + seen, output_tokens: drawn,
        input_tokens_details: { text_tokens: words, image_tokens: seen },
        output_tokens_details: { image_tokens: drawn, text_tokens: 0 },
    };
}

function draw(call, { pictureBytes }) {
    const { n = 1 } = call.asked;
    const choice = decided(call.asked);
    const { width, height, format, quality, background } = choice;
    const data = Array.from({ length: n }, (_, i) => {
        const picture = makePicture(format, {
            width, height, bytes: pictureBytes, seed: call.number * 100 + i, label: `openai ${call.number}.${i + 1}`,
            transparent: background === "transparent",
        });
        return { b64_json: picture.toString("base64") };
    });
    return {
        status: 200,
        headers: { "x-request-id": `req_double${call.number}` },
        body: {
            created: 1795392000, background, data, output_format: format, quality, size: `${width}x${height}`,
            usage: usage(call, choice, n),
        },
    };
}

// options: keys (the API keys that are good), azure (its paths and keys instead), unverified (models that this
// organisation may not use), pictureBytes (of each picture, at least), delay, port.
export function startOpenai({ keys = ["test-key"], azure = false, unverified = [], pictureBytes = 6000, ...rest } = {}) {
    return startDouble({
        name: azure ? "azure" : "openai", judge: (call) => judge(call, { keys, azure, unverified }),
        draw: (call) => azure && isLogin(call) ? logIn() : draw(call, { pictureBytes }), ...rest,
    });
}

await runFromCommandLine(import.meta.url, startOpenai);
