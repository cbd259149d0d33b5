-- openrouter.lua - how is a picture asked for with OpenRouter's image API?
--
-- One call for the models of many makers: POST /images, which always answers in base64
-- and says what it cost. It has words of its own for shapes, whatever the maker's are.
-- SPDX-License-Identifier: MIT
local errors = require "errors"
local images_api = require "images_api"

local RATIOS = { "1:1", "1:2", "1:4", "1:8", "2:1", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9",
    "9:19.5", "19.5:9", "9:20", "20:9", "9:21", "21:9" }
local TIERS = { "512", "1K", "2K", "4K" }

-- Whom it shall ask: only what the operator said, and nothing if nothing was.
local function preferences(options)
    local wanted = {
        only = options.only, ignore = options.ignore, order = options.order, sort = options.sort,
        allow_fallbacks = options.allow_fallbacks,
    }
    return next(wanted) ~= nil and wanted or nil
end

local function references(pictures)
    local list = {}
    for i, picture in ipairs(pictures or {}) do
        list[i] = { type = "image_url", image_url = { url = pictor.data_link(picture) } }
    end
    return #list > 0 and list or nil
end

-- What a model always does need not be asked for; a model that cannot choose might refuse to be asked.
local function build(job)
    local row, request = job.row, job.request
    local headers = images_api.bearer(job.options)
    headers["http-referer"], headers["x-title"] = job.options.referer, job.options.title
    return {
        url = job.options.base_url .. "/images", headers = headers,
        body = {
            model = job.model, prompt = job.prompt, n = job.n > 1 and job.n or nil, seed = job.seed,
            aspect_ratio = job.aspect_ratio, resolution = job.image_size, quality = job.quality,
            background = row.transparent ~= false and request.background or nil,
            output_format = not job.finish.format and #(row.formats or {}) > 1 and request.output_format or nil,
            input_references = references(job.images), provider = preferences(job.options),
        },
    }
end

local function number(value)
    return type(value) == "number" and value or 0
end

-- Names of completions; where the pictures are not counted apart, all that came out is pictures.
local function usage(meta)
    if type(meta) ~= "table" or type(meta.completion_tokens) ~= "number" then
        return nil
    end
    local details = type(meta.completion_tokens_details) == "table" and meta.completion_tokens_details or {}
    local image_out = type(details.image_tokens) == "number" and details.image_tokens or meta.completion_tokens
    return { text_in = number(meta.prompt_tokens), image_out = image_out, text_out = meta.completion_tokens - image_out }
end

-- With a key of the operator's own at a maker, what that one asks for comes on top. -> USD | nil
local function cost(meta)
    if type(meta) ~= "table" or type(meta.cost) ~= "number" then
        return nil
    end
    local details = meta.is_byok == true and type(meta.cost_details) == "table" and meta.cost_details or {}
    return meta.cost + number(details.upstream_inference_cost)
end

local function read(answer, job)
    local body = answer.json
    local results = { pictures = images_api.pictures(body), usage = usage(body.usage), cost = cost(body.usage) }
    if #results.pictures == 0 and body.error then
        return nil, errors.hidden(type(body.error) == "table" and body.error or { message = body.error }, job, results)
    end
    return results
end

-- The lists are sent as they stand, so they must be what they seem.
local function check(options)
    for _, name in ipairs { "only", "ignore", "order" } do
        local list = options[name] or { "none" }
        for _, entry in pairs(list) do
            if type(entry) ~= "string" then
                return name, "a list of texts", pictor.show(entry)
            end
        end
        if list[1] == nil then
            return name, "a list with something in it", "none"
        end
    end
end

return {
    ratios = RATIOS,
    tiers = TIERS,
    takes = { "aspect_ratio", "background", "images", "n", "output_format", "quality", "seed" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://openrouter.ai/api/v1", about = "Where the API is, up to and with its version.",
        },
        vendor_in_id = { type = "boolean", default = true, about = "Send vendor/model, as its ids are; false: only model." },
        only = { type = "list", about = "The hosts that may be asked, by OpenRouter's names." },
        ignore = { type = "list", about = "Hosts that are not asked." },
        order = { type = "list", about = "Hosts in the order in which they are asked." },
        sort = { type = "text", choices = { "price", "throughput", "latency" }, about = "What the first host shall be best at." },
        allow_fallbacks = { type = "boolean", about = "false: when the first host fails, ask no other." },
        referer = { type = "text", about = "Sent as HTTP-Referer: whose calls these are." },
        title = { type = "text", about = "Sent as X-Title: its name." },
    },
    check = check,
    build = build,
    read = read,
    read_error = errors.read_error,
}
