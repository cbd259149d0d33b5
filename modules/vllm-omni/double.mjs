// double.mjs - what would a server of vLLM-Omni say to this call?
//
// A double of POST /v1/images/generations and /edits of a server with one model. It
// refuses what the real one refuses, in FastAPI's shape, and otherwise draws n pictures;
// as in many of its versions, those of an edit are JPEG unless something else was asked for.
// A key is wanted only if it was started with one; then a wrong one is refused.
//
//     node modules/vllm-omni/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import {
    bodyOf, drawn, file, flag, formOf, keyTrouble, listOf, number, oneOf, sidesOf, size, text, whole, wrongField,
} from "../shared/images-double.mjs";

const FIELDS = {
    model: text, prompt: text, n: whole(1, 10), size: size(), response_format: oneOf("b64_json", "file"), user: text, seed: whole(),
    negative_prompt: text, num_inference_steps: whole(1, 200), guidance_scale: number, true_cfg_scale: number, flow_shift: number,
    output_format: oneOf("png", "jpeg", "webp"), vae_use_slicing: flag, vae_use_tiling: flag,
};
const EDIT = {
    ...FIELDS, response_format: oneOf("b64_json"), size: (value) => value === "auto" || size()(value), image: listOf(file),
    url: listOf(text), mask_image: file, reference_image: file, output_compression: whole(0, 100), background: text, stream: flag,
    output_format: oneOf("png", "jpg", "jpeg", "webp"),
};

const MODELS = ["Qwen/Qwen-Image-2512", "Qwen-Image-2512"];        // two names of the one that it has

const failure = (status, detail) => ({ status, body: { detail } });

function judge(call, keys) {
    const [, endpoint] = /^\/v1\/images\/(generations|edits)$/.exec(call.path) ?? [];
    if (!endpoint) {
        return failure(404, "Not Found");
    }
    if (keyTrouble(call, keys) === "wrong") {
        return { status: 401, body: { error: "Unauthorized" } };
    }
    if (call.method !== "POST") {
        return failure(405, "Method Not Allowed");
    }
    const isEdit = endpoint === "edits";
    const asked = isEdit ? formOf(call, ["image", "url"]) : bodyOf(call);
    call.asked = asked;
    const wrong = asked ? wrongField(isEdit ? EDIT : FIELDS, ["prompt"], asked) : { name: "body", reason: "invalid" };
    if (wrong) {
        return failure(422, [{ type: wrong.reason, loc: ["body", wrong.name], msg: `Field ${wrong.reason}: ${wrong.name}` }]);
    }
    if (!MODELS.includes(asked.model ?? MODELS[0])) {
        return failure(400, `Model mismatch: request specifies '${asked.model}' but server is running '${MODELS[0]}'.`);
    }
    return !isEdit || asked.image || asked.url ? null : failure(422, "Field 'image' or 'url' is required");
}

function draw(call, { pictureBytes }) {
    const { n = 1, size: shape, output_format: format = call.path.endsWith("/edits") ? "jpeg" : "png" } = call.asked;
    const data = drawn(call, n, { ...sidesOf(shape), format, pictureBytes })
        .map(({ base64 }) => ({ b64_json: base64, url: null, revised_prompt: null }));
    return { status: 200, body: { created: 1795392000, data, output_format: format, size: shape ?? null } };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, files: _, ...rest } = {}) {
    return startDouble({ name: "vllm-omni", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
