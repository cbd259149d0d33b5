// double.mjs - what would Together's image API say to this call?
//
// A double of POST /v1/images/generations. It refuses what the real one refuses, and
// otherwise draws n pictures of the size or ratio asked for.
//
//     node modules/together/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { bodyOf, dataLink, drawn, flag, keyTrouble, listOf, number, oneOf, text, whole, wrongField } from "../shared/images-double.mjs";

const side = (value) => Number.isInteger(value) && value >= 64 && value <= 2048 && value % 8 === 0;
const FIELDS = {
    model: text, prompt: text, n: whole(1, 4), width: side, height: side, seed: whole(), steps: whole(1, 100), guidance_scale: number,
    negative_prompt: text, response_format: oneOf("base64", "url"), output_format: oneOf("jpeg", "png"), image_url: dataLink,
    reference_images: listOf(dataLink), disable_safety_checker: flag,
    aspect_ratio: oneOf("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "9:21", "21:9"),
};

// shape: what it is told; images: the field of pictures to start from, and how many
const MODELS = [
    { id: /^black-forest-labs\/FLUX\.1-schnell$/, shape: "pixels" },
    { id: /^black-forest-labs\/FLUX\.1-kontext-(pro|max)$/, shape: "ratio", images: "image_url" },
    { id: /^black-forest-labs\/FLUX\.1\.1-pro$/, shape: "pixels" },
    { id: /^black-forest-labs\/FLUX\.2-(pro|max|flex|dev)$/, shape: "pixels", images: "reference_images" },
    { id: /^(someone\/)?new$/, shape: "pixels", images: "reference_images" },
];

const failure = (status, code, message, param = null) => ({
    status, body: { id: "double", error: { message, type: "invalid_request_error", param, code } },
});

function judgeModel(asked) {
    const model = MODELS.find(({ id }) => id.test(asked.model));
    if (!model) {
        return failure(404, "model_not_found", `Unable to access model ${asked.model}. Please visit https://api.together.ai/models.`);
    }
    const strange = [
        model.shape === "ratio" ? "width" : "aspect_ratio", ...["image_url", "reference_images"].filter((name) => name !== model.images),
    ].find((name) => asked[name] !== undefined);
    return strange ? failure(400, "invalid_parameter", `${strange} is not supported for ${asked.model}`, strange) : null;
}

function judge(call, keys) {
    if (call.path !== "/v1/images/generations" || call.method !== "POST") {
        return failure(404, null, `Not found: ${call.method} ${call.path}`);
    }
    if (keyTrouble(call, keys)) {
        return failure(401, "invalid_api_key", "Invalid API key provided. You can find your API key at"
            + " https://api.together.ai/settings/api-keys.");
    }
    const asked = bodyOf(call);
    const wrong = asked ? wrongField(FIELDS, ["model", "prompt"], asked) : { name: "body", reason: "invalid" };
    return wrong ? failure(400, "invalid_parameter", `${wrong.reason} parameter: ${wrong.name}`, wrong.name) : judgeModel(asked);
}

function shapeOf({ aspect_ratio: ratio = "1:1", width, height }) {
    const [w, h] = ratio.split(":").map(Number);
    const fit = (value) => Math.round(value * 1024 / Math.sqrt(w * h) / 16) * 16;
    return { width: width ?? fit(w), height: height ?? fit(h) };
}

function draw(call, { pictureBytes, files }) {
    const { n = 1, model, response_format: kind = "url", output_format: format = "jpeg" } = call.json;
    const data = drawn(call, n, { ...shapeOf(call.json), format, pictureBytes }).map(({ bytes, base64 }, index) => kind === "base64"
        ? { index, b64_json: base64, type: "b64_json" } : { index, url: files.add(bytes), type: "url" });
    return { status: 200, body: { id: `double-${call.number}`, model, object: "list", data } };
}

// options: keys (the API keys that are good), files (where links lead), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], files, pictureBytes = 6000, ...rest } = {}) {
    return startDouble({
        name: "together", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes, files }), ...rest,
    });
}

await runFromCommandLine(import.meta.url, start);
