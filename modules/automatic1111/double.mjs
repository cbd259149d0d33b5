// double.mjs - what would the web UI of AUTOMATIC1111, started with --api, say to this call?
//
// A double of POST /sdapi/v1/txt2img and img2img. It knows two checkpoints and, as the
// real one, draws with the first when it is told another. It is stricter than the real
// one in this: a field that the API does not have is refused.
//
//     node modules/automatic1111/double.mjs --port 0 --delay 2000
//
// SPDX-License-Identifier: MIT

import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { decodeBase64, makePicture, readPicture } from "../../tests/lib/picture.mjs";

// The names by which a checkpoint may be asked for, the best first.
const CHECKPOINTS = [
    { name: "base_xl", hash: "0123abcd45", title: "sdxl/base_xl.safetensors [0123abcd45]" },
    { name: "photo_v2", hash: "89ef01ab23", title: "photo_v2.safetensors [89ef01ab23]" },
];
const SAMPLERS = ["Euler", "Euler a", "DPM++ 2M", "DPM++ SDE"];

const text = (value) => typeof value === "string" ? null : ["str_type", "Input should be a valid string"];
const bool = (value) => typeof value === "boolean" ? null : ["bool_type", "Input should be a valid boolean"];
const number = (value) => typeof value === "number" ? null : ["float_type", "Input should be a valid number"];
const whole = (value) => Number.isInteger(value) ? null : ["int_type", "Input should be a valid integer"];
const list = (value) => Array.isArray(value) ? null : ["list_type", "Input should be a valid list"];
const dict = (value) => value !== null && typeof value === "object" && !Array.isArray(value) ? null
    : ["dict_type", "Input should be a valid dictionary"];

const BOTH = {
    prompt: text, negative_prompt: text, styles: list, seed: whole, subseed: whole, sampler_name: text, scheduler: text,
    batch_size: whole, n_iter: whole, steps: whole, cfg_scale: number, distilled_cfg_scale: number, width: whole, height: whole,
    restore_faces: bool, tiling: bool, denoising_strength: number, override_settings: dict,
    override_settings_restore_afterwards: bool, script_name: text, script_args: list, alwayson_scripts: dict, send_images: bool,
    save_images: bool,
};
const FIELDS = {
    txt2img: { ...BOTH, enable_hr: bool, hr_scale: number, hr_upscaler: text, hr_second_pass_steps: whole },
    img2img: {
        ...BOTH, init_images: list, resize_mode: whole, mask: text, mask_blur: whole, inpainting_fill: whole, inpaint_full_res: bool,
        inpaint_full_res_padding: whole, inpainting_mask_invert: whole, include_init_images: bool,
    },
};

// As the web UI has its own errors, and as FastAPI has those of a body.
const raised = (status, error, detail, errors) => ({ status, body: { error, detail, body: "", errors } });
const http = (status, detail) => raised(status, "HTTPException", detail, "");

// Started without --api-auth it lets everybody in; who names himself must be the user "test" all the same.
function judgeUser(call, keys) {
    const { authorization } = call.headers;
    const good = keys.map((key) => `Basic ${Buffer.from(`test:${key}`).toString("base64")}`);
    return authorization === undefined || good.includes(authorization) ? null : http(401, "Incorrect username or password");
}

function judgePath(call) {
    const [, task] = /^\/sdapi\/v1\/(txt2img|img2img)$/.exec(call.path) ?? [];
    call.task = task;
    return !task ? { status: 404, body: { detail: "Not Found" } }
        : call.method === "POST" ? null : { status: 405, body: { detail: "Method Not Allowed" } };
}

function judgeBody(call) {
    const known = FIELDS[call.task];
    if (!/^application\/json(;|$)/.test(call.headers["content-type"] ?? "") || dict(call.json ?? null)) {
        return { status: 422, body: { detail: [{ type: "model_attributes_type", loc: ["body"],
            msg: "Input should be a valid dictionary or object to extract fields from" }] } };
    }
    const detail = Object.entries(call.json).flatMap(([name, value]) => {
        const [type, msg] = known[name] ? known[name](value) ?? [] : ["extra_forbidden", "Extra inputs are not permitted"];
        return type ? [{ type, loc: ["body", name], msg }] : [];
    });
    return detail.length > 0 ? { status: 422, body: { detail } } : null;
}

function wrongPicture(encoded) {
    return readPicture(decodeBase64(encoded.replace(/^data:image\/[^,]*,/, "")) ?? Buffer.alloc(0))?.whole ? null
        : http(500, "Invalid encoded image");
}

function judgeValues({ json, task }) {
    const { init_images: images, mask, width = 512, height = 512, sampler_name: sampler = "Euler" } = json;
    if (task === "img2img" && !images?.length) {
        return http(404, "Init image not found");
    }
    if (!SAMPLERS.includes(sampler)) {
        return http(404, "Sampler not found");
    }
    if (width % 8 || height % 8 || width < 64 || height < 64) {
        return raised(500, "RuntimeError", "", "Sizes of tensors must match except in dimension 1.");
    }
    return [...images ?? [], ...mask ? [mask] : []].map(wrongPicture).find(Boolean) ?? null;
}

function judge(call, keys) {
    return judgePath(call) ?? judgeUser(call, keys) ?? judgeBody(call) ?? judgeValues(call);
}

function checkpoint(asked) {
    return CHECKPOINTS.find(({ name, hash, title }) => [name, hash, title, title.replace(/ \[.*/, "")].includes(asked)) ?? CHECKPOINTS[0];
}

function draw(call, pictureBytes) {
    const { json } = call;
    const { width = 512, height = 512, batch_size: batch = 1, n_iter: rounds = 1, seed = -1 } = json;
    const { name, hash } = checkpoint(json.override_settings?.sd_model_checkpoint);
    const first = seed < 0 ? call.number * 1000 : seed;
    const seeds = Array.from({ length: batch * rounds }, (_, i) => first + i);
    const images = seeds.map((one, i) => makePicture("png", {
        width, height, bytes: pictureBytes, seed: one, label: `${name} ${call.number}.${i + 1}`,
    }).toString("base64"));
    const info = {
        prompt: json.prompt, all_prompts: seeds.map(() => json.prompt), seed: first, all_seeds: seeds, width, height,
        sd_model_name: name, sd_model_hash: hash, index_of_first_image: 0, infotexts: seeds.map((one) => `${json.prompt}\nSeed: ${one}`),
    };
    return { status: 200, body: { images, parameters: { ...json, init_images: null, mask: null }, info: JSON.stringify(info) } };
}

// options: keys (passwords of the user "test"), pictureBytes (of each picture, at least), delay, port.
export function start({ keys = ["test-key"], pictureBytes = 6000, port, delay } = {}) {
    return startDouble({
        name: "automatic1111", judge: (call) => judge(call, keys), draw: (call) => draw(call, pictureBytes), port, delay,
    });
}

await runFromCommandLine(import.meta.url, start);
