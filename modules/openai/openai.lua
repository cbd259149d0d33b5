-- openai.lua - how is a picture asked for with OpenAI's Images API?
--
-- Generations as JSON, edits as a form whose pictures are never joined to it. The GPT
-- image models draw n in one call and always answer in base64. Azure's variant of the
-- same API differs in whose key it wants, where, and in a version in the address.
-- SPDX-License-Identifier: MIT
local entra = require "entra"
local errors = require "errors"
local images_api = require "images_api"

local BASE_URL = "https://api.openai.com/v1"
local VERSION, VERSION_OF_DEPLOYMENTS = "preview", "2025-04-01-preview"     -- of Azure's two surfaces

local function url(job, path)
    local options = job.options
    local version = options.api_version or (options.azure and (options.deployments and VERSION_OF_DEPLOYMENTS or VERSION))
    local deployment = options.deployments and "/deployments/" .. entra.escaped(job.model) or ""
    return options.base_url .. deployment .. path .. (version and "?api-version=" .. entra.escaped(version) or "")
end

local function headers(job)
    local options = job.options
    if not options.azure then
        local result = images_api.bearer(options)
        result["openai-organization"], result["openai-project"] = options.organization, options.project
        return result
    end
    return job.token and images_api.bearer { api_key = job.token } or { ["api-key"] = options.api_key }
end

-- What generations and edits have in common; nil is what the model does by itself. A deployment has its name in the
-- address, and knows no other.
local function parameters(job)
    local request, row = job.request, job.row
    return {
        model = not job.options.deployments and job.model or nil, prompt = job.prompt, n = job.n > 1 and job.n or nil,
        size = job.size and job.size.text, quality = job.quality, background = request.background,
        complexity = row.id:match "^gpt%-image%-2%.6%-" and job.options.complexity or nil,
        output_format = not job.finish.format and request.output_format or nil,
        output_compression = not job.finish.format and request.output_compression or nil, moderation = request.moderation,
        input_fidelity = row.input_fidelity and request.input_fidelity or nil, user = request.user,
    }
end

local ORDER = { "model", "prompt", "n", "size", "quality", "background", "complexity", "output_format", "output_compression",
    "input_fidelity", "user" }

-- One picture is `image`, several are `image[]`, as the API has it.
local function edit_form(job)
    local parts = images_api.form(parameters(job), ORDER)
    for i, picture in ipairs(job.images) do
        parts[#parts + 1] = images_api.file(#job.images == 1 and "image" or "image[]", picture, "image-" .. i)
    end
    if job.mask then
        parts[#parts + 1] = images_api.file("mask", job.mask)
    end
    return parts
end

-- The same as JSON, which is larger by a third, and which alone has a place for moderation.
local function edit_body(job)
    local body = parameters(job)
    body.images = {}
    for i, picture in ipairs(job.images) do
        body.images[i] = { image_url = pictor.data_link(picture) }
    end
    body.mask = job.mask and { image_url = pictor.data_link(job.mask) } or nil
    return body
end

local function build_edit(job)
    local call = { url = url(job, "/images/edits"), headers = headers(job) }
    if not job.request.moderation then
        call.form = edit_form(job)
    elseif job.options.azure then
        return nil, pictor.fail("unsupported_parameter", ("moderation: expected none in an edit at Azure, got %s"):format(
            pictor.show(job.request.moderation)), { param = "moderation" })
    else
        call.body = edit_body(job)
    end
    return call
end

local function build(job)
    if job.images then
        return build_edit(job)
    end
    return { url = url(job, "/images/generations"), headers = headers(job), body = parameters(job) }
end

local function read(answer)
    local results = images_api.read(answer)
    for _, picture in ipairs(results.pictures) do
        picture.quality = answer.json.quality
    end
    return results
end

-- Who is asked decides what must be there: a key, or for Azure perhaps an application that fetches tokens.
local function check(options)
    if options.azure and options.base_url == BASE_URL then
        return "base_url", "Azure's address, https://NAME.openai.azure.com/openai/v1", "nil"
    elseif options.deployments and not options.azure then
        return "deployments", "azure = true beside it", "true"
    elseif entra.is_wanted(options) then
        return entra.check(options)
    elseif not options.api_key then
        return "api_key", "text", "nil"
    end
end

return {
    families = { "gpt-image-" },
    takes = { "background", "images", "input_fidelity", "mask", "moderation", "n", "output_compression", "output_format",
        "quality", "size", "user" },
    options = {
        api_key = { type = "text", secret = true, about = "The key of the API; Azure may have tenant and its like in its place." },
        base_url = { type = "url", default = BASE_URL,
            about = "Where the API is, up to and with its version; Azure: https://NAME.openai.azure.com/openai/v1." },
        organization = { type = "text", about = "Sent as OpenAI-Organization." },
        project = { type = "text", about = "Sent as OpenAI-Project." },
        complexity = {
            type = "text", choices = { "low", "medium", "high" },
            about = "How much gpt-image-2.6 thinks a picture out before it draws; its own default is high.",
        },
        azure = { type = "boolean", default = false, about = "Send the key as api-key, and a version in the address." },
        deployments = { type = "boolean", default = false, about = "Azure's older addresses; base_url ends in /openai." },
        api_version = { type = "text", about = "The api-version in the address; Azure: preview, with deployments 2025-04-01-preview." },
        tenant = { type = "text", about = "Azure without a key: the tenant of an application in Entra." },
        client_id = { type = "text", about = "Its id." },
        client_secret = { type = "text", secret = true, about = "Its secret, for which it is given tokens." },
        login_url = { type = "url", default = "https://login.microsoftonline.com", about = "Who gives them." },
        scope = { type = "text", default = "https://cognitiveservices.azure.com/.default", about = "What they are for." },
    },
    check = check,
    token = { build = entra.build, read = entra.read },
    build = build,
    read = read,
    read_error = errors.read_error,
}
