// nodes.mjs - which nodes does the double of ComfyUI know, and is this graph one of them?
//
// A few nodes of the real one with their inputs and outputs, enough for the workflows
// of the documents. Checks a graph as the real one does before it takes an order, in
// the same words; and is stricter in that a text never passes for a number.
// SPDX-License-Identifier: MIT

const number = (type, min, max) => ({ type, min, max });
const side = number("INT", 16, 16384);
const one = (...choices) => ({ type: "COMBO", choices });
const SAMPLERS = one("euler", "dpmpp_2m", "dpmpp_sde");
const SCHEDULERS = one("normal", "karras", "simple");

// class -> { inputs, optional, outputs, output: does it keep pictures? }
const NODES = {
    CheckpointLoaderSimple: { inputs: { ckpt_name: one("sd_xl_base_1.0.safetensors") }, outputs: ["MODEL", "CLIP", "VAE"] },
    CLIPTextEncode: { inputs: { text: { type: "STRING" }, clip: "CLIP" }, outputs: ["CONDITIONING"] },
    EmptyLatentImage: { inputs: { width: side, height: side, batch_size: number("INT", 1, 4096) }, outputs: ["LATENT"] },
    KSampler: {
        inputs: {
            model: "MODEL", seed: number("INT", 0, 2 ** 64), steps: number("INT", 1, 10000), cfg: number("FLOAT", 0, 100),
            sampler_name: SAMPLERS, scheduler: SCHEDULERS, positive: "CONDITIONING", negative: "CONDITIONING", latent_image: "LATENT",
            denoise: number("FLOAT", 0, 1),
        },
        outputs: ["LATENT"],
    },
    VAEDecode: { inputs: { samples: "LATENT", vae: "VAE" }, outputs: ["IMAGE"] },
    VAEEncode: { inputs: { pixels: "IMAGE", vae: "VAE" }, outputs: ["LATENT"] },
    VAEEncodeForInpaint: {
        inputs: { pixels: "IMAGE", vae: "VAE", mask: "MASK", grow_mask_by: number("INT", 0, 64) }, outputs: ["LATENT"],
    },
    LoadImage: { inputs: { image: { type: "FILE" } }, outputs: ["IMAGE", "MASK"] },
    ImageScale: {
        inputs: { image: "IMAGE", upscale_method: one("lanczos", "bicubic"), width: side, height: side, crop: one("disabled", "center") },
        outputs: ["IMAGE"],
    },
    ImageBatch: { inputs: { image1: "IMAGE", image2: "IMAGE" }, outputs: ["IMAGE"] },
    ImageCompositeMasked: {
        inputs: {
            destination: "IMAGE", source: "IMAGE", x: number("INT", 0, 16384), y: number("INT", 0, 16384),
            resize_source: { type: "BOOLEAN" },
        },
        optional: { mask: "MASK" }, outputs: ["IMAGE"],
    },
    SaveImage: { inputs: { images: "IMAGE", filename_prefix: { type: "STRING" } }, outputs: [], output: true },
    PreviewImage: { inputs: { images: "IMAGE" }, outputs: [], output: true },
};

function problem(type, message, details) {
    return { type, message, details, extra_info: {} };
}

function wrongLink(graph, name, value, wanted) {
    const [id, slot] = Array.isArray(value) && value.length === 2 ? value : [];
    const got = NODES[graph[id]?.class_type]?.outputs[slot];
    return got === undefined ? problem("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", name)
        : got === wanted ? null
            : problem("return_type_mismatch", "Return type mismatch between linked nodes",
                `${name}, received_type(${got}) mismatch input_type(${wanted})`);
}

function wrongNumber(name, value, { type, min, max }) {
    if (typeof value !== "number" || (type === "INT" && !Number.isInteger(value))) {
        return problem("invalid_input_type", `Failed to convert an input value to a ${type} value`, `${name}, ${JSON.stringify(value)}`);
    }
    return value < min ? problem("value_smaller_than_min", `Value ${value} smaller than min of ${min}`, name)
        : value > max ? problem("value_bigger_than_max", `Value ${value} bigger than max of ${max}`, name) : null;
}

