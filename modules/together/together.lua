-- together.lua - how is a picture asked for at Together?
--
-- Shaped like OpenAI's API, but an edit is the same call with links to the pictures, and
-- some models are told pixels, others a ratio: which, the catalogue's row says.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local OWN = { "model", "prompt", "n", "width", "height", "aspect_ratio", "seed", "response_format", "output_format", "image_url",
    "reference_images" }

local function body_of(job)
    return {
        model = job.model, prompt = job.prompt, n = job.n, seed = job.seed, response_format = "base64",
        width = job.size and job.size.width, height = job.size and job.size.height, aspect_ratio = job.aspect_ratio,
        output_format = images_api.format(job),
    }
end

-- Kontext has one picture, in a field of its own; the later models have a list. -> nil | fail
local function add_pictures(body, job)
    local links, is_kontext = pictor.data_links(job.images), job.model:lower():find("kontext", 1, true)
    if is_kontext and #links > 1 then
        return pictor.fail("invalid_value", ("%s: expected at most 1 for %s, got %d"):format(job.request.images_name, job.model, #links),
            { param = job.request.images_name })
    end
    body.image_url, body.reference_images = is_kontext and links[1] or nil, not is_kontext and links or nil
end

local function build(job)
    local body = images_api.with(body_of(job), job.options.send)
    local err = job.images and add_pictures(body, job)
    if err then
        return nil, err
    end
    return { url = job.options.base_url .. "/images/generations", headers = images_api.bearer(job.options), body = body }
end

-- A model that only machines of one's own would have is a 400 there.
local function read_error(answer, job, fail)
    local err = type(answer.json) == "table" and answer.json.error
    if type(err) == "table" and err.code == "model_not_available" then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    end
    return images_api.read_error(answer, job, fail)
end

return {
    families = {},
    row = {
        pixels = { min = 256, max = 2048, step = 16 }, n = 4, inputs = 8, mask = false, formats = { "jpeg", "png" }, transparent = false,
    },
    takes = { "aspect_ratio", "images", "n", "output_format", "seed", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = { type = "url", default = "https://api.together.xyz/v1", about = "Where the API is, up to and with its version." },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their maker in front; false: as they are asked for." },
    },
    check = function(options) return images_api.check(options.send, OWN) end,
    build = build,
    read = images_api.read,
    read_error = read_error,
}
