-- openai.lua - how is a picture asked for with OpenAI's Images API?
--
-- Generations as JSON, edits as a form whose pictures are never joined to it. The GPT
-- image models draw n in one call and always answer in base64. Azure's variant of the
-- same API differs in the key's header and a version in the address.
-- SPDX-License-Identifier: MIT

local EXTENSIONS = { png = "png", jpeg = "jpg", webp = "webp" }
local REFUSALS = { moderation_blocked = true, content_policy_violation = true, contentFilter = true }
local QUOTA = { insufficient_quota = true, billing_hard_limit_reached = true }

local function url(options, path)
    local version = options.api_version or (options.azure and "preview")
    return options.base_url .. path .. (version and "?api-version=" .. version or "")
end

local function headers(options)
    if options.azure then
        return { ["api-key"] = options.api_key }
    end
    return {
        authorization = "Bearer " .. options.api_key,
        ["openai-organization"] = options.organization, ["openai-project"] = options.project,
    }
end

-- What generations and edits have in common; nil is what the model does by itself.
local function parameters(job)
    local request = job.request
    return {
        model = job.model, prompt = job.prompt, n = job.n > 1 and job.n or nil, size = job.size and job.size.text,
        quality = job.quality, background = request.background, output_format = not job.finish.format and request.output_format or nil,
        output_compression = not job.finish.format and request.output_compression or nil, moderation = request.moderation,
        input_fidelity = job.row.input_fidelity and request.input_fidelity or nil, user = request.user,
    }
end

local ORDER = { "model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "moderation",
    "input_fidelity", "user" }

local function picture_part(name, picture, filename)
    local extension = EXTENSIONS[picture.type] or "png"
    return { name = name, picture = picture.data, filename = ("%s.%s"):format(filename, extension), type = picture.mime }
end

-- One picture is `image`, several are `image[]`, as the API has it.
local function edit_form(job)
    local parts, values = {}, parameters(job)
    for _, name in ipairs(ORDER) do
        if values[name] ~= nil then
            parts[#parts + 1] = { name = name, value = tostring(values[name]) }
        end
    end
    for i, picture in ipairs(job.images) do
        parts[#parts + 1] = picture_part(#job.images == 1 and "image" or "image[]", picture, "image-" .. i)
    end
    if job.mask then
        parts[#parts + 1] = picture_part("mask", job.mask, "mask")
    end
    return parts
end

local function build(job)
    if job.images then
        return { url = url(job.options, "/images/edits"), headers = headers(job.options), form = edit_form(job) }
    end
    return { url = url(job.options, "/images/generations"), headers = headers(job.options), body = parameters(job) }
end

-- The counters of an object that are numbers.
local function numbers(object)
    local result = {}
    for name, value in pairs(type(object) == "table" and object or {}) do
        result[name] = type(value) == "number" and value or nil
    end
    return result
end

-- Without details, what comes out of an image model is pictures.
local function usage_of(usage)
    local all = numbers(usage)
    if not all.output_tokens then
        return nil
    end
    local input, output = numbers(usage.input_tokens_details), numbers(usage.output_tokens_details)
    local image_in, image_out = input.image_tokens or 0, output.image_tokens or all.output_tokens
    return {
        text_in = input.text_tokens or (all.input_tokens or 0) - image_in, image_in = image_in,
        text_out = output.text_tokens or all.output_tokens - image_out, image_out = image_out,
    }
end

local function read(answer)
    local pictures, quality = {}, answer.json.quality
    for _, entry in ipairs(type(answer.json.data) == "table" and answer.json.data or {}) do
        if type(entry) == "table" then
            local data = entry.b64_json or entry.url
            pictures[#pictures + 1] = { data = data, revised_prompt = entry.revised_prompt, quality = quality }
        end
    end
    return { pictures = pictures, usage = usage_of(answer.json.usage) }
end

-- Codes that mean the same in every version of the API.
local function read_error(answer, _, fail)
    local err = type(answer.json) == "table" and type(answer.json.error) == "table" and answer.json.error or {}
    if REFUSALS[err.code] then
        return pictor.fail("content_policy_violation", fail.message, { param = "prompt" })
    elseif QUOTA[err.code] or QUOTA[err.type] then
        return pictor.fail("insufficient_quota", fail.message)
    elseif answer.status == 400 and (err.code == "model_not_found" or err.code == "DeploymentNotFound") then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    end
    return fail
end

return {
    families = { "gpt-image-" },
    takes = { "background", "images", "input_fidelity", "mask", "moderation", "n", "output_compression", "output_format",
        "quality", "size", "user" },
    not_in_edits = { "moderation" },        -- the form has no such field
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.openai.com/v1",
            about = "Where the API is, up to and with its version; Azure: https://NAME.openai.azure.com/openai/v1.",
        },
        organization = { type = "text", about = "Sent as OpenAI-Organization." },
        project = { type = "text", about = "Sent as OpenAI-Project." },
        azure = { type = "boolean", default = false, about = "Send the key as api-key, and a version in the address." },
        api_version = { type = "text", about = "The api-version in the address; with azure: preview." },
    },
    build = build,
    read = read,
    read_error = read_error,
}
