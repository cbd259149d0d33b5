// double.mjs - what would a server of SGLang Diffusion say to this call?
//
// A double of POST /v1/images/generations and /edits of a server with one model. It
// refuses what the real one refuses, in FastAPI's shape, and otherwise draws n pictures.
// It has no cloud to keep them in, so links are refused. A wrong key is refused.
//
//     node modules/sglang/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import {
    bodyOf, drawn, file, flag, formOf, keyTrouble, listOf, number, oneOf, sidesOf, size, text, whole, wrongField,
} from "../shared/images-double.mjs";

const FIELDS = {
    model: text, prompt: text, n: whole(1, 10), size: size(), response_format: text, user: text, seed: whole(), negative_prompt: text,
    num_inference_steps: whole(1), guidance_scale: number, true_cfg_scale: number, output_format: oneOf("png", "jpeg", "webp"),
    output_compression: whole(0, 100), output_quality: text, enable_teacache: flag,
};
const EDIT = { ...FIELDS, image: listOf(file), url: listOf(text) };

const failure = (status, detail) => ({ status, body: { detail } });

function judge(call, keys) {
    const [, endpoint] = /^\/v1\/images\/(generations|edits)$/.exec(call.path) ?? [];
    if (!endpoint || call.method !== "POST") {
        return endpoint ? failure(405, "Method Not Allowed") : failure(404, "Not Found");
    }
    if (keyTrouble(call, keys) === "wrong") {
        return failure(401, "Unauthorized");
    }
    const isEdit = endpoint === "edits";
    const asked = isEdit ? formOf(call, ["image", "url"]) : bodyOf(call);
    call.asked = asked;
    const wrong = asked ? wrongField(isEdit ? EDIT : FIELDS, ["prompt"], asked) : { name: "body", reason: "invalid" };
    if (wrong) {
        return failure(422, [{ type: wrong.reason, loc: ["body", wrong.name], msg: `Field ${wrong.reason}: ${wrong.name}` }]);
    }
    if (isEdit && !asked.image && !asked.url) {
        return failure(422, "Field 'image' or 'url' is required");
    }
    return (asked.response_format ?? "b64_json") === "b64_json" ? null
        : failure(400, `response_format='${asked.response_format}' requires cloud storage to be configured.`);
}

// Who sends no seed gets the same picture each time: as the real one, it takes one of its own then.
function draw(call, { pictureBytes }) {
    const { n = 1, prompt, seed = 1024, size: shape, output_format: format = "jpeg" } = call.asked;
    const data = drawn({ to: call.to, number: seed }, n, { ...sidesOf(shape), format, pictureBytes })
        .map(({ base64 }) => ({ b64_json: base64, revised_prompt: prompt, file_path: null }));
    return { status: 200, body: { id: `double-${call.number}`, created: 1795392000, data, inference_time_s: 1.5, peak_memory_mb: 20000 } };
}

// options: keys (the API keys that are good), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, files: _, ...rest } = {}) {
    return startDouble({ name: "sglang", judge: (call) => judge(call, keys), draw: (call) => draw(call, { pictureBytes }), ...rest });
}

await runFromCommandLine(import.meta.url, start);
