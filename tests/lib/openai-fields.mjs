// openai-fields.mjs - which parameters has a call of the Images API, and of which type?
//
// The parameters as OpenAI documents them for GPT image models. What is in no table is
// refused by name, as the API does it; each row says what it may be, and in which words
// anything else is refused. What depends on the model is judged in openai.mjs.
// SPDX-License-Identifier: MIT

const PROMPT_MAX = 32000;
const URL_MAX = 20971520;

// -> the error object's fields, for a reply with status 400
export function wrong(param, code, message, type = "invalid_request_error") {
    return { message, type, param, code };
}

function typeName(value) {
    if (value === null) {
        return "null";
    }
    const name = Number.isInteger(value) ? "integer" : typeof value === "number" ? "decimal number" : typeof value;
    const full = Array.isArray(value) ? "array" : name;
    return `${/^[aio]/.test(full) ? "an" : "a"} ${full}`;
}

function wrongType(name, expected, value) {
    const got = typeName(value);
    return wrong(name, "invalid_type", `Invalid type for '${name}': expected ${expected}, but got ${got} instead.`);
}

export function supported(name, value, words) {
    const list = words.map((word) => `'${word}'`);
    const all = list.length > 1 ? `${list.slice(0, -1).join(", ")}, and ${list.at(-1)}` : list[0];
    return wrong(name, "invalid_value", `Invalid value: '${value}'. Supported values are: ${all}.`);
}

function text(max = Infinity) {
    return (value, name) => {
        if (typeof value !== "string") {
            return wrongType(name, "a string", value);
        }
        const { length } = [...value];
        return length <= max ? null : wrong(name, "string_above_max_length", `Invalid '${name}': string too long. Expected a`
            + ` string with maximum length ${max}, but got a string with length ${length} instead.`);
    };
}

function prompt(value, name) {
    return value === "" ? wrong(name, "empty_string", `Invalid '${name}': empty string. Expected a string with minimum length 1,`
        + " but got an empty string instead.") : text(PROMPT_MAX)(value, name);
}

function integer(min, max) {
    return (value, name) => {
        if (!Number.isInteger(value)) {
            return wrongType(name, "an integer", value);
        }
        if (value >= min && value <= max) {
            return null;
        }
        const [word, sign, bound] = value < min ? ["below minimum", ">=", min] : ["above maximum", "<=", max];
        return wrong(name, value < min ? "integer_below_min_value" : "integer_above_max_value",
            `Invalid '${name}': integer ${word} value. Expected a value ${sign} ${bound}, but got ${value} instead.`);
    };
}

function oneOf(...words) {
    return (value, name) => text()(value, name) ?? (words.includes(value) ? null : supported(name, value, words));
}

function flag(value, name) {
    return typeof value === "boolean" ? null : wrongType(name, "a boolean", value);
}

// { image_url } or { file_id }, and nothing else.
function reference(value, name) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return wrongType(name, "an object", value);
    }
    const strange = Object.keys(value).find((key) => !["image_url", "file_id"].includes(key));
    if (strange) {
        return unknown(`${name}.${strange}`);
    }
    if (Object.keys(value).length !== 1) {
        return wrong(name, "invalid_value", `Invalid '${name}': expected exactly one of 'image_url' or 'file_id'.`);
    }
    return text(URL_MAX)(value.image_url ?? value.file_id, `${name}.${Object.keys(value)[0]}`);
}

function references(value, name) {
    if (!Array.isArray(value)) {
        return wrongType(name, "an array of objects", value);
    }
    if (value.length < 1 || value.length > 16) {
        const [word, length, bound] = value.length < 1 ? ["below_min", "short", "minimum length 1"]
            : ["above_max", "long", "maximum length 16"];
        return wrong(name, `array_${word}_length`, `Invalid '${name}': array too ${length}. Expected an array with ${bound},`
            + ` but got an array with length ${value.length} instead.`);
    }
    return value.map((one, i) => reference(one, `${name}[${i}]`)).find(Boolean) ?? null;
}

export function unknown(name) {
    return wrong(name, "unknown_parameter", `Unknown parameter: '${name}'.`);
}

const BOTH = {
    prompt, model: text(), n: integer(1, 10), size: text(), quality: text(),
    background: oneOf("transparent", "opaque", "auto"),
    complexity: oneOf("low", "medium", "high"),
    output_format: oneOf("png", "jpeg", "webp"),
    output_compression: integer(0, 100),
    stream: flag, partial_images: integer(0, 3), user: text(),
};

export const fields = {
    generations: { ...BOTH, moderation: oneOf("low", "auto") },
    edits: {
        ...BOTH, images: references, mask: reference, moderation: oneOf("low", "auto"), input_fidelity: oneOf("high", "low"),
    },
    form: { ...BOTH, input_fidelity: oneOf("high", "low") },
};

const REQUIRED = { generations: ["prompt"], edits: ["images", "prompt"], form: ["prompt"] };

// The first thing wrong with a body's parameters, or null. kind: a name in fields.
export function wrongParameter(kind, body) {
    for (const [name, value] of Object.entries(body)) {
        if (!fields[kind][name]) {
            return unknown(name);
        }
        const found = value === null && !REQUIRED[kind].includes(name) ? null : fields[kind][name](value, name);
        if (found) {
            return found;
        }
    }
    const missing = REQUIRED[kind].find((name) => body[name] === undefined);
    return missing ? wrong(missing, "missing_required_parameter", `Missing required parameter: '${missing}'.`) : null;
}

const NUMBERS = ["n", "output_compression", "partial_images"];

// What the text of a form's part stands for; the text itself where that is no such thing.
export function fromText(name, value) {
    if (NUMBERS.includes(name) && /^-?\d+$/.test(value)) {
        return Number(value);
    }
    return name === "stream" && /^(true|false)$/.test(value) ? value === "true" : value;
}