// Each: (name, value, input, files)
const CHECKS = {
    INT: wrongNumber,
    FLOAT: wrongNumber,
    BOOLEAN: (name, value) => typeof value === "boolean" ? null : problem("invalid_input_type", "Failed to convert an input value to a"
        + " BOOLEAN value", name),
    STRING: (name, value) => typeof value === "string" && !/^%\w+%$/.test(value) ? null
        : problem("invalid_input_type", "Failed to convert an input value to a STRING value", `${name}, ${JSON.stringify(value)}`),
    COMBO: (name, value, { choices }) => choices.includes(value) ? null
        : problem("value_not_in_list", "Value not in list", `${name}: '${value}' not in [${choices.map((choice) => `'${choice}'`).join(", ")}]`),
    FILE: (name, value, input, files) => files.has(`input/${value}`) ? null
        : problem("custom_validation_failed", "Custom validation failed for node", `${name} - Invalid image file: ${value}`),
};

function wrongInput(graph, node, name, input, files) {
    const value = node.inputs?.[name];
    if (value === undefined) {
        return NODES[node.class_type].optional?.[name] ? null : problem("required_input_missing", "Required input is missing", name);
    }
    return typeof input === "string" ? wrongLink(graph, name, value, input) : CHECKS[input.type](name, value, input, files);
}

function wrongInputs(graph, node, files) {
    const { inputs, optional = {} } = NODES[node.class_type];
    return Object.entries({ ...inputs, ...optional }).map(([name, input]) => wrongInput(graph, node, name, input, files)).filter(Boolean);
}

function outputsOf(graph) {
    return Object.keys(graph).filter((id) => NODES[graph[id].class_type].output);
}

// -> null, or the body of a 400
export function wrongGraph(graph, files) {
    const strange = Object.entries(graph).find(([, node]) => !NODES[node?.class_type]);
    if (strange) {
        const [id, node] = strange;
        return { error: problem("missing_node_type", `Node '${node?.class_type}' not found. The custom node may not be installed.`,
            `Node ID '#${id}'`), node_errors: {} };
    }
    if (outputsOf(graph).length === 0) {
        return { error: problem("prompt_no_outputs", "Prompt has no outputs", ""), node_errors: {} };
    }
    const wrong = Object.entries(graph).map(([id, node]) => ({ id, node, errors: wrongInputs(graph, node, files) }))
        .filter(({ errors }) => errors.length > 0);
    const errors = wrong.map(({ id, node, errors: list }) => [id,
        { errors: list, dependent_outputs: outputsOf(graph), class_type: node.class_type }]);
    return wrong.length === 0 ? null : { error: problem("prompt_outputs_failed_validation", "Prompt outputs failed validation", ""),
        node_errors: Object.fromEntries(errors) };
}

// ---- drawing --------------------------------------------------------------------------

function follow(graph, [id], files) {
    return drawn(graph, graph[id], files);
}

// What comes out of a node that has to do with pictures: { width, height, count }.
function drawn(graph, { class_type: kind, inputs }, files) {
    const from = inputs.samples ?? inputs.latent_image ?? inputs.pixels ?? inputs.destination ?? inputs.images;
    const { width, height } = inputs;
    switch (kind) {
        case "EmptyLatentImage": return { width: width - width % 8, height: height - height % 8, count: inputs.batch_size };
        case "LoadImage": return { ...files.get(`input/${inputs.image}`).size, count: 1 };
        case "ImageScale": return { width, height, count: follow(graph, inputs.image, files).count };
        case "ImageBatch": return { ...follow(graph, inputs.image1, files), count: 2 };
        default: return follow(graph, from, files);
    }
}

// -> [{ id, kept, width, height, count }] of the nodes that keep pictures
export function keepers(graph, files) {
    return outputsOf(graph).map((id) => ({ id, kept: graph[id].class_type === "SaveImage" ? "output" : "temp",
        ...drawn(graph, graph[id], files) }));
}
