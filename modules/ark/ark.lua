-- ark.lua - how is a picture asked for at ByteDance's Ark?
--
-- Seedream, from BytePlus or, in China, from Volcengine: one address for drawing and for
-- editing, one picture a call. By itself it draws a watermark, and the newer models four
-- megapixels, which cost more. A picture that was held back stands among the others.
-- SPDX-License-Identifier: MIT
local codes = require "codes"
local images_api = require "images_api"

local INTERNATIONAL, CHINA = "https://ark.ap-southeast.bytepluses.com/api/v3", "https://ark.cn-beijing.volces.com/api/v3"

-- What the operator named goes as it is; else the id with its date, which is another one in China.
local function id_of(job)
    local wire = job.row.wire or {}
    local id = job.model == job.row.id and wire.id or job.model
    local bare = job.options.china and (id:match "^dola%-(seedream%-.+)$" or id:match "^seedream%-.+$")
    return bare and "doubao-" .. bare or id
end

-- What is worked on afterwards, or is transparent, is drawn without loss. Those that only know JPEG cannot be told.
local function format_of(job)
    if #(job.row.formats or {}) < 2 then
        return nil
    elseif next(job.finish) or (job.request.background == "transparent" and not job.request.output_format) then
        return "png"
    end
    return job.request.output_format
end

local function image_of(job)
    local links = pictor.data_links(job.images)
    return #links > 1 and links or links[1]
end

local function build(job)
    local options, wire = job.options, job.row.wire or {}
    return {
        url = (options.base_url or (options.china and CHINA or INTERNATIONAL)) .. "/images/generations",
        headers = images_api.bearer(options),
        body = {
            model = id_of(job), prompt = job.prompt, image = image_of(job), size = job.size and job.size.text or wire.size,
            response_format = "b64_json", watermark = options.watermark, output_format = format_of(job),
            sequential_image_generation = wire.sequence and "disabled" or nil,
            background = job.row.transparent and job.request.background or nil,
        },
    }
end

-- Where small pictures are cheaper, by their pixels: what was drawn, and what it was drawn from. -> USD | nil, the core's to say
local function cost(pictures, job)
    local prices = job.prices
    if not (prices and prices.small) then
        return nil
    end
    local inputs = math.max(0, #(job.images or {}) - (prices.free_inputs or 0))
    local sum = inputs * (prices.input_picture or 0)
    for _, picture in ipairs(pictures) do
        local seen = pictor.picture(picture.data)
        if not seen then
            return nil
        end
        sum = sum + (seen.width * seen.height <= prices.small.area and prices.small.picture or prices.picture)
    end
    return sum
end

-- Of all, or of the first picture that has one.
local function error_in(body)
    for _, entry in ipairs(type(body.data) == "table" and body.data or {}) do
        if type(entry) == "table" and type(entry.error) == "table" then
            return entry.error
        end
    end
    return type(body.error) == "table" and body.error or nil
end

local function read(answer, job)
    local results = images_api.read(answer)
    local err = #results.pictures == 0 and error_in(answer.json)
    if err then
        return nil, codes.fail(err, job)
    end
    results.cost = cost(results.pictures, job)
    return results
end

local function read_error(answer, job, fail)
    local err = type(answer.json) == "table" and error_in(answer.json)
    return err and codes.fail(err, job, fail) or fail
end

return {
    families = { "seedream-", "dola-seedream-", "doubao-seedream-" },
    takes = { "background", "images", "output_format", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API; each region has keys of its own." },
        china = { type = "boolean", default = false, about = "The key is Volcengine's: another address, and doubao- in front of ids." },
        base_url = {
            type = "url", about = "Where the API is, up to and with its version, if not at " .. INTERNATIONAL .. " or " .. CHINA .. ".",
        },
        watermark = { type = "boolean", default = false, about = "Let pictures be marked as drawn by a machine." },
    },
    build = build,
    read = read,
    read_error = read_error,
}
