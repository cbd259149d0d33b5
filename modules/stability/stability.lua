-- stability.lua - how is a picture asked for with Stability AI's API?
--
-- Each service has an address, and takes a form, even of words alone. The answer is asked
-- for as JSON, which says whether a filter has blurred the picture. How much of a picture
-- an edit draws anew is a number that must be said; a client says it as input_fidelity.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local INPAINT = "stable-image-inpaint"
local STRENGTHS = { high = 0.35, low = 0.85 }       -- of input_fidelity
local SEED_OF_ZERO = 4294967294                     -- 0 would mean a random one; this is one that no client can ask for

local ORDER = { "prompt", "model", "mode", "aspect_ratio", "strength", "seed", "output_format" }

-- What the service is nothing without -> fail | nil
local function missing(job)
    if job.model ~= INPAINT or job.mask or job.images and job.images[1].alpha then
        return nil
    end
    local name = job.images and "mask" or "images"
    return pictor.fail("missing_required_parameter", ("%s: expected one for %s, got none"):format(name, job.model), { param = name })
end

-- "stable-image-core" -> its path; other ids are models of one service, and have a field there
local function service(id)
    local name = id:match "^stable%-image%-(.+)$"
    if id == INPAINT then
        return "/stable-image/edit/inpaint"
    elseif name then
        return "/stable-image/generate/" .. name:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end)
    end
    return "/stable-image/generate/sd3", id
end

-- What is worked on afterwards is better drawn without loss, as these services do unasked.
local function format_of(job)
    return next(job.finish) == nil and job.request.output_format or nil
end

local function fields(job, model)
    local redraws = job.images and job.model ~= INPAINT
    local strength = STRENGTHS[job.request.input_fidelity] or job.options.strength / 100
    return {
        prompt = job.prompt, model = model, mode = model and redraws and "image-to-image" or nil, aspect_ratio = job.aspect_ratio,
        strength = redraws and strength or nil, seed = job.seed == 0 and SEED_OF_ZERO or job.seed, output_format = format_of(job),
    }
end

local function build(job)
    local err = missing(job)
    if err then
        return nil, err
    end
    local path, model = service(job.model)
    local form = images_api.form(fields(job, model), ORDER)
    if job.images then
        form[#form + 1] = images_api.file("image", job.images[1])
    end
    if job.mask then
        form[#form + 1] = images_api.file("mask", job.mask)
    end
    local headers = images_api.bearer(job.options)
    headers.accept = "application/json"
    return { url = job.options.base_url .. path, headers = headers, form = form }
end

local function refused(words, charged)
    return pictor.fail("content_policy_violation", "prompt: expected one that the provider draws, got " .. words,
        { param = "prompt", charged = charged })
end

-- A filtered picture comes blurred. No picture at all is the core's to say.
local function read(answer)
    local image, reason = answer.json.image, answer.json.finish_reason
    if reason == "CONTENT_FILTERED" then
        return nil, refused("a picture that it has filtered", true)
    end
    return { pictures = { type(image) == "string" and { data = image } or nil } }
end

-- Fields as the client knows them; its pictures, as it called them.
local PARAMS = {
    aspect_ratio = "aspect_ratio", mask = "mask", output_format = "output_format", prompt = "prompt", seed = "seed",
    strength = "input_fidelity",
}

-- errors: { "field: what is wrong" }, with a name for their kind
local function read_error(answer, job, fail)
    local json = type(answer.json) == "table" and answer.json or {}
    local first = type(json.errors) == "table" and type(json.errors[1]) == "string" and json.errors[1] or ""
    if json.name == "content_moderation" then
        return refused("refused: " .. pictor.words(first))
    elseif fail.code == "invalid_value" then
        local field = first:match "^([%a_]+):"
        return pictor.fail(fail.code, fail.message, { param = field == "image" and job.request.images_name or PARAMS[field] })
    end
    return fail
end

return {
    families = { "stable-image-", "sd3.5-" },
    takes = { "aspect_ratio", "images", "input_fidelity", "mask", "output_format", "seed" },
    not_in_edits = { "aspect_ratio" },      -- the picture keeps its own
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = { type = "url", default = "https://api.stability.ai/v2beta", about = "Where the API is, up to and with its version." },
        strength = {
            type = "integer", default = 65, min = 0, max = 100,
            about = "Percent of a picture that an edit without a mask draws anew, if the client says no input_fidelity.",
        },
    },
    build = build,
    read = read,
    read_error = read_error,
}
