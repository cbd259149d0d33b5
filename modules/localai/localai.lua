-- localai.lua - how is a picture asked for of LocalAI?
--
-- OpenAI's API, one picture a call: n of one call would have the same seed. A backend's
-- own choice of it may be the time in seconds, so one is always sent. Pictures to start
-- from are base64 in JSON, both as what is drawn over and as what is looked at, since
-- some backends know only the one. Behind a | it reads what shall not be seen.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"
local shape = require "shape"

local OWN = { "model", "prompt", "n", "size", "seed", "response_format", "file", "files", "ref_images", "stream" }

local AREA = 1048576        -- pixels of an edit, about, where no size was asked for
local SIDES = { min = 64, max = 2048, step = 64 }

local function prompt_of(job)
    local negative = job.options.negative_prompt
    return negative and job.prompt .. "|" .. negative or job.prompt
end

-- Unasked it draws 512x512, and presses what an edit starts from into that; so an edit is told the first picture's shape.
local function size(job)
    local first = job.images and job.images[1]
    if job.size or not (first and first.width) then
        return job.size and job.size.text
    end
    return ("%dx%d"):format(shape.like(first, math.min(AREA, first.width * first.height), SIDES))
end

local function add_pictures(body, pictures)
    body.ref_images = {}
    for i, picture in ipairs(pictures) do
        body.ref_images[i] = picture.data
    end
    body.file = body.ref_images[1]
end

local function build(job)
    if job.prompt:find("|", 1, true) then
        return nil, pictor.fail("invalid_value",
            "prompt: expected one without |, behind which stands what shall not be seen, got one with it", { param = "prompt" })
    end
    local body = images_api.with({
        model = job.model, prompt = prompt_of(job), n = 1, size = size(job), seed = job.seed or job.random_seed,
        response_format = "b64_json",
    }, job.options.send)
    if job.images then
        add_pictures(body, job.images)
    end
    return { url = job.options.base_url .. "/images/generations", headers = images_api.bearer(job.options), body = body }
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 2048, step = 64 }, n = 1, inputs = 8, mask = false, formats = { "png" }, transparent = false,
    },
    takes = { "images", "seed", "size" },
    options = {
        api_key = { type = "text", secret = true, about = "One of the server's keys, if it has any." },
        base_url = { type = "url", default = "http://127.0.0.1:8080/v1", about = "Where the server is, up to and with /v1." },
        negative_prompt = { type = "text", about = "What shall not be seen in any picture." },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = false, about = "Send vendor/model, for ids that have their maker in front." },
    },
    check = function(options) return images_api.check(options.send, OWN) end,
    build = build,
    read = images_api.read,
    read_error = images_api.read_error,
}
